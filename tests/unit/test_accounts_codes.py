"""Codes of an authenticator as RFC 6238 has them, and codes for when it is lost."""

import base64

import pytest

from app.accounts import codes

RFC_6238 = base64.b32encode(b"12345678901234567890").decode()  # appendix B, SHA-1; of its eight digits the last six


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_it_makes_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert codes.code_at(RFC_6238, codes.step_of(seconds)) == code


def test_a_code_is_good_one_step_early_or_late() -> None:
    secret = codes.new_secret()
    shown = [codes.step_shown(secret, codes.code_at(secret, step), now=100) for step in range(97, 104)]
    assert shown == [None, None, 99, 100, 101, None, None]


@pytest.mark.parametrize("typed", ["081 804", "081-804", " 081804 ", "٠٨١٨٠٤", "۰۸۱۸۰۴"])
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    step = codes.step_of(1111111109)
    assert codes.step_shown(RFC_6238, typed, now=step) == step


@pytest.mark.parametrize("typed", ["", "081804081804", "81804", "abcdef", "²³⁴"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.step_shown(RFC_6238, typed, now=codes.step_of(1111111109)) is None


def test_two_codes_that_follow_each_other_are_another_thing_than_one() -> None:
    secret = codes.new_secret()
    one, two, three = (codes.code_at(secret, step) for step in (100, 101, 102))
    assert codes.two_steps_shown(secret, f"{one} {two}", now=101) == 101
    assert codes.two_steps_shown(secret, f"{one} {two}", now=102) == 101
    for wrong in (one, two, two + one, one + one, one + three, f"{one} {two} {three}"):
        assert codes.two_steps_shown(secret, wrong, now=101) is None


def test_recovery_codes_are_all_different_and_kept_as_hashes_only() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    digest = codes.recovery_digest(made[0])
    assert digest is not None
    assert digest == codes.recovery_digest(made[0].lower().replace("-", " "))
    assert made[0].replace("-", "").encode() not in digest
    assert codes.recovery_digest("081804") is None


def test_the_picture_for_authenticators_says_whose_code_it_is() -> None:
    said = codes.address_for_authenticators("ABC", "rana+x@example.org")
    assert said == "otpauth://totp/Mawa:rana%2Bx%40example.org?secret=ABC&issuer=Mawa"
