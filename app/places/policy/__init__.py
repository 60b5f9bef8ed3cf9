"""Rules about places, pure: how their names are told apart, and what an operation can be set up with."""

from app.places.policy.names import CLOSE_ENOUGH, likeness, plain
from app.places.policy.setting_up import MOST_AGES, ages_of, scheme_of, set_up_key, zones

__all__ = ["CLOSE_ENOUGH", "MOST_AGES", "ages_of", "likeness", "plain", "scheme_of", "set_up_key", "zones"]
