"""Work of a command on all processors at once."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread

from app.core import garbage

AT_ONCE = len(os.sched_getaffinity(0))
_LOOKS_EVERY_S = 1.0


@contextmanager
def pool() -> Iterator[ProcessPoolExecutor]:
    """As many processes as there are processors, which end with the one that asked, however that ends. They begin anew
    and share nothing with it: no connection, no lock."""
    with ProcessPoolExecutor(
        AT_ONCE, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
    ) as made:
        yield made


def _begin(parent: int) -> None:
    garbage.look_seldom()
    Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """A killed parent says nothing, and its pool would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_EVERY_S)
    os._exit(1)
