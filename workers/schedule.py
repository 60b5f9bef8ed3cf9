"""What happens by itself, and how often. Every entry may be lost or doubled without harm.

`expires` drops wake-ups that a stopped worker would find in a heap when it comes back.
"""

from typing import Any

from app.core.jobs import BACK_UP, BEAT, BEAT_MAIL, COMPOSE, DIGEST, FOLD, HOLD, LOOK_AGAIN, QUEUES, SEAL, SEND


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"queue": QUEUES[task], "expires": seconds * 2}}


SCHEDULE: dict[str, Any] = {
    "sweep marks": _every(2.0, FOLD),
    "look at what time alone changed": _every(30.0, LOOK_AGAIN),
    "compose what became due": _every(5.0, COMPOSE),
    "write digests where it is morning": _every(60.0, DIGEST),
    "send what became due": _every(5.0, SEND),
    "seal what is new": _every(5.0, SEAL),
    "hold what came since": _every(5.0, HOLD),
    "back up what is due": _every(60.0, BACK_UP),
    "fold worker's heartbeat": _every(2.0, BEAT),
    "mail worker's heartbeat": _every(2.0, BEAT_MAIL),
}
