"""Names of places as people type them, in either script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.policy import CLOSE_ENOUGH, likeness, meant_by, plain
from app.places.schemas import Candidate

# What somebody types, and the only name there is of the place they mean.
MEANT = [
    ("Hmeimim", "Khmeimim"),
    ("حميميم", "Khmeimim"),
    ("Khmeimim", "حميميم"),
    ("Jableh", "جبلة"),
    ("Jabla", "Jablah"),
    ("جبله", "Jablah"),
    ("Tartus", "طرطوس"),
    ("Tartous", "طرطوس"),
    ("Banias", "بانياس"),
    ("Kardaha", "القرداحة"),
    ("al-Qardaha", "القرداحة"),
    ("القرداحه", "Qardaha"),
    ("Masiaf", "مصياف"),
    ("Deir ezzor", "دير الزور"),
    ("Dimashk", "دمشق"),
    ("Idleb", "إدلب"),
    ("Homs", "حمص"),
    ("Hama", "حماة"),
    ("Lattaquié", "Latakia"),
    ("Cheikh Badr", "الشيخ بدر"),
]
OTHERS = ("Aleppo", "الرقة", "Safita", "سلمية", "Daraa", "القامشلي", "Bosra", "الحسكة", "Slunfeh", "كسب", "Ain Shams")
NAME = st.text(st.sampled_from("abhkmst lqadeiouyw'ابتحخدرسقكلمنهويةال-"), max_size=20)


@pytest.mark.parametrize(("typed", "name"), MEANT)
def test_a_name_is_found_in_the_other_script_and_spelling(typed: str, name: str) -> None:
    found = meant_by(typed, [Candidate(one, (one,)) for one in (*OTHERS, name)])
    assert (found.one or found.maybe[0]).key == name


def test_what_is_only_heard_alike_is_offered_and_never_taken_for_it() -> None:
    assert meant_by("Hmeimim", [Candidate("KHM", ("Khmeimim",))]).one is None
    assert meant_by("حميميم", [Candidate("KHM", ("Hmeimim",))]).one is None


@pytest.mark.parametrize(("one", "other"), [("Homs", "Hama"), ("Tartus", "Banias"), ("Idleb", "Masyaf")])
def test_names_of_different_places_are_not_close(one: str, other: str) -> None:
    assert likeness(plain(one), plain(other)) < CLOSE_ENOUGH


@given(NAME, NAME)
def test_likeness_lies_between_nothing_and_the_same(one: str, other: str) -> None:
    assert 0 <= likeness(plain(one), plain(other)) <= 1
    if len(plain(one)) > 2:
        assert likeness(plain(one), plain(one)) == 1


def test_of_what_sounds_alike_the_first_offered_is_written_alike() -> None:
    """Nobody looking for Jableh wants Jbeil, which has the same consonants and comes first by its code."""
    names = {"LB01": "Jbeil", "SY0601": "Jablah city", "SY0602": "Jablah"}
    meant = meant_by("Jableh", [Candidate(key, (key, name)) for key, name in names.items()])
    assert meant.one is None
    assert next(one.key for one in meant.maybe) == "SY0602"
