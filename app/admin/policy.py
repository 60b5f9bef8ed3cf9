"""What an administrator may set an operation to, and how one knows that a page is out of date. Pure."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from app.alerts.rules import OccupancyThresholds
from app.places.schemas import EVIDENCE_WEIGHTS, Frame, Settings

HEAVIEST = 10  # evidence weights are of 0 to 10 (domain.md)
LARGEST_HOUSEHOLD = 30
FULLEST = 300  # per cent of the places a threshold may lie at
THRESHOLDS = tuple(OccupancyThresholds.__dataclass_fields__)


def stamp(standing: Any) -> str:
    """A name for what stands, in JSON values: while it is the same, nobody has changed anything."""
    return sha256(json.dumps(standing, sort_keys=True).encode()).hexdigest()[:24]


def about_of(frame: Frame) -> dict[str, Any]:
    """What an operation is called and how much its mails say."""
    return {"name": frame.name, "mail_detail": frame.mail_detail}


def frame_of_counting(frame: Frame) -> dict[str, Any]:
    """What every report of an operation is counted in."""
    scheme = {"sexes": list(frame.scheme.sexes), "ages": list(frame.scheme.ages)}
    return {"time_zone": frame.zone.key, "scheme": scheme}


def numbers_of(frame: Frame) -> dict[str, float]:
    """Every number an administrator may set, by the name of its field, as it holds now."""
    settings = frame.settings
    return _fields(
        settings.adopt_from, settings.household_size, settings.evidence_weights, OccupancyThresholds.of(frame)
    )


def defaults() -> dict[str, float]:
    """The same as it is where nobody has set anything."""
    return _fields(Settings.adopt_from, Settings.household_size, EVIDENCE_WEIGHTS, OccupancyThresholds())


def settings_of(numbers: Mapping[str, float]) -> dict[str, Any]:
    """Settings as they are kept (places.schemas.Settings), of numbers by the names of their fields."""
    return {
        "adopt_from": numbers["adopt_from"],
        "household_size": numbers["household_size"],
        "evidence_weights": {method: numbers[f"weight_{method}"] for method in EVIDENCE_WEIGHTS},
        "thresholds": {f"occupancy_{name}": numbers[f"occupancy_{name}"] for name in THRESHOLDS},
    }


def _fields(
    adopt_from: int, household_size: float, weights: Mapping[str, int], thresholds: OccupancyThresholds
) -> dict[str, float]:
    return {
        **{f"weight_{method}": weights[method] for method in EVIDENCE_WEIGHTS},
        "adopt_from": adopt_from,
        "household_size": household_size,
        **{f"occupancy_{name}": getattr(thresholds, name) for name in THRESHOLDS},
    }
