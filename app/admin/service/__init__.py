"""What an administrator changes of an operation."""

from app.admin.service.operation import change_about, change_frame, change_numbers

__all__ = ["change_about", "change_frame", "change_numbers"]
