"""What somebody may read of the versions of a report: where a shelter lies exactly is for few."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.accounts.policy import Actor
from app.ledger.queries import Version
from app.shelters.policy import POSITION, has_position, rounded


def as_told(actor: Actor, versions: Sequence[Version]) -> list[Version]:
    """The versions of a report, oldest first, as this person may read them: what others said of where a shelter lies is
    rounded for who may not see exact positions. Who leaves a position as it stood has not said it: it stays that of
    whoever did."""
    if actor.may("see_positions"):
        return list(versions)
    told: list[Version] = []
    said_by: dict[str, tuple[Any, UUID]] = {}  # each coordinate as it last stood, and who said so
    for version in versions:
        for name in POSITION if version.said is not None else ():
            value = version.said.get(name) if version.said else None
            if name not in said_by or said_by[name][0] != value:
                said_by[name] = (value, version.reporter_id)
        others = {name for name, (_, person) in said_by.items() if person != actor.user_id}
        told.append(_rounded(version, others))
    return told


def says_exactly(version: Version, told: Version) -> bool:
    """Whether anything of a position is told as the version says it."""
    said, read = version.said or {}, told.said or {}
    return has_position({name: said.get(name) for name in POSITION if said.get(name) == read.get(name)})


def kept_exact(actor: Actor, versions: Sequence[Version], replacement: dict[str, Any]) -> dict[str, Any]:
    """What is to be said instead, its position as it stands where it is sent back as this person reads it: who corrects
    something else must not put a kilometre in the place of a house."""
    spoken = [pair for pair in zip(versions, as_told(actor, versions), strict=True) if pair[0].said is not None]
    if not spoken:
        return replacement
    stands, read = (version.said or {} for version in spoken[-1])
    same = {name: stands[name] for name in POSITION if name in stands and replacement.get(name) == read[name]}
    return replacement | same


def _rounded(version: Version, names: set[str]) -> Version:
    """A version with these coordinates rounded."""
    said = version.said
    if said is None or not names:
        return version
    kept = {name: said[name] for name in POSITION if name in said and name not in names}
    read = rounded(said) | kept
    return replace(version, content=version.content | {"replacement": read} if version.corrects else read)
