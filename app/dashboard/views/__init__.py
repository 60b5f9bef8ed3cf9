"""The coordinator's pages, each with the forms that stand on it."""

from app.dashboard.views import alerts, one_place, reports, shelters, situation
from app.dashboard.views.blueprint import pages

__all__ = ["alerts", "one_place", "pages", "reports", "shelters", "situation"]
