"""Tables: files that spreadsheets read as they are meant, cursors, and names as they are looked for."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.pagination import BadCursor
from app.formats.separated import pieces
from app.population.queries.ordering import Cursor, cursor_of, in_order, is_after
from app.shelters.policy import found_by, sought_of

CODES = st.text("ABCZ0189-", min_size=1, max_size=5)
KEYS = st.one_of(st.none(), st.integers(-5, 5), st.floats(-2, 2))
CELLS = st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=9))


def file_of(*rows: tuple[str | int | float | None, ...]) -> str:
    return "".join(pieces(["a", "b"], rows))


def test_a_file_begins_with_its_mark_and_ends_lines_as_the_standard_says() -> None:
    assert file_of(("x", 1), (None, 2.5)) == "\ufeffa,b\r\nx,1\r\n,2.5\r\n"
    assert (
        file_of(('He said "no", and left', "two\nlines")) == '\ufeffa,b\r\n"He said ""no"", and left","two\nlines"\r\n'
    )


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\uff1d1"])
def test_a_name_that_would_be_reckoned_with_is_marked_as_text(name: str) -> None:
    _, (written, number) = csv.reader(StringIO(file_of((name, -31)).removeprefix("\ufeff"), newline=""))
    assert written == f"'{name}"
    assert number == "-31", "a number is a number"


@given(st.lists(st.tuples(CELLS, CELLS), max_size=450))
def test_a_file_says_what_it_was_given_whatever_its_length(
    rows: list[tuple[str | int | None, str | int | None]],
) -> None:
    read = list(csv.reader(StringIO(file_of(*rows).removeprefix("\ufeff"), newline="")))
    assert read[0] == ["a", "b"]
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [("" if cell is None else str(cell)).removeprefix("'") for cell in row] for row in rows
    ]


@given(st.dictionaries(CODES, KEYS, max_size=30), st.booleans(), st.integers(1, 7))
def test_pages_together_are_the_whole_in_order_each_row_once(
    rows: dict[str, int | float | None], is_descending: bool, size: int
) -> None:
    placed = [Cursor(code, None if key is None else float(key)) for code, key in rows.items()]
    whole = in_order(placed, lambda one: one, is_descending=is_descending)
    seen: list[Cursor] = []
    after: Cursor | None = None
    while after is None or len(seen) < len(whole):
        page = [one for one in whole if after is None or is_after(one, after, is_descending=is_descending)][:size]
        seen += page
        if not page:
            break
        after = cursor_of(str(page[-1]), "occupancy")
    assert seen == whole
    keys = [one.key for one in whole]
    known = [key for key in keys if key is not None]
    assert known == sorted(known, reverse=is_descending)
    assert keys == [*known, *[None] * (len(keys) - len(known))], "what is not known comes last"


@pytest.mark.parametrize(
    ("cursor", "sort"),
    [
        ("KHM nan", "occupancy"),
        ("KHM inf", "occupancy"),
        ("KHM 1e400", "occupancy"),
        ("KHM 1.5", "people"),
        ("KHM 99999999999999999999", "free"),
        ("KHM 2025-03-01", "counted_at"),
        ("KHM 0001-01-01T00:00:00+14:00", "counted_at"),
        ("khm 4", "people"),
        (" 4", "people"),
        ("' OR 1=1", "code"),
    ],
)
def test_what_is_no_place_in_a_table_is_refused(cursor: str, sort: str) -> None:
    with pytest.raises(BadCursor):
        cursor_of(cursor, sort)


def test_a_table_begins_without_a_cursor() -> None:
    assert cursor_of("", "people") is None


KHMEIMIM = sought_of("KHM-01", {"name": {"en": "Khmeimim School", "ar": "مدرسة حميميم"}, "aliases": ["École n° ٣"]})


@pytest.mark.parametrize(
    "typed", ["khm-01", "KHM", "Hmeimim", "hmeymim", "حميميم", "school", "SCHOOL", "ecole", "3", "٣", "n° 3"]
)
def test_a_shelter_is_found_by_any_of_its_names_in_any_script(typed: str) -> None:
    assert any(part in KHMEIMIM for part in found_by(typed))


@pytest.mark.parametrize("typed", ["Jableh", "جبلة", "KHM-02", "!!!", "tr"])
def test_a_shelter_is_not_found_by_others(typed: str) -> None:
    assert not any(part in KHMEIMIM for part in found_by(typed))
