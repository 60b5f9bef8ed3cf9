"""Pages about accounts: one's own, and those of the people of an operation."""

from app.accounts.views import ending, second_factor, second_step
from app.accounts.views.members import people
from app.accounts.views.own import account

__all__ = ["account", "ending", "people", "second_factor", "second_step"]
