"""What looks as if it pointed at a person, in the three languages of the field; and what must not be taken for it."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.policy import looks_personal

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

PHONES = [
    "call +963 944 123 456 at night",
    "00963-944-123456",
    "اتصل على ٠٩٤٤١٢٣٤٥٦ مساء",
    "رقم الحارس 0944 123 456",
    "041-2345678",
    "téléphone : 76 12 34 56 (Mopti)",
    "+223 76 12 34 56",
    "the driver: 71 123 456",
    "03-123456 after six",
    "0532 123 45 67",
    "+90 (532) 123-45-67",
    "tel:+33612345678",
]
IDENTITIES = ["ID 12345678901", "رقم الهوية ٠٤٠١٠٠١٢٣٤٥", "carte no 10203040506070", "national number 04010012345"]
MAILS = ["write to someone@example.org", "someone.else@mail.example.co.uk, please"]
NAMES = [
    "Mr Haddad knows the way",
    "ask Mme Traoré",
    "M. Coulibaly a la clé",
    "her name is Layla",
    "father's name: Karim",
    "a boy named Karim, alone",
    "the guard is called Karim",
    "name: Karim H.",
    "une femme nommée Aminata attend seule",
    "elle s’appelle Aminata",
    "prénommé Karim",
    "talk to Abu Ali at the gate",
    "Um Ahmad and her children",
    "سلّمنا المفتاح إلى السيد كريم",
    "السيدة ليلى تنتظر",
    "طفل اسمه كريم بلا أهل",
    "امرأة اسمها ليلى",
    "رجل يدعى كريم",
    "عند أبو علي قرب البوابة",
    "وأم محمد مع أولادها",
    "الاسم: كريم",
]
POSITIONS = [
    "35.40109, 35.94868 is the gate",
    "the well: 35,40109 35,94868",
    "هم عند ٣٥٫٤٠١٠٩، ٣٥٫٩٤٨٦٨",
    "-13.5137; -2.6912",
]
NOBODY = [
    "",
    "120 people, 25 families, 300 litres",
    "1,250 people and 10 000 litres; 12 000 000 SYP were paid",
    "counted 2025-03-16, again 16/03/2025 and 16.03.2025 at 14:20:05",
    "from 2011-2025; SY0602, SY060200, G-0001, S-00000012, LB7",
    "35.4, 35.9 is the town; 12.5000 litres, 3.2500 each and 7.1000 in all",
    "20250316 and 16032025 and 202503161420 are days",
    "between 1000-2000 people, 250-300 a day",
    "the camp is called Khmeimim; the village named Hmeimim",
    "shelter name: School 4",
    "they came from Abu Kamal and Umm Walad",
    "the mother of three is pregnant; a man and a woman wait",
    "Miss the bus and they stay; Mr. is not known",
    "rooms 12 14 16 18 are wet",
    "https://example.org/2025/0944123456/report",
    "report 6f2c1f0e-3d0b-4a55-9d52-0f6f6a1c7a11 was wrong",
    "أم لثلاثة أطفال وامرأة حامل",
    "السيدة الحامل تحتاج طبيبا",
    "جاؤوا من البوكمال ومن السيدة زينب والشيخ بدر",
    "مخيم اسمه حميميم",
    "قرية تدعى الدالية",
    "مدرسة قديمة، ١٢٠ شخصا و٢٥ عائلة منذ ١٦/٠٣/٢٠٢٥",
    "هل بقوا أم رحلوا",
    "le site nommé Kontza; l’école s’appelle Modibo",
    "120 personnes, 25 ménages, une mère et ses trois enfants",
    "her name is not known; first name unknown; no names were taken",
    "M. à vérifier; 76 personnes, 12 enfants, 34 femmes",
    "UNHCR, IOM, WFP and the Red Crescent; reception desk, channel 16",
]


@pytest.mark.parametrize("text", PHONES)
def test_it_sees_a_phone_number(text: str) -> None:
    assert "phone" in looks_personal(text)


@pytest.mark.parametrize("text", POSITIONS)
def test_it_sees_an_exact_position(text: str) -> None:
    assert looks_personal(text) == ("position",)


@pytest.mark.parametrize("text", IDENTITIES)
def test_it_sees_an_identity_number(text: str) -> None:
    assert {"identity_number", "phone"} & set(looks_personal(text))


@pytest.mark.parametrize("text", MAILS)
def test_it_sees_an_address(text: str) -> None:
    assert looks_personal(text) == ("email",)


@pytest.mark.parametrize("text", NAMES)
def test_it_sees_what_stands_before_a_name(text: str) -> None:
    assert looks_personal(text) == ("name",)


@pytest.mark.parametrize("text", NOBODY)
def test_it_does_not_cry_wolf(text: str) -> None:
    assert looks_personal(text) == ()


def test_no_place_of_the_reference_is_a_person() -> None:
    seeds = Path(__file__).parents[2] / "seeds"
    lines = (seeds / "reference" / "areas.csv").read_text(encoding="utf-8").splitlines()
    texts = [text for row in csv.reader(lines) for text in row[3:6]]
    around = ("{}", "from {}", "people of {} are here", "جاؤوا من {}", "venus de {}")
    wrong = [text for text in texts for frame in around if looks_personal(frame.format(text))]
    assert len(texts) > 500
    assert wrong == []


DIGITS = st.sampled_from([str.maketrans({}), ARABIC, PERSIAN])
WORDS = st.sampled_from(["at the gate", "عند البوابة", "près du puits", "120", "SY0602,"])


@given(number=st.integers(10**7, 10**8 - 1), gap=st.sampled_from(["", " ", "-", "."]), script=DIGITS, around=WORDS)
def test_a_mobile_number_is_seen_in_every_script(number: int, gap: str, script: dict[int, str], around: str) -> None:
    digits = f"09{number:08}"
    written = gap.join((digits[:4], digits[4:7], digits[7:])).translate(script)
    assert "phone" in looks_personal(f"{around} {written} {around}")


@given(number=st.integers(10**10, 10**13), script=DIGITS, around=WORDS)
def test_a_long_number_is_seen_in_every_script(number: int, script: dict[int, str], around: str) -> None:
    seen = looks_personal(f"{around} {number} {around}".translate(script))
    is_moment = len(str(number)) in (12, 14) and not seen  # a day with its time
    assert is_moment or {"phone", "identity_number"} & set(seen)


@given(
    people=st.integers(0, 99_999),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    script=DIGITS,
)
def test_counts_and_days_are_nobody_and_a_position_is_one_alone(
    people: int, at: datetime, lat: float, lon: float, script: dict[int, str]
) -> None:
    moment = at.replace(tzinfo=UTC)
    text = (
        f"{people} people ({people:,}) on {moment:%Y-%m-%d} at {moment:%H:%M}, {moment:%d/%m/%Y}; {lat:.5f}, {lon:.5f}"
    )
    assert looks_personal(text.translate(script)) == ("position",)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert set(looks_personal(text)) <= {"phone", "identity_number", "email", "name"}


def test_a_long_text_is_read_quickly() -> None:
    for text in ("0 " * 1_000, "1" * 2_000, "a@" * 1_000, "name " * 400, "أم " * 600, "+1-" * 600, "A. " * 600):
        looks_personal(text)
