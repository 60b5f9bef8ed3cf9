"""Whatever two people say, of which one is held: figures are those of an operation in which only the other spoke."""

import random
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.accounts.policy import Actor
from tests.factories.amending import corrected, decision
from tests.factories.folding import differences
from tests.factories.holding import Doubt, everything, hold, make_doubt, settle, tell
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state

CODES = ("A", "B", "C")
FIRST = datetime.fromisoformat("2025-03-01T08:00:00+03:00")
METHODS = ("full_count", "registration", "secondary_report")


def anything(chance: random.Random, number: int) -> dict[str, Any]:
    """A report at a moment no other report is of."""
    at = FIRST + timedelta(minutes=chance.randrange(20_000), seconds=number % 60, microseconds=number)
    here, there = chance.sample(CODES, 2)
    people: Any = chance.choice([chance.randrange(1, 90), {"cells": {"female:0-4": 3, "male:18-59": 8}}])
    match chance.randrange(6):
        case 0 | 1:
            return a_movement(to=here, at=at, people=people, origin=chance.choice(("SY0600", "SY1002")))
        case 2:
            return a_movement(source=here, to=there, at=at, people=people)
        case 3:
            return a_movement(source=here, at=at, people=people, reason="return")
        case 4:
            return a_headcount(here, at=at, people=people, method=chance.choice(METHODS))
        case _:
            return a_state(here, at=at, capacity=chance.randrange(400))


def anew(report: dict[str, Any]) -> dict[str, Any]:
    """The same for another operation."""
    return {**deepcopy(report), "id": str(uuid4())}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_said_figures_are_as_if_it_had_not_been(database: str, seed: int) -> None:
    chance = random.Random(seed)
    here, beside = make_doubt(), make_doubt("beside")
    doubted = replace(here.doubted, role="coordinator")
    for actor in (here.other, beside.other):
        tell(actor, *(a_shelter(code=code, area="SY1002" if code == "C" else "SY0602") for code in CODES))
    said = [anything(chance, number) for number in range(80)]
    honest, made_up = said[:40], said[40:]
    for one, other in zip(honest, made_up, strict=True):
        tell(here.other, one)
        tell(beside.other, anew(one))
        tell(doubted, other)
    meddle(chance, here, doubted, honest, made_up)
    with_them = everything(here.coordinator)
    held = hold(here.coordinator, here.theirs)
    assert everything(here.coordinator) == everything(beside.coordinator)
    assert differences() == []
    settle(here.coordinator, held)
    assert everything(here.coordinator) == with_them
    assert differences() == []


def meddle(
    chance: random.Random, here: Doubt, doubted: Actor, honest: list[dict[str, Any]], made_up: list[dict[str, Any]]
) -> None:
    """The one who is doubted changes and takes back reports of either, and decides on counts; somebody mends theirs."""
    for one in chance.sample(honest, 6):
        tell(doubted, corrected(one["id"], None if chance.random() < 0.5 else later(one)))
    own = chance.sample(made_up, 6)
    for one in own[:3]:
        tell(doubted, corrected(one["id"], later(one)))
    for one in own[3:]:
        tell(here.coordinator, corrected(one["id"], later(one)))
    taken_back = {str(one["id"]) for one in honest}
    for one in [one for one in (*honest, *made_up) if one["kind"] == "headcount"][:4]:
        try:
            tell(doubted, decision(one["id"], False))
        except AssertionError:  # they took this one back before
            assert one["id"] in taken_back


def later(report: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(report["occurred_at"]) + timedelta(hours=30)
    return {**report, "occurred_at": at.isoformat()}
