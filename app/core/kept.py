"""Answers kept for a moment or for a run of work, so that not every request asks the database the same."""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


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


class Once:
    """What was looked up for one piece of work is not asked again for the next: fifty coordinators of a district are
    told the same. Goes with the run."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}

    def __call__(self, about: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` says, or said before about the same."""
        if about not in self._found:
            self._found[about] = ask()
        found: T = self._found[about]
        return found
