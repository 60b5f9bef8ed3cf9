"""Which areas the situation lists: never so many that nobody finds the end, never fewer than two levels."""

from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.policy import at_hand
from app.population.schemas import AreaFigure, Shown

NOBODY = Shown(0, 0, 0, None, {})
LEVELS = st.lists(st.integers(0, 4), max_size=60)


def areas(levels: list[int]) -> list[AreaFigure]:
    rest = dict.fromkeys(("shortfall", "counted", "at_least", "uncounted", "before", "came", "left", "adjusted"), 0)
    return [AreaFigure(f"A{n:02}", {}, level, NOBODY, "counted", **rest) for n, level in enumerate(levels)]


@given(LEVELS, st.integers(1, 60))
def test_levels_are_shown_whole_from_the_topmost_down(levels: list[int], most: int) -> None:
    shown = at_hand(areas(levels), most)
    kept = {one.level for one in shown}
    assert [one.area for one in shown] == [one.area for one in areas(levels) if one.level in kept]
    assert sorted(kept, key=str) == sorted(set(levels))[: len(kept)]
    assert len(kept) >= min(2, len(set(levels)))
    if len(kept) > 2:
        assert len(shown) <= most
    if len(kept) < len(set(levels)):
        deeper = sorted(set(levels))[: len(kept) + 1]
        assert sum(level in deeper for level in levels) > most, "one more level would have fitted"
