"""A coordinator's page as somebody reads it: figures by the words that stand beside them, in any language.

Nothing is looked for by its class or by where it lies: headings, terms and heads of columns are our own texts, in the
words of the page's language, so that a page may be drawn otherwise and is read all the same.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import html5lib

from app.core.text import catalogue

NUMBER = r"\d{1,3}(?:[,٬\u202f\u00a0]\d{3})+|\d+"
MINUS = "\u2212"
FORMS = 6  # of a plural, in the language that has most
_PARTS = re.compile(r"%\((\w+)\)s")

Row = dict[str, str]


class Number(NamedTuple):
    """How many, as it is told: how that is known, and the range where one is told. `people` None: not known."""

    basis: str
    people: int | None
    range: tuple[int, int | None] | None = None


class Reading:
    """A page, or a part of one."""

    def __init__(self, page: str, language: str = "en") -> None:
        tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
        self.main: Element = next(part for part in tree.iter("main"))
        self.language = language

    def text(self, message: str) -> str:
        """One of our texts, in the language of the page."""
        return catalogue(self.language).ugettext(message)

    def within(self, heading: str) -> "Reading":
        """The section that has a heading."""
        wanted = self.text(heading)
        return next(one for title, one in self.sections() if title == wanted)

    def sections(self) -> Iterator[tuple[str, "Reading"]]:
        """Every section with its heading, in the order of the page."""
        for section in self.main.iter("section"):
            heading = next(section.iter("h2"), None)
            if heading is not None:
                part = object.__new__(Reading)
                part.main, part.language = section, self.language
                yield words(heading), part

    def paragraph(self) -> str:
        """The first paragraph."""
        return words(next(self.main.iter("p")))

    def words(self) -> str:
        return words(self.main)

    def has(self, *columns: str) -> bool:
        """Whether there is a table with these columns."""
        try:
            self.rows(*columns)
        except LookupError:
            return False
        return True

    def term(self, *terms: str) -> tuple[str, str]:
        """What is said of a term of a list, the first of these that stands there: the first of it, and what follows."""
        wanted = [self.text(term) for term in terms]
        for pair in self.main.iter():
            named = pair.find("dt")
            if named is not None and words(named) in wanted:
                first, *rest = (words(one) for one in pair.findall("dd"))
                return first, " ".join(rest)
        raise LookupError(f"no term {terms} on the page")

    def rows(self, *columns: str) -> list[Row]:
        """Rows of the first table with these columns, by the English names of these. LookupError: there is none."""
        wanted = {self.text(column): column for column in columns}
        for table in self.main.iter("table"):
            heads = [words(head) for head in table.findall("./thead/tr/th")]
            if wanted.keys() <= set(heads):
                names = [wanted.get(head, head) for head in heads]
                return [dict(zip(names, _cells(row), strict=False)) for row in table.findall("./tbody/tr")]
        raise LookupError(f"no table of {columns} on the page")

    def named(self, *names: str) -> list[str]:
        """The values of the table whose rows begin with these names, in the order of the table."""
        wanted = {self.text(name) for name in names}
        for table in self.main.iter("table"):
            rows = [cells for row in table.findall("./tbody/tr") if len(cells := _cells(row)) > 1]
            if wanted <= {cells[0] for cells in rows}:
                return [cells[1] for cells in rows]
        raise LookupError(f"no table with rows {names} on the page")

    def told(self, said: str, one: str, many: str | None = None) -> int | None:
        """The number in a sentence of ours, if that stands in what is said. Where a language says "two of them" in a
        word, that is the number."""
        for number, form in self._forms(one, many):
            parts = _PARTS.split(form)
            pattern = "".join(f"({NUMBER})" if n % 2 else re.escape(part) for n, part in enumerate(parts))
            found = re.search(rf"(?<!\d){pattern}", said)
            if found is not None:
                return whole(found[1]) if found.groups() else number
        return None

    def part(self, said: str, message: str) -> str | None:
        """The words that stand in a sentence of ours where its value is."""
        before, _, after = re.split(r"(%\(\w+\)s)", self.text(message))
        found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", said)
        return None if found is None else found[1]

    def _forms(self, one: str, many: str | None) -> Iterable[tuple[int, str]]:
        if many is None:
            return [(0, self.text(one))]
        forms = {catalogue(self.language).ungettext(one, many, n): n for n in (*range(FORMS), 11, 100)}
        return sorted(((n, form) for form, n in forms.items()), key=lambda form: -len(form[1]))

    def number(self, said: str, further: str = "") -> Number:
        """People with how they are known and their range, as a table or a headline says them. `further`: what stands
        below a headline."""
        if said.startswith(self.text("not known")):
            return Number("unknown", None)
        at_least = self.text("at least") in said or self.told(said, "at least %(number)s") is not None
        whole_of_it = f"{said} {further}"
        ends = re.search(rf"({NUMBER})–({NUMBER})", whole_of_it)
        low = self.told(whole_of_it, "%(low)s by the lowest estimates" if at_least else "%(low)s or more")
        told = (whole(ends[1]), whole(ends[2])) if ends else None if low is None else (low, None)
        return Number("at_least" if at_least else "counted", count(said), told)

    def known(self, said: str) -> int | None:
        """A number, or None where it is not known."""
        return None if said.startswith(self.text("not known")) else count(said)


def words(element: Element) -> str:
    """What stands in an element; spaces that keep words together stay."""
    return " ".join(part for part in re.split(r"[ \t\n]+", "".join(_said(element))) if part)


def _said(element: Element) -> Iterator[str]:
    """Its texts, those of boxes of their own apart from each other."""
    yield element.text or ""
    for part in element:
        yield " "
        yield from _said(part)
        yield " "
        yield part.tail or ""


def _cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        cells += [words(cell), *[""] * (int(cell.attrib.get("colspan", "1")) - 1)]
    return cells


def whole(written: str) -> int:
    """A number in the digits and separators of any of our languages."""
    return int(re.sub(r"\D", "", written))


def per_cent(said: str) -> int | None:
    """The first share in what is said."""
    found = re.search(rf"({NUMBER})[ \u00a0\u202f]?[%٪]", said)
    return None if found is None else whole(found[1])


def count(said: str) -> int:
    """The first number in what is said, with its sign."""
    found = re.search(NUMBER, said)
    assert found is not None, f"no number in {said!r}"
    return -whole(found[0]) if said[: found.start()].endswith(MINUS) else whole(found[0])
