"""What names of groups and places are made of beside the name proper, in three languages. Pure.

A word that says what anything is called says nothing of which it is (families of, نازحو). One that tells two of a
kind apart is brought to one sign in every language: School 2 is not School 3, nor the first bus the second.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from app.places.policy import plain
from app.places.policy.names import heard, written_alike

TYPED_ALIKE_FROM = 0.7  # of pairs of letters
HEARD_AND_TYPED_ALIKE_FROM = 0.5
LONG_ENOUGH = 2  # consonants by which a word may be known by ear
_PERSIAN = str.maketrans("کی", "كي")
_JOINED = str.maketrans("", "", "'’ʼ`´")
_ELIDED = re.compile("\\b[dl]['’ʼ]", re.IGNORECASE)
_WORD = re.compile(r"\d+|[^\d\s]+")

# Said of anybody.
ANYBODY = frozenset(
    plain(word)
    for words in (
        "in at family families household households people person persons displaced idp idps refugee refugees group"
        " from of the and village town area district new old fleeing villagers residents al el es ash as ar an",
        "famille familles menage menages personnes gens deplaces deplacees groupe de des du la le les et village ville"
        " habitants arrives dans au aux en",
        "في عائلات عائله عوائل اهالي اهل نازحون نازحو نازحين مهجرون مهجرين مجموعه من سكان قريه بلده مدينه منطقه و ال",
    )
    for word in words.split()
)
# Said of one of several; a building or a vehicle is one word in all languages.
ONE_OF = {
    plain(word): sign
    for sign, words in {
        "1": "first 1st premier premiere 1er الاولي الاول اولي",
        "2": "second 2nd deuxieme seconde 2e الثانيه الثاني ثانيه",
        "3": "third 3rd troisieme 3e الثالثه الثالث ثالثه",
        "4": "fourth 4th quatrieme الرابعه الرابع رابعه",
        "north": "north northern nord شمالي شماليه الشمالي الشماليه",
        "south": "south southern sud جنوبي جنوبيه الجنوبي الجنوبيه",
        "east": "east eastern est شرقي الشرقي",
        "west": "west western ouest غربي غربيه الغربي الغربيه",
        "upper": "upper haut haute فوقا فوقاني الفوقا فوقانيه علوي",
        "lower": "lower bas basse تحتا تحتاني التحتا تحتانيه سفلي",
        "girls": "girls girl filles بنات البنات",
        "boys": "boys boy garcons بنين البنين",
    }.items()
    for word in words.split()
}
KINDS = {
    plain(word): sign
    for sign, words in {
        "school": "school ecole مدرسه",
        "hall": "hall salle gymnase صاله gym",
        "sports": "sport sports رياضيه رياضي",
        "stadium": "stadium stade stadion ملعب ستاد",
        "farm": "farm ferme مزرعه",
        "centre": "centre center مركز",
        "cultural": "cultural culturel culturelle ثقافي",
        "camp": "camp مخيم",
        "base": "base airbase قاعده مطار airport aeroport",
        "air": "air aerienne جويه",
        "hospital": "hospital hopital مستشفي مشفي",
        "university": "university universite جامعه",
        "bus": "bus buses autobus باص حافله",
        "truck": "truck camion شاحنه",
        "convoy": "convoy convoi batch قافله دفعه",
    }.items()
    for word in words.split()
}


class Name(NamedTuple):
    """What a name says: the words of the name proper, which of several it is, of what kind."""

    proper: tuple[str, ...]
    one_of: frozenset[str]
    kinds: frozenset[str]
    is_latin: bool


@lru_cache(20_000)
def name_of(text: str) -> Name:
    """A name as it was typed, by its words."""
    digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    words = _WORD.findall(plain(_ELIDED.sub("", digits).translate(_PERSIAN).translate(_JOINED)))
    proper: list[str] = []
    one_of: set[str] = set()
    kinds: set[str] = set()
    for word in words:
        if (of_several := _known(word, ONE_OF)) or word.isdigit():
            one_of.add(of_several or word.lstrip("0"))
        elif kind := _known(word, KINDS):
            kinds.add(kind)
        elif word in ANYBODY or _is_swapped_among(word, ANYBODY):
            continue
        elif len(word) == 1:
            one_of.add(word)
        else:
            proper.append(word)
    return Name(tuple(proper), frozenset(one_of), frozenset(kinds), all(word.isascii() for word in words))


def is_one_word(one: str, other: str) -> bool:
    """Whether two words are one: as they are typed, as they are heard in either script, or with a slip."""
    if one == other:
        return True
    by_ear, others = heard(one), heard(other)
    is_one_script = one.isascii() == other.isascii()
    if by_ear and by_ear == others:
        is_long = len(by_ear) >= LONG_ENOUGH or not is_one_script
        return is_long or written_alike(one, other) >= HEARD_AND_TYPED_ALIKE_FROM
    if not is_one_script:
        return is_swapped(by_ear, others) or _is_bound(one, other) or _is_bound(other, one)
    return written_alike(one, other) >= TYPED_ALIKE_FROM or is_swapped(one, other) or is_swapped(by_ear, others)


def _is_bound(latin: str, arabic: str) -> bool:
    """A feminine ending is a t before the word it is bound to: Jobet Burghal, Qalaat al-Madiq."""
    is_ending = latin.isascii() and latin.endswith("t") and arabic.endswith("ه")
    return is_ending and heard(latin[:-1]) == heard(arabic) != ""


def is_swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters stand the wrong way round."""
    if len(one) != len(other) or len(one) < LONG_ENOUGH + 1:
        return False
    differ = [place for place, (first, second) in enumerate(zip(one, other, strict=True)) if first != second]
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and one[differ[0]] == other[differ[1]]
        and one[differ[1]] == other[differ[0]]
    )


def _known(word: str, words: Mapping[str, str]) -> str | None:
    """With or without the article, which is taken from long words alone."""
    return words.get(word) or words.get(word.removeprefix("ال")) or _mistyped(word, words)


def _mistyped(word: str, words: Mapping[str, str]) -> str | None:
    return next((sign for known, sign in words.items() if len(known) > 4 and is_swapped(word, known)), None)


def _is_swapped_among(word: str, words: frozenset[str]) -> bool:
    return any(len(known) > 4 and is_swapped(word, known) for known in words)
