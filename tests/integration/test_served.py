"""The application as a web process serves it."""

import gc

import pytest

from app.core import meters
from app.factory import create_served


def test_what_is_loaded_at_the_start_is_set_apart_from_garbage(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[bool] = []
    monkeypatch.setattr(meters, "keep_counting", lambda: began.append(True))  # a thread that other tests would meet
    try:
        assert create_served().test_client().get("/healthz").status_code == 200
        assert gc.get_freeze_count() > 50_000
        assert began
    finally:
        gc.unfreeze()
