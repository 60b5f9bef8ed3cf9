"""The administrator's pages, and what says whether the service is alive."""

from app.admin.views import areas, audit, closing, mails, operation, operations, rules
from app.admin.views.blueprint import pages
from app.admin.views.setup import setup

__all__ = ["areas", "audit", "closing", "mails", "operation", "operations", "pages", "rules", "setup"]
