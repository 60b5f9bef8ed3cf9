"""Holding what a person sent, putting it back, setting it aside for good. A worker does it, in parts."""

from app.holds.service.deciding import hold, settle
from app.holds.service.parts import Cursor, work

__all__ = ["Cursor", "hold", "settle", "work"]
