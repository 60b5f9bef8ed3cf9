"""The life of alerts: published by what the rules say, told to people, taken on, called out again."""

from app.alerts.service.life import acknowledge, escalate
from app.alerts.service.limits import set_own_limits
from app.alerts.service.publishing import Present, publish, unpublished
from app.alerts.service.subscribing import be_told_as_usual, be_told_nothing, subscribe, unsubscribe

__all__ = [
    "Present",
    "acknowledge",
    "be_told_as_usual",
    "be_told_nothing",
    "escalate",
    "publish",
    "set_own_limits",
    "subscribe",
    "unpublished",
    "unsubscribe",
]
