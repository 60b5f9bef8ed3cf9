"""Numbers as people type and paste them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.forms import (
    BELOW_ZERO,
    LARGEST,
    NOT_A_NUMBER,
    NOT_WHOLE,
    TOO_LARGE,
    NotUnderstood,
    decimal_number,
    whole_number,
)

ZEROS = {"Latin": 0x30, "Arabic-Indic": 0x660, "Persian": 0x6F0, "full width": 0xFF10}


@given(st.integers(0, LARGEST), st.sampled_from(sorted(ZEROS)))
def test_it_understands_every_number_in_the_digits_of_every_script(value: int, script: str) -> None:
    assert whole_number("".join(chr(ZEROS[script] + int(digit)) for digit in str(value))) == value


@pytest.mark.parametrize(
    "typed", ["1,234", "1٬234", "١٬٢٣٤", "١،٢٣٤", "1 234", "1\u202f234", "1'234", " 1234 ", "\u200f١٢٣٤\u200e", "1٢۳4"]
)
def test_it_understands_separators_spaces_and_invisible_marks(typed: str) -> None:
    assert whole_number(typed) == whole_number("0" * 5000 + "1234") == 1234


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("-3", BELOW_ZERO),
        ("−٣", BELOW_ZERO),
        ("1.5", NOT_WHOLE),
        ("٣٫٥", NOT_WHOLE),
        ("1,5", NOT_WHOLE),
        ("14x", NOT_A_NUMBER),
        ("about 20", NOT_A_NUMBER),
        ("1,23,4", NOT_A_NUMBER),
        ("1e3", NOT_A_NUMBER),
        ("½", NOT_A_NUMBER),
        ("10,000,001", TOO_LARGE),
        ("9" * 5000, TOO_LARGE),
    ],
)
def test_it_says_what_to_do_about_anything_else(typed: str, message: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        whole_number(typed)
    assert refused.value.message == message


@given(st.text(max_size=40))
def test_it_never_fails_in_another_way(typed: str) -> None:
    with contextlib.suppress(NotUnderstood):
        assert 0 <= whole_number(typed) <= LARGEST


@pytest.mark.parametrize(("typed", "value"), [("35.40109", 35.40109), ("٣٥٫٤", 35.4), ("-12,5", -12.5), ("36", 36.0)])
def test_it_understands_positions(typed: str, value: float) -> None:
    assert decimal_number(typed) == value
