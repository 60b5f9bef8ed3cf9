"""Notices: who is to be told of what, the mails that tell them, and whether one that waits is still meant."""

from app.alerts.notices.facts import followed, warm_up
from app.alerts.notices.meant import call_off, meant_no_more, so_no_more
from app.alerts.notices.writing import compose_mails

__all__ = ["call_off", "compose_mails", "followed", "meant_no_more", "so_no_more", "warm_up"]
