"""The schema, step by step. Steps are numbered `0001_slug` and each can be taken back.

Only `moves` loads Alembic, which takes long: who merely asks where a database stands need not wait for it.
"""

from pathlib import Path

STEPS = Path(__file__).parent / "versions"


def knows(step: str) -> bool:
    """Whether this program knows a step."""
    return step.isdigit() and any(STEPS.glob(f"{step}_*.py"))


def newest() -> str:
    """The newest step this program knows, by the names of the files."""
    return max(step.name for step in STEPS.glob("[0-9]*.py")).split("_")[0]
