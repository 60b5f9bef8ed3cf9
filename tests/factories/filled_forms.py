"""Forms as people fill them in, well and badly: any digits, names in any script, each way of counting, moments near a
change of the clocks. Made from a seed, so that a case can be made again."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.core.forms import western
from app.counts.scheme import UNHCR
from app.field.forms.group import CAUSES, INTENTIONS, PRIORITY_NEEDS
from app.field.forms.people import METHODS, NEEDS, WAYS
from app.field.forms.shelter import ADMISSIONS
from app.field.forms.state import ACCESSES, StateForm
from app.shelters.policy import BUILDINGS, SITE_TYPES, STATUSES
from tests.factories.desks import REPORT

Answers = dict[str, list[str]]

ZEROS = (0x30, 0x30, 0x660, 0x6F0, 0xFF10, 0x966, 0x1D7CE)  # Latin oftenest, …, Devanagari, one beyond 16 bits
SEPARATORS = (",", "٬", "،", "'", "’", "\u00a0", "\u202f", "\u2009", " ", "_")
NO_COUNTS = (
    *(
        "-3",
        "−٣",
        "– 5",
        "-",
        "+5",
        "1.5",
        "٣٫٥",
        "1,5",
        "1.234.567",
        "12,34",
        "1,23,4",
        "14x",
        "x14",
        "½",
        "²",
        "Ⅷ",
        "十",
    ),
    *("1e3", "0x10", "NaN", "Infinity", "about 20", "10,000,001", "99999999999", "9" * 5_000, "-1.5", "1,234.5", ".5"),
    *("\ufeff", "\x1f", "\u200f", "1\n2", "1 2", "--3", "5.", "٫", "1,234,567.25", "1234,567.5", "constructor"),
)
WORDS = (
    *(
        "Families from the east",
        "عائلات من الريف",
        "  two words ",
        "x",
        "\ufeffMark",
        "a, b; c، d؛e\nf",
        ",;،",
        "\x1ftab\t",
    ),
    *("<b>bold</b>", "two\r\nlines\n", "100 % of %(total)s", "ß ẞ ς Σ İ ı", "𞤀𞤣𞤤𞤢𞤥", "'; --", "á\u0301", "\u202eabc"),
)
NO_NAMES = (
    *("Atlantis", "x", "شيء", "शहर", "กรุงเทพ", "𞤀𞤣𞤤𞤢", "shelter:", "area:", ":", "shelter:NOT", "area:SY99", "SY99"),
    *("a" * 201, "𞤀" * 201, "()", "…", "%", "al", "ال", "SY06 SY0600", "(SY1002)", "constructor", "__proto__"),
)
NO_DAYS = (
    "2025-02-30",
    "20250316",
    "2025-W11-7",
    "16.3.2025",
    "2025-3-6",
    "1999-12-31",
    "0000-01-01",
    "9999-12-31",
    "today",
)
TIMES = (
    "00:00",
    "00:30",
    "01:00",
    "01:30",
    "02:00",
    "02:30",
    "03:00",
    "03:10",
    "14:20",
    "14:20:30",
    "23:59",
    "23:59:59",
)
NO_TIMES = ("24:00", "9:30", "noon", "14:60", "14:20+03:00", "14", "1420", "14:20:30.5", "T14:20", "14.20")
NO_MOMENTS = ("", "now", "2025-03-16", "2025-03-16T12:00:00", "2025-02-30T12:00:00+00:00", "0001-01-01T00:00:00+14:00")
WAS = ("", "0", "5", "6,000", "٦٬٠٠٠", "21,000.5", "open", "yes", "anyone", "other", "women", "rubbish")


class Person:
    """Who fills a form in at a moment in a zone. `names`: all they may have heard; `carelessness`: how often an answer
    is none, of 1."""

    def __init__(self, chance: Random, now: datetime, zone: ZoneInfo, names: Sequence[str]) -> None:
        self.chance, self.now, self.zone, self.names = chance, now, zone, names
        self.carelessness = 0.0

    def fills_in(self, kind: str) -> Answers:
        self.carelessness = self.chance.choice((0.0, 0.0, 0.03, 0.1, 0.4))
        answers = self.moment() | ASKED[kind](self)
        lost = 0 if kind == "shelter_state" else self.carelessness / 5  # its page shows an answer to each
        kept = {name: values for name, values in answers.items() if self.chance.random() >= lost}
        return kept | {"report_id": [REPORT]} | ({"code": ["KHM"]} if kind == "shelter_state" else {})

    def one_of(self, good: Iterable[str], bad: Iterable[str] = ("", " ", "rubbish", "constructor")) -> list[str]:
        return [self.chance.choice(tuple(bad if self.chance.random() < self.carelessness else good))]

    def digits(self, text: str) -> str:
        """In one script or, rarely, several."""
        zero = self.chance.choice(ZEROS)
        return "".join(chr(zero + int(sign)) if sign in "0123456789" else sign for sign in text)

    def count(self, *, most: int = 120) -> list[str]:
        value = self.chance.choice(
            (0, 1, self.chance.randint(0, most), self.chance.randint(0, most), 1_234, 10_000_000)
        )
        written = f"{value:,}".replace(",", self.chance.choice(("", *SEPARATORS)))
        wrapped = self.chance.choice(("{}", "{}", " {} ", "\u200f{}\u200e", "00{}" if value < 1_000 else "{}"))
        return self.one_of([wrapped.format(self.digits(written))], (*NO_COUNTS, "", " "))

    def maybe(self, answer: Callable[[], list[str]], often: float = 0.5) -> list[str]:
        return answer() if self.chance.random() < often else [""]

    def measure(self) -> list[str]:
        fractions = ("", "", ".5", "٫٢٥", *((",125", ".5.5") if self.carelessness else ()))
        return [self.count()[0].strip(" ") + self.chance.choice(fractions)]

    def coordinate(self) -> list[str]:
        value = self.digits(f"{self.chance.uniform(-95, 95):.{self.chance.randint(0, 6)}f}")
        return self.one_of(
            [value, value.replace(".", ","), value.replace(".", "٫"), value.replace("-", "−")], NO_COUNTS
        )

    def day(self, *, back: int = 3) -> list[str]:
        local = self.now.astimezone(self.zone) - timedelta(days=self.chance.randint(0, back))
        if self.chance.random() < self.carelessness:
            local += timedelta(days=self.chance.choice((1, 2, 400)))
        return self.one_of([self.digits(f"{local:%Y-%m-%d}")], (*NO_DAYS, "", " "))

    def time(self) -> list[str]:
        around = self.now.astimezone(self.zone) + timedelta(minutes=self.chance.choice((0, 0, 5, 6, -1, -40, -90)))
        return self.one_of(
            [self.digits(self.chance.choice((self.chance.choice(TIMES), f"{around:%H:%M}")))], (*NO_TIMES, "", " ")
        )

    def moment(self) -> Answers:
        opened = self.now - timedelta(seconds=self.chance.choice((0, 5, 90, 3_600, 86_400, -1, -600)))
        opened += timedelta(microseconds=self.chance.choice((0, 0, 123_000, 123_456)))
        local = opened.astimezone(self.chance.choice((UTC, self.zone)))
        written = (local.isoformat(), opened.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        return {
            "opened_at": self.one_of(written, NO_MOMENTS),
            "when": self.one_of(("now", "earlier")),
            "day": self.day(),
            "at": self.maybe(self.time),
        }

    def name(self) -> str:
        name = self.chance.choice(self.names)
        at = self.chance.randrange(len(name))
        spoiled = (name[:at] + name[at + 1 :], name[:at] + self.chance.choice("abأةh ") + name[at:])
        changed = (name, name, name.upper(), f" {name} ", name.replace("ة", "ه"), f"{name} (SY0600)", *spoiled)
        return self.chance.choice(changed if self.carelessness else changed[:4])

    def named(self, name: str, keys: Sequence[str], *, other_end: bool = False) -> Answers:
        """A place or an area, chosen or typed, with what else its page may send of it."""
        right, wrong = [self.chance.choice(keys), self.chance.choice(keys), self.name()], self.chance.choice(NO_NAMES)
        answers = {name: self.one_of(right, ("", "", " ", wrong))}
        if self.chance.random() < 0.1:
            answers[f"{name}.pick"] = [self.chance.choice((*keys, "", "shelter:NOT"))]
        if self.chance.random() < 0.1:
            shown = self.chance.choice((answers[name][0], "Something else"))
            answers |= {f"{name}.shown": [self.chance.choice((*keys, ""))], f"{name}.as": [shown]}
        if other_end and self.chance.random() < 0.3:
            answers[f"{name}.elsewhere"] = [self.chance.choice((*ELSEWHERE, "", " "))]
        return answers

    def people(self) -> Answers:
        how = self.chance.choice(WAYS)
        filled = self.chance.choice(WAYS) if self.chance.random() < self.carelessness else how
        cells = self.chance.sample(UNHCR.keys, self.chance.randint(1, 4)) if filled == "cells" else []
        needs = self.chance.sample(NEEDS, self.chance.choice((0, 0, 1, 3)))
        return {
            "how": self.one_of((how,)),
            **{f"cells.{cell}": self.count() for cell in cells},
            "total": self.maybe(self.count, 0.8 if filled == "total" else self.carelessness),
            "households_only": self.maybe(self.count, 1.0 if filled == "households" else self.carelessness),
            "households": self.maybe(self.count, 0.2),
            "estimate": self.one_of(("no", "no", "yes")),
            "low": self.maybe(lambda: self.count(most=50)),
            "high": self.maybe(lambda: self.count(most=300)),
            "method": self.one_of(METHODS),
            **{f"needs.{need}": self.count() for need in needs},
        }

    def code(self, *, often: float = 0.4) -> list[str]:
        codes = ("G-0001", " g-٠٠٠١ ", "G‑۰۰۰۱", "NEW–7", "G-0009")
        return self.maybe(lambda: self.one_of(codes, ("the second bus", "", "ß", "G_1", "A" * 33)), often)


KEYS = ("shelter:KHM", "shelter:SCH", "shelter:OLD", "area:SY0602", "area:SY0600", "area:SY06", f"shelter:{REPORT}")
AREAS = ("SY06", "SY0600", "SY0602", "SY", "SY0602")
ELSEWHERE = ("Banyas", "بانياس", "BAN", "Banyas school", "The twin", "SY1002", "Damascus", "Hmeimim", "x" * 201)


def arrival(who: Person) -> Answers:
    stayed = {"stayed": who.one_of(("no", "yes", "unknown"))}
    ends = who.named("before", KEYS, other_end=True) | who.named("place", KEYS)
    return who.people() | who.named("home", AREAS) | {"group": who.code()} | stayed | ends


def departure(who: Person) -> Answers:
    return {
        **who.named("place", KEYS),
        "went": who.one_of(("place", "place", "home", "elsewhere", "died")),
        **who.named("there", (*KEYS, "area:SY1002"), other_end=True),
        "arrival_day": who.maybe(lambda: who.day(back=1)),
        "arrival_time": who.maybe(who.time),
        **({"saw_arrival": who.one_of(("yes",))} if who.chance.random() < 0.3 else {}),
        **who.people(),
        **who.named("home", AREAS),
        "group": who.code(),
    }


def headcount(who: Person) -> Answers:
    return who.named("place", KEYS) | who.people()


def shelter(who: Person) -> Answers:
    lat_and_lon = who.chance.random() < 0.3 + who.carelessness
    return {
        **{name: who.maybe(lambda: who.one_of(WORDS)) for name in ("name_en", "name_ar", "aliases", "admission_rule")},
        "site_type": who.one_of(SITE_TYPES),
        "building": who.maybe(lambda: who.one_of(BUILDINGS)),
        **who.named("area", AREAS),
        "status": who.one_of(STATUSES),
        "capacity": who.maybe(who.count),
        "admission": who.one_of(ADMISSIONS),
        "present": who.maybe(who.count),
        "method": who.one_of(METHODS),
        "lat": who.coordinate() if lat_and_lon else [""],
        "lon": who.coordinate() if lat_and_lon else [""],
    }


def state(who: Person) -> Answers:
    typed = {
        **{name: who.maybe(lambda: who.one_of(WORDS)) for name in ("admission_rule", "managed_by", "contact")},
        **{
            name: who.maybe(who.count)
            for name in ("capacity", "blocked", "toilets", "toilets_accessible", "taps", "showers")
        },
        **{name: who.maybe(who.measure) for name in ("covered_area_m2", "site_area_m2", "water_litres_per_day")},
        "status": who.one_of(STATUSES),
        "access": who.maybe(lambda: who.one_of(ACCESSES)),
        "health_post": who.maybe(lambda: who.one_of(("yes", "no"))),
        "admission": who.one_of(ADMISSIONS),
    }
    kept = who.chance.choice((0.8, 0.95, 1.0))
    same = {name: [who.digits(western(values[0]))] for name, values in typed.items()}
    was = {
        name: who.chance.choice((typed, same))[name] if who.chance.random() < kept else [who.chance.choice(WAS)]
        for name in StateForm.asked_first
    }
    return typed | {f"{name}.was": value for name, value in was.items()}


def group(who: Person) -> Answers:
    return {
        "label": who.one_of(WORDS),
        **who.named("home", AREAS),
        "displaced_on": who.maybe(lambda: who.day(back=who.chance.choice((0, 40_000)))),
        "cause": who.maybe(lambda: who.one_of(CAUSES)),
        **(who.people() if who.chance.random() < 0.7 else {}),
        "priority_needs": [
            *who.chance.sample(PRIORITY_NEEDS, who.chance.randint(0, 3)),
            *who.maybe(lambda: ["rubbish"]),
        ],
        "intention": who.maybe(lambda: who.one_of(INTENTIONS)),
        "code": who.code(),
        **({"known": who.one_of(("yes",))} if who.chance.random() < 0.4 else {}),
    }


def note(who: Person) -> Answers:
    return who.named("place", KEYS) | {"text": who.one_of(WORDS)}


ASKED: dict[str, Callable[[Person], Answers]] = {
    "arrival": arrival,
    "departure": departure,
    "headcount": headcount,
    "shelter": shelter,
    "shelter_state": state,
    "group": group,
    "note": note,
}
