"""The application as a web process serves it."""

import gc

from app.factory import create_served


def test_what_is_loaded_at_the_start_is_set_apart_from_garbage(database: str) -> None:
    try:
        assert create_served().test_client().get("/healthz").status_code == 200
        assert gc.get_freeze_count() > 50_000
    finally:
        gc.unfreeze()
