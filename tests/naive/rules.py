"""The rules as ledger.md tells them, from the figures of the naive model; day by day from the beginning."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.naive.figures import Event, Figure
from tests.naive.sums import CELLS, level

RULES = (
    "occupancy",
    "inflow",
    "silence",
    "discrepancy",
    "shortfall",
    "unaccompanied_children",
    "people_in_closed_shelter",
    "admission",
)
STEPS = ("ok", "warning", "critical")
STAYS = "stays"

States = dict[str, tuple[str, bool]]  # of each rule that is not well, and of occupancy always: its level, whether known


def described(events: list[Event], until: datetime) -> dict[str, Any]:
    """Each field of a shelter as last said by a moment."""
    said = [event for event in events if event.sign is None and event.report["kind"] != "note" and event.at <= until]
    said.sort(key=lambda event: (datetime.fromisoformat(event.report["occurred_at"]), UUID(event.report["id"])))
    state: dict[str, Any] = {}
    for event in said:
        state |= event.report
    return state


def places_of(state: dict[str, Any]) -> int | None:
    if state.get("capacity") is not None:
        return max(0, state["capacity"] - (state.get("blocked") or 0))
    covered = state.get("covered_area_m2")
    return None if covered is None else math.floor(covered / 3.5)


def children_at(events: list[Event], until: datetime) -> int:
    """Children nobody looks after: counted where somebody asked, and who came and left since."""
    children = 0
    for event in events:
        said = event.report.get("needs", {}).get("SC")
        if event.at > until or said is None:
            continue
        if event.sign == 0 and event.is_followed:
            children = said
        elif event.sign:
            children += event.sign * said
    return children


def after(before: States, figure: Figure, state: dict[str, Any], seen: dict[str, Any]) -> States:
    """The states after a day, or after a part of one without reports. `seen`: who came, whether the shelter was
    counted, how many children nobody looks after, for how long nothing was heard."""
    states: States = {}
    for rule in RULES:
        held, was_known = before.get(rule, ("ok", True))
        said = _answer(rule, held, figure, state, seen)
        found = (held, was_known) if said == STAYS else (held, False) if said is None else (said, True)
        if found[0] != "ok" or rule == "occupancy":
            states[rule] = found
    return states


def untold(figure: Figure, state: dict[str, Any], seen: dict[str, Any]) -> set[str]:
    """The rules that cannot be told."""
    return {rule for rule in RULES if _answer(rule, "ok", figure, state, seen) is None}


def _answer(rule: str, held: str, figure: Figure, state: dict[str, Any], seen: dict[str, Any]) -> str | None:
    """What a rule says; None: it cannot be told."""
    return _ANSWERS[rule](held, figure, state, seen)


def _occupancy(held: str, figure: Figure, state: dict[str, Any], _seen: dict[str, Any]) -> str | None:
    places = places_of(state)
    if places is None or figure.basis == "unknown":
        return None
    reached = level(held, figure.shown, places)
    # At least so many: proof that it is full, never that there is room or that all is well.
    is_proof = reached != "ok" and STEPS.index(reached) >= STEPS.index(held)
    return reached if figure.basis == "counted" or is_proof else None


def _inflow(_held: str, _figure: Figure, state: dict[str, Any], seen: dict[str, Any]) -> str | None:
    places = places_of(state)
    if not seen["came"]:
        return "ok"
    return None if places is None else _warning_if(seen["came"] > places / 5)


def _silence(_held: str, figure: Figure, state: dict[str, Any], seen: dict[str, Any]) -> str | None:
    is_open = state.get("status") in ("open", "restricted", "full", "closing")
    is_known = figure.shown > 0 and figure.basis != "unknown"
    return _warning_if((is_open or is_known) and seen["silent"] >= timedelta(days=3))


def _discrepancy(_held: str, figure: Figure, _state: dict[str, Any], seen: dict[str, Any]) -> str | None:
    if not seen["is_counted"]:
        return STAYS
    if figure.discrepancy is None:
        return "ok"
    books = seen["found"] - figure.discrepancy
    return _warning_if(abs(figure.discrepancy) > max(0, books) / 10)


def _closed(_held: str, figure: Figure, state: dict[str, Any], _seen: dict[str, Any]) -> str | None:
    if state.get("status") != "closed":
        return "ok"
    if figure.shown and figure.basis != "unknown":
        return "critical"
    return "ok" if figure.basis == "counted" else None


def _admission(_held: str, figure: Figure, state: dict[str, Any], _seen: dict[str, Any]) -> str | None:
    patterns = (state.get("admits") or {}).get("cells") or ["*:*"]
    return _warning_if(
        _is_anybody(figure) and any(figure.cells[key] > 0 and not _is_let_in(key, patterns) for key in CELLS)
    )


def _is_anybody(figure: Figure) -> bool:
    """Whether there may be anybody: nobody is where all were counted and nobody was found."""
    return figure.basis != "counted" or figure.shown > 0


def _warning_if(is_so: bool) -> str:
    return "warning" if is_so else "ok"


_ANSWERS: dict[str, Callable[[str, Figure, dict[str, Any], dict[str, Any]], str | None]] = {
    "occupancy": _occupancy,
    "inflow": _inflow,
    "silence": _silence,
    "discrepancy": _discrepancy,
    "shortfall": lambda _held, figure, _state, _seen: _warning_if(figure.shortfall > 0),
    "unaccompanied_children": lambda _held, figure, _state, seen: _warning_if(
        seen["children"] > 0 and _is_anybody(figure)
    ),
    "people_in_closed_shelter": _closed,
    "admission": _admission,
}


def _is_let_in(key: str, patterns: list[str]) -> bool:
    sex, age = key.split(":")
    if "unknown" in (sex, age):
        return True
    return any(pattern in (f"{sex}:{age}", f"*:{age}", f"{sex}:*", "*:*") for pattern in patterns)
