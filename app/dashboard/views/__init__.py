"""The coordinator's pages, each with the forms that stand on it."""

from app.dashboard.views import (
    alerts,
    changes,
    counts,
    duplicates,
    flows,
    groups,
    holds,
    links,
    one_place,
    placing,
    published,
    reports,
    shelters,
    situation,
    subscriptions,
)
from app.dashboard.views.blueprint import pages

__all__ = [
    "alerts",
    "changes",
    "counts",
    "duplicates",
    "flows",
    "groups",
    "holds",
    "links",
    "one_place",
    "pages",
    "placing",
    "published",
    "reports",
    "shelters",
    "situation",
    "subscriptions",
]
