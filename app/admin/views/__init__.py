"""The administrator's pages, and what says whether the service is alive."""

from app.admin.views import audit, operations
from app.admin.views.blueprint import pages

__all__ = ["audit", "operations", "pages"]
