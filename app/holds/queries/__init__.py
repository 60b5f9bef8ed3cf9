"""What a person sent, holds, and what figures leave out because of them."""

from app.holds.queries.holds import (
    called,
    called_places,
    hold_of,
    holds_of,
    left_out,
    places_of_hold,
    put_by_holds,
    still_out,
    waiting,
)
from app.holds.queries.theirs import (
    called_person,
    count_of,
    devices_of,
    places_of,
    sent_by,
    spoken_of_by_others,
    to_look_at,
)

__all__ = [
    "called",
    "called_person",
    "called_places",
    "count_of",
    "devices_of",
    "hold_of",
    "holds_of",
    "left_out",
    "places_of",
    "places_of_hold",
    "put_by_holds",
    "sent_by",
    "spoken_of_by_others",
    "still_out",
    "to_look_at",
    "waiting",
]
