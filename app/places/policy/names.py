"""How alike two names are, in whatever script they are written. Pure."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

CLOSE_ENOUGH = 0.5
_SHORTEST_PART = 3
_SAME_BY_EAR = 0.9
_KEPT = 20_000  # names worked on before; an operation has a few thousand
_SAME_LETTER = str.maketrans("أإآٱىةؤئ", "اااايهوي")
_ARTICLE = "ال"

# What is left of a name when it is only heard: consonants, those alike that one script has and another has not. Vowels
# are written in one and not in the other. After the romanizations in use for Arabic (BGN/PCGN 1956, French usage).
_HEARD = {
    **dict.fromkeys("بپ", "b"),
    **dict.fromkeys("تطث", "t"),
    **dict.fromkeys("دضذ", "d"),
    **dict.fromkeys("سصش", "s"),
    **dict.fromkeys("زظ", "z"),
    **dict.fromkeys("حخه", "h"),
    **dict.fromkeys("قك", "k"),
    **dict.fromkeys("غگ", "g"),
    **dict.fromkeys("جچ", "j"),
    **dict.fromkeys("فڤ", "f"),
    **dict.fromkeys("ر", "r"),
    **dict.fromkeys("ل", "l"),
    **dict.fromkeys("م", "m"),
    **dict.fromkeys("ن", "n"),
}
_TOGETHER = (("kh", "h"), ("gh", "g"), ("sh", "s"), ("ch", "s"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("dj", "j"))
_FEMININE = re.compile("(?<![ckgstdp])h$|ه$")
_ALONE = {"q": "k", "c": "k", "p": "b", "v": "f", "x": "ks"}


@lru_cache(_KEPT)
def plain(name: str) -> str:
    """A name without accents, vowel marks, case, punctuation, and the spelling variants of Arabic."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_SAME_LETTER))
    letters = "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn" and sign != "\u0640")
    words = re.sub(r"[\W_]+", " ", letters.casefold()).split()
    return " ".join(word.removeprefix(_ARTICLE) if len(word) > 4 else word for word in words)


@lru_cache(_KEPT)
def heard(name: str) -> str:
    """The consonants of a plain name, alike for how it is said in Arabic and in Latin letters: `hmmm` for Hmeimim,
    Khmeimim and حميميم."""
    return "".join(_consonants(word) for word in name.split() if word not in ("al", "el"))


def likeness(one: str, other: str) -> float:
    """From 0 to 1 of two plain names: 1 for one that is part of the other, else what they share of their pairs of
    letters, as they are written or as they are heard."""
    if len(one) >= _SHORTEST_PART and one in other:
        return 1.0
    by_ear, others = heard(one), heard(other)
    if len(by_ear) > 1 and by_ear == others:
        return _SAME_BY_EAR
    return max(_shared(one, other), _shared(by_ear, others))


def written_alike(one: str, other: str) -> float:
    """From 0 to 1 of two plain names: what they share of their pairs of letters as they are written."""
    return _shared(one, other)


def _consonants(word: str) -> str:
    """Of one word. Latin letters say twice what Arabic ones write once; an h at the end is a feminine ending, written
    in one and not in the other."""
    once = "".join(sign for sign, before in zip(word, f" {word}", strict=False) if sign != before or not sign.isascii())
    once = _FEMININE.sub("", once)
    for several, single in _TOGETHER:
        once = once.replace(several, single)
    letters = (_HEARD.get(sign) or _ALONE.get(sign) or sign for sign in once)
    return "".join(letter for letter in letters if letter.isascii() and letter not in "aeiouwy")


def _shared(one: str, other: str) -> float:
    """Twice what is in both, of all: Dice's coefficient of their pairs of letters."""
    pairs, others = _pairs(one), _pairs(other)
    together = pairs.total() + others.total()
    return 2 * (pairs & others).total() / together if min(len(one), len(other)) >= _SHORTEST_PART else 0.0


@lru_cache(_KEPT)
def _pairs(name: str) -> Counter[str]:
    return Counter(first + second for first, second in pairwise(name))
