"""Texts that look as if they pointed at a person: a phone or identity number, an e-mail address, an exact position, a
name. Pure.

Only a hint, so it would rather miss something than cry wolf: numbers count by their form (Syria, Lebanon, Türkiye,
Mali, and any with its country), names by what stands before them. Who is warned of every date and village no longer
reads the warning that matters.
"""

import re
import unicodedata
from datetime import date
from typing import Literal, get_args

Kind = Literal["phone", "identity_number", "email", "position", "name"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_MAIL = re.compile(r"(?<![^\s<>\"'(:,;])[^\s@<>\"'(:,;]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DIGITS = {sign: str(unicodedata.digit(chr(sign))) for sign in range(0x80, 0x20000) if chr(sign).isdecimal()}
_DIGIT = re.compile("[0-9]")
_FEWEST_DIGITS = 8
_NO_NUMBER = re.compile(  # addresses of pages, days, times, coordinates
    r"https?://\S+|\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|(?<![\w.+])-?\d{1,3}[.,٫]\d{4,}(?![\w.])"
)
_POSITION = re.compile(  # latitude and longitude, to ten metres or nearer
    r"(?<![\w.+])-?\d{1,2}[.,٫]\d{4,}°?\s*[NSns]?[\s,;/،]{1,3}-?\d{1,3}[.,٫]\d{4,}(?!\w)"
)
_BLANK = re.compile(r"[\u00a0\u2000-\u200f\u202a-\u202f\u2066-\u2069]")  # and marks of direction
_DASH = re.compile(r"[\u2010-\u2013]")
_GAP = r"[ .\-/()]{0,2}"
_PHONE = re.compile(
    rf"(?<![\w.,-])(?:"
    rf"(?:\+|00)\d(?:{_GAP}\d){{7,14}}"  # with its country
    rf"|09(?:{_GAP}\d){{8}}"  # Syria, mobile
    rf"|0[1-5]\d?(?:{_GAP}\d){{7}}"  # Syria, line
    rf"|0[2-5](?:{_GAP}\d){{9}}"  # Türkiye
    r"|(?:03|7[0-9]|81)[ \-/]?\d{3}[ \-]?\d{3}"  # Lebanon
    r"|(?:20|21|44|[5-9]\d)(?:[ .\-]\d\d){3}"  # Mali, as it is written
    r")(?![\w-]|[.,]\d)"
)
_NUMBER = re.compile(r"(?<![\w.,+-])\d{8,14}(?![\w-]|[.,]\d)")

# Given names are no proof; after "father of" or "mother of" they are. "A mother of three" is nobody's name.
_GIVEN_AR = (
    "محمد|أحمد|احمد|محمود|علي|حسن|حسين|خالد|عمر|يوسف|إبراهيم|ابراهيم|مصطفى|عبد|عبدالله|سليمان|إسماعيل|صالح|ياسر|ماهر"
    "|سامر|باسل|حيدر|جعفر|جورج|إلياس|حنا|عيسى|موسى|طارق|زياد|فادي|نزار|وائل|هيثم|أيمن|بلال|سعيد|عادل|ناصر|فراس|مازن"
)
_GIVEN = (
    r"Moha?mm?[ae]d|Ahm[ae]d|Mahmou?d|Ali|Hass?[ae]n|Hussei?n|Khal[ei]d|Omar|Y[ou]+ss?[ei]f|Ibrahim|M[ou]+stafa|Abdull?ah"
    r"|S[ou]+leiman|Ismail|Saleh|Yass?er|Maher|Samer|Bass?el|Haidar|Jaafar|Georges?|Elias|Hanna|Iss?a|Mou?ss?a|Tare[kq]|Ziad"
    r"|Fadi|Nizar|Wael|Haitham|Ayman|Bilal|Sa[ei]+d|Adel|Nass?er|Firas|Mazen|Amadou|Mamadou|Oumar|Seydou|Fatou|Aminata"
)
_WORD_AR = r"(?!ال|زينب)[\u0621-\u064A]{2,}"
_CAPITAL = r"[A-ZÀ-Þ][\w'’-]+"
_PLACES = (
    "shelter|site|camp|village|town|school|place|group|centre|center|organi[sz]ation"
    "|abri|site|camp|village|ville|école|lieu|groupe|centre|organisation"
)
_PLACES_AR = "(?:ال)?(?:مخيم|قرية|مدرسة|بلدة|موقع|مركز|مأوى|مجموعة|منظمة|حي)"
_SOMEBODY = (
    "man|woman|boy|girl|child|baby|person|mother|father|brother|sister|son|daughter|wife|husband|widow|guard|driver"
    "|teacher|doctor|nurse|homme|femme|garçon|fille|enfant|bébé|personne|mère|père|frère|sœur|fils|veuve|dame|gardien"
)
_NAMES = [
    re.compile(rf"\b(?:Mrs?|Ms|Miss|Mme|Mlle|Monsieur|Madame|Mademoiselle)\.? +{_CAPITAL}|(?<![\w.])M\. +{_CAPITAL}"),
    re.compile(rf"\b(?:Ab[ou]u?|U[mn]m?|Oum+) +(?:{_GIVEN})\b"),
    re.compile(rf"(?<![\u0621-\u064A])(?:و|ل|ب)?(?:أبو|ابو|أبي|أم|ام) (?:{_GIVEN_AR})(?![\u0621-\u064A])"),
    re.compile(rf"(?<![\u0621-\u064A])(?:و|ل|ب)?(?:السيد|السيدة|الآنسة|المدعو|المدعوة) {_WORD_AR}"),
    re.compile(
        r"\b(?i:his|her|their|my|full|first|last|family|father'?s|mother'?s)(?i: name)(?: is| was|s are)? *:? +"
        + _CAPITAL
    ),
    re.compile(rf"(?<!\w)(?:{_SOMEBODY}),? (?:is |was |who is )?(?:named|called|nommée?|appelée?) +{_CAPITAL}"),
    re.compile(rf"\b(?:[Pp]rénommée?|(?:[Ii]l|[Ee]lle) s['’]appelle|[Ll][ea] nommée?) +{_CAPITAL}"),
]
# Most texts hold none of these, and looking for them costs nothing.
_TELLING = (
    *("mr", "ms", "miss", "mme", "mlle", "m. ", "madame", "monsieur", "mademoiselle", "nam", "nom", "called", "appel"),
    *("abo", "abu", "um ", "umm", "oum", "بو ", "أبي ", "أم ", "ام ", "السيد", "الآنسة", "المدعو", "سمه", "دعى", "سم"),
)
# What is called so is nobody where a place stands before it.
_CALLED = [
    re.compile(rf"(?:\b(?P<place>{_PLACES})\W+)?\b(?:names?|prénoms?|noms?) *[:=] *\w", re.IGNORECASE),
    re.compile(
        rf"(?:(?<![\u0621-\u064A])(?P<place>{_PLACES_AR}) (?:[\u0621-\u064A]+ )?)?"
        rf"(?<![\u0621-\u064A])و?(?:[اإ]سمه|[اإ]سمها|يدعى|تدعى|يُدعى|تُدعى|الاسم *:|الإسم *:) *:? *{_WORD_AR}"
    ),
]


def looks_personal(text: str) -> tuple[Kind, ...]:
    """What a text looks as if it held of a person, in the order of KINDS."""
    plain = text if text.isascii() else _DASH.sub("-", _BLANK.sub(" ", text.translate(_DIGITS)))
    found: set[Kind] = set()
    without_mails = plain
    if "@" in plain:
        without_mails, mails = _MAIL.subn(" | ", plain)
        found |= {"email"} if mails else set()
    if len(_DIGIT.findall(without_mails)) >= _FEWEST_DIGITS:
        found |= _numbers(_NO_NUMBER.sub(" | ", without_mails))
        found |= {"position"} if _POSITION.search(without_mails) else set()
    lower = plain.lower()
    if any(word in lower for word in _TELLING) and _names_somebody(plain):
        found.add("name")
    return tuple(kind for kind in KINDS if kind in found)


def _numbers(text: str) -> set[Kind]:
    rest, phones = _PHONE.subn(" | ", text)
    found: set[Kind] = {"phone"} if phones else set()
    if any(not _is_day(number) for number in _NUMBER.findall(rest)):
        found.add("identity_number")
    return found


def _names_somebody(text: str) -> bool:
    return any(pattern.search(text) for pattern in _NAMES) or any(
        named["place"] is None for pattern in _CALLED for named in pattern.finditer(text)
    )


def _is_day(digits: str) -> bool:
    """20250316 or 16032025, perhaps with the time."""
    if len(digits) not in (8, 12, 14):
        return False
    for year, month, day in ((digits[:4], digits[4:6], digits[6:8]), (digits[4:8], digits[2:4], digits[:2])):
        try:
            if 1900 <= int(year) <= 2100:
                date(int(year), int(month), int(day))
                return True
        except ValueError:
            continue
    return False
