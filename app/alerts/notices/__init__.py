"""Notices: who is to be told of what, and the mails that tell them."""

from app.alerts.notices.facts import followed, warm_up
from app.alerts.notices.writing import compose_mails

__all__ = ["compose_mails", "followed", "warm_up"]
