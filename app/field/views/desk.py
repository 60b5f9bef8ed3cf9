"""What the pages of the field share."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from app.core.forms import language
from app.core.http import session
from app.core.templating import use_zone
from app.field.queries import desk_of, with_elsewhere
from app.field.schemas import Desk

pages = Blueprint("field", __name__, url_prefix="/field")

Answer = str | Response | tuple[str, int]


def desk() -> Desk:
    """The desk of whoever asks; times are told as in their operation."""
    found = desk_of(session(), actor=g.actor, language=language())
    use_zone(found.frame.zone)
    return found


def naming(here: Desk) -> Desk:
    """The desk, at which the other end of a movement may lie outside this person's areas if it was named in full."""
    for end in ("before", "there"):
        here = with_elsewhere(session(), actor=g.actor, desk=here, typed=request.form.get(f"{end}.elsewhere", ""))
    return here
