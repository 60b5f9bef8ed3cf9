"""How often Python looks for circles among the objects it made."""

import gc

AFTER = 20_000  # new objects; by default 700, which costs whoever reads thousands of rows a fifth of the time


def look_seldom() -> None:
    """What is loaded by now stays to the end and is looked through no more; of what comes, not each handful."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER)
