"""The sixty pairs are what they are meant to be: as many of each kind, in three languages, each with its reason."""

import re

from tests.duplicates.reading import read

FRENCH = re.compile(r"\b(familles|groupe|convoi|ferme|stade)\b", re.IGNORECASE)
ARABIC = re.compile("[\u0621-\u064a]")


def test_half_of_sixty_are_the_same_and_each_says_why() -> None:
    pairs = read("pairs.csv")
    assert [pair["case"] for pair in pairs] == [str(number) for number in range(1, 61)]
    assert [pair["verdict"] for pair in pairs] == ["same"] * 30 + ["other"] * 30
    assert all(pair["why"] for pair in pairs) and not any(None in pair for pair in pairs)


def test_they_are_told_in_three_languages_of_places_that_are_there() -> None:
    pairs, places = read("pairs.csv"), {place["code"] for place in read("places.csv")}
    for side in "ab":
        assert {pair[f"{side}_{end}"] for pair in pairs for end in ("from", "to")} <= {"", *places}
        labels = " ".join(pair[f"{side}_label"] for pair in pairs)
        assert FRENCH.search(labels) and ARABIC.search(labels) and "Families of" in labels
