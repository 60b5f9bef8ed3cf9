"""Mawa: who is displaced, where they are, and where there is still room. Import from the features, not from here."""

from datetime import UTC, datetime

LOADING_SINCE = datetime.now(UTC)  # when this process began to load Mawa
