"""What the pages of the field share."""

from flask import Blueprint, g
from werkzeug.wrappers import Response

from app.core.forms import language
from app.core.http import session
from app.core.templating import use_zone
from app.field.queries import desk_of
from app.field.schemas import Desk

pages = Blueprint("field", __name__, url_prefix="/field")

Answer = str | Response | tuple[str, int]


def desk() -> Desk:
    """The desk of whoever asks; times are told as in their operation."""
    found = desk_of(session(), actor=g.actor, language=language())
    use_zone(found.frame.zone)
    return found
