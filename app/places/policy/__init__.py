"""Rules about places, pure: which one a name means, and what an operation can be set up with."""

from app.places.policy.distances import are_within, km_between
from app.places.policy.meant import Meant, meant_by
from app.places.policy.names import CLOSE_ENOUGH, heard, likeness, plain
from app.places.policy.setting_up import MOST_AGES, ages_of, scheme_of, set_up_key, zones

__all__ = [
    "CLOSE_ENOUGH",
    "MOST_AGES",
    "Meant",
    "ages_of",
    "are_within",
    "heard",
    "km_between",
    "likeness",
    "meant_by",
    "plain",
    "scheme_of",
    "set_up_key",
    "zones",
]
