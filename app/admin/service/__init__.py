"""What an administrator changes of an operation, and what the first one says of it."""

from app.admin.service.closing import close, reopen
from app.admin.service.operation import change_about, change_frame, change_numbers
from app.admin.service.setup import set_up, waiting_to_be_set_up

__all__ = ["change_about", "change_frame", "change_numbers", "close", "reopen", "set_up", "waiting_to_be_set_up"]
