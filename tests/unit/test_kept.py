"""Answers kept for a moment."""

from unittest.mock import patch

from app.core.kept import Kept


def test_an_answer_is_kept_for_its_seconds_and_no_longer() -> None:
    answers = iter([None, "first", "second"])
    kept: Kept[str, str] = Kept(seconds=2)

    def ask() -> str | None:
        return kept.get("key", lambda: next(answers))

    # That there is no answer is never kept.
    for at, answer in ((0.0, None), (0.0, "first"), (1.9, "first"), (2.1, "second")):
        with patch("time.monotonic", return_value=at):
            assert ask() == answer


def test_it_never_holds_more_than_it_may() -> None:
    kept: Kept[int, int] = Kept(seconds=60, most=10)
    for number in range(1_000):
        assert kept.get(number, lambda number=number: number) == number
    assert len(kept._answers) <= 10
