"""Mawa: who is displaced, where they are, and where there is still room. Import from the features, not from here."""

import sys
from datetime import UTC, datetime
from typing import Any

LOADING_SINCE = datetime.now(UTC)  # when this process began to load Mawa


def _load_structlog() -> None:
    """Where `rich` is installed structlog loads it: megabytes a process, for tracebacks that we write plainly."""
    modules: dict[str, Any] = sys.modules
    if "rich" in modules:
        return
    modules["rich"] = None  # as if it were not there
    try:
        import structlog  # noqa: F401  # before anybody else does
    finally:
        del modules["rich"]


_load_structlog()
