"""What the pages of the field share."""

from flask import Blueprint, g, request
from flask import Response as Page
from werkzeug.wrappers import Response

from app.core.compressed import compressed
from app.core.forms import language
from app.core.http import session
from app.core.templating import use_zone
from app.field.queries import desk_of, with_elsewhere
from app.field.schemas import Desk

pages = Blueprint("field", __name__, url_prefix="/field")

Answer = str | Response | tuple[str, int]


def is_to_be_kept() -> bool:
    """Whether a page is drawn for a phone to keep: it holds nothing of the day then, and the phone adds its lists."""
    return request.headers.get("X-Mawa-Kept") == "1"


@pages.after_request
def say_whose(answer: Page) -> Page:
    """A phone keeps pages of one person in one language. What it keeps is compressed: no other site can have a browser
    send the header that asks for it, so nobody can try out what stands in it."""
    if g.get("actor") is not None:
        answer.headers["X-Mawa-Person"] = g.actor.key
        answer.headers["Content-Language"] = language()
    return compressed(answer) if is_to_be_kept() else answer


def desk(*, bare: bool | None = None) -> Desk:
    """The desk of whoever asks; times are told as in their operation. `bare`: with no lists, by default for pages that
    are kept."""
    found = desk_of(session(), actor=g.actor, language=language())
    use_zone(found.frame.zone)
    return found.bare if (is_to_be_kept() if bare is None else bare) else found


def naming(here: Desk) -> Desk:
    """The desk, at which the other end of a movement may lie outside this person's areas if it was named in full."""
    for end in ("before", "there"):
        here = with_elsewhere(session(), actor=g.actor, desk=here, typed=request.form.get(f"{end}.elsewhere", ""))
    return here
