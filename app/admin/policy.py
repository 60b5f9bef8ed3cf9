"""What an administrator may set an operation to, and how one knows that a page is out of date. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from app.alerts.rules import GAPS, Thresholds
from app.places.schemas import EVIDENCE_WEIGHTS, Frame, Settings

HEAVIEST = 10  # evidence weights are of 0 to 10 (domain.md)
LARGEST_HOUSEHOLD = 30

# What each threshold of the rules may be set to, in its unit (alerts.rules.Thresholds).
LIMITS: dict[str, tuple[int, int]] = {
    "occupancy_warning": (1, 300),
    "occupancy_warning_clears": (1, 300),
    "occupancy_critical": (1, 300),
    "occupancy_critical_clears": (1, 300),
    "inflow": (1, 300),
    "silence_days": (1, 90),
    "discrepancy": (1, 300),
    "covered_area_m2": (1, 50),
    "site_area_m2": (1, 500),
    "water_litres_per_day": (1, 200),
    "water_to_survive": (1, 100),
    "taps": (1, 5_000),
    "toilets": (1, 500),
    "toilets_accessible": (1, 100),
    "showers": (1, 1_000),
    "health_post": (100, 200_000),
    "camp_size": (100, 500_000),
}


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
    """What counts and households weigh, by the names of the fields, as it holds now."""
    settings = frame.settings
    return _fields(settings.adopt_from, settings.household_size, settings.evidence_weights)


def defaults() -> dict[str, float]:
    """The same as it is where nobody has set anything."""
    return _fields(Settings.adopt_from, Settings.household_size, EVIDENCE_WEIGHTS)


def settings_of(numbers: Mapping[str, float]) -> dict[str, Any]:
    """Settings as they are kept (places.schemas.Settings), of numbers by the names of their fields."""
    return {
        "adopt_from": numbers["adopt_from"],
        "household_size": numbers["household_size"],
        "evidence_weights": {method: numbers[f"weight_{method}"] for method in EVIDENCE_WEIGHTS},
    }


def rules_of(frame: Frame) -> dict[str, Any]:
    """Settings of the rules as they are kept: thresholds that are not the usual ones, and gaps that raise an alert."""
    usual = usual_limits()
    return {
        "thresholds": {name: value for name, value in limits_of(frame).items() if value != usual[name]},
        "gaps_alerted": [name for name in GAPS if name in frame.settings.gaps_alerted],
    }


def limits_of(frame: Frame) -> dict[str, float]:
    """Every threshold of an operation by its name."""
    return asdict(Thresholds.of(frame.settings.thresholds))


def usual_limits() -> dict[str, float]:
    """The same where nobody has set anything."""
    return asdict(Thresholds())


def _fields(adopt_from: int, household_size: float, weights: Mapping[str, int]) -> dict[str, float]:
    return {
        **{f"weight_{method}": weights[method] for method in EVIDENCE_WEIGHTS},
        "adopt_from": adopt_from,
        "household_size": household_size,
    }
