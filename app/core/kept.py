"""Answers kept for a moment, so that a question asked with every request is not asked of the database each time."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Answers by key, each good for some seconds in this process. That there is no answer is never kept."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._answers: dict[K, tuple[float, V]] = {}

    def get(self, key: K, ask: Callable[[], V | None], *, worth: Callable[[V], bool] = bool) -> V | None:
        """The answer kept under a key, or what `ask` says now, kept where it is `worth` that, unless empty."""
        now = time.monotonic()
        kept = self._answers.get(key)
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        answer = ask()
        if answer is not None and worth(answer):
            if len(self._answers) >= self._most:
                self._answers.clear()
            self._answers[key] = (now, answer)
        return answer
