"""The rules, pure: what a figure and the state of a shelter say, at the end of a day or now.

`states` says what a rule is shown and answers, `occupancy`, `present` and `gaps` are the rules, `thresholds` where they
begin; `judge` asks them all of one place.
"""

from app.alerts.rules.gaps import GAPS, LEAST, Standard, standards_of
from app.alerts.rules.judge import RULES, PlaceJudge, judge_of
from app.alerts.rules.occupancy import OCCUPANCY
from app.alerts.rules.states import NOT_NUMBERS, RANK, RuleLevel
from app.alerts.rules.thresholds import Thresholds

__all__ = [
    "GAPS",
    "LEAST",
    "NOT_NUMBERS",
    "OCCUPANCY",
    "RANK",
    "RULES",
    "PlaceJudge",
    "RuleLevel",
    "Standard",
    "Thresholds",
    "judge_of",
    "standards_of",
]
