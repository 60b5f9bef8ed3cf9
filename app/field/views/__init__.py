"""The pages of the field: entering what happened, and one's own reports, to be looked at and put right."""

from app.field.views import correcting, entering, guide, lists, phone, words
from app.field.views.desk import pages

__all__ = ["correcting", "entering", "guide", "lists", "pages", "phone", "words"]
