"""Growing delays against guessing. Never a hard lock: whoever waits as long as they are told may try again.

Counted in Valkey (LIMITS_URL), which all processes share. While it is away each process counts for itself, and looks
for it again after a few seconds: nobody gets in or is kept out because it is away.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from threading import Lock
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.core import clock

WAIT_S = 0.2  # for an answer of Valkey, once; it takes a tenth of a millisecond
LOOK_AGAIN_S = 5.0
MOST_KEPT = 100_000  # in this process, while Valkey is away


@dataclass(frozen=True)
class Patience:
    """So many tries are free. After each further one the next has to wait: 1, 2, 4, … seconds, `longest` at most. One
    try is forgotten in each `longest` seconds: so often somebody may go on for ever, and who pauses gains nothing."""

    free: int
    longest: int

    def delay(self, tries: int) -> int:
        """Seconds to wait after so many tries."""
        return 0 if tries < self.free else min(self.longest, 1 << min(tries - self.free, 30))


# An account stands for months: 96 guesses a day at most, once somebody goes on. An address may be a whole camp's.
ACCOUNT = Patience(free=5, longest=900)
ADDRESS = Patience(free=30, longest=300)
MAILS = Patience(free=3, longest=3_600)


@dataclass(frozen=True)
class _Count:
    """Tries, the moment until which the next has to wait, and that since when none was forgotten."""

    tries: int = 0
    until: int = 0
    since: int = 0


# One try is looked at and counted in one go, so that a thousand at the same moment are not all the first. Times are
# whole milliseconds: Lua writes fourteen digits of a number.
_BEGIN = """
local kept = redis.call('HMGET', KEYS[1], 'tries', 'until', 'since')
local now, free, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = (tonumber(kept[2]) or 0) - now
if wait > 0 then return wait end
local tries, since = tonumber(kept[1]) or 0, tonumber(kept[3]) or now
local gone = math.min(tries, math.max(0, math.floor((now - since) / (longest * 1000))))
since = since + gone * longest * 1000
if gone == tries then since = now end
tries = tries - gone + 1
local delay = 0
if tries >= free then delay = math.min(longest, 2 ^ math.min(tries - free, 30)) end
redis.call('HSET', KEYS[1], 'tries', tries, 'until', now + delay * 1000, 'since', since)
redis.call('EXPIRE', KEYS[1], tries * longest)
return 0
"""
# What was no guess is taken back; the wait that others have earned stands.
_TAKE_BACK = """
local tries = tonumber(redis.call('HGET', KEYS[1], 'tries')) or 0
if tries > 0 then redis.call('HSET', KEYS[1], 'tries', math.max(0, tries - tonumber(ARGV[1]))) end
return 0
"""
_UNDO = """
local tries = tonumber(redis.call('HGET', KEYS[1], 'tries')) or 0
if tries > 0 then redis.call('HSET', KEYS[1], 'tries', tries - 1, 'until', 0) end
return 0
"""
_FORGET = """
local tries = tonumber(redis.call('HGET', KEYS[1], 'tries')) or 0
redis.call('DEL', KEYS[1])
return tries
"""


class Tries:
    """How often something was tried, by what it was tried on. Names of counters are kept as keyed hashes only: nobody
    reads in Valkey who has an account."""

    def __init__(self, url: str, secret: str) -> None:
        retry = Retry(NoBackoff(), 1)
        self._redis: Any = Redis.from_url(url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S, retry=retry)
        self._secret = secret.encode()
        self._here: dict[str, _Count] = {}
        self._lock = Lock()
        self._look_again_at = 0.0

    def attempt(self, counter: str, patience: Patience) -> int:
        """Seconds to wait before trying; 0: go on, and this try is counted."""
        key, now = self._key(counter), _now()

        def there() -> int:
            return int(self._redis.eval(_BEGIN, 1, key, now, patience.free, patience.longest))

        return ceil(self._ask(there, lambda: self._attempt_here(key, now, patience)) / 1000)

    def wait(self, counter: str) -> int:
        """Seconds to wait before trying, without trying."""
        key, now = self._key(counter), _now()

        def there() -> int:
            return int(self._redis.hget(key, "until") or 0) - now

        return max(0, ceil(self._ask(there, lambda: self._here.get(key, _Count()).until - now) / 1000))

    def forget(self, counter: str) -> int:
        """It was no guess. How many tries are forgotten."""
        key = self._key(counter)
        here = self._here.pop(key, _Count()).tries
        return self._ask(lambda: int(self._redis.eval(_FORGET, 1, key)), lambda: here)

    def take_back(self, counter: str, tries: int) -> None:
        """So many tries were no guesses."""
        key = self._key(counter)

        def here() -> int:
            with self._lock:
                if (found := self._here.get(key)) is not None:
                    self._here[key] = replace(found, tries=max(0, found.tries - tries))
            return 0

        self._ask(lambda: int(self._redis.eval(_TAKE_BACK, 1, key, tries)), here)

    def undo(self, counter: str) -> None:
        """The try that was just let through was none: as if it had not been."""
        key = self._key(counter)

        def here() -> int:
            with self._lock:
                if (found := self._here.get(key)) is not None:
                    self._here[key] = replace(found, tries=max(0, found.tries - 1), until=0)
            return 0

        self._ask(lambda: int(self._redis.eval(_UNDO, 1, key)), here)

    def name(self, counter: str) -> str:
        """By which a log may name what was tried."""
        return hmac.new(self._secret, counter.encode(), sha256).hexdigest()[:16]

    def _key(self, counter: str) -> str:
        return f"mawa:tries:{hmac.new(self._secret, counter.encode(), sha256).hexdigest()}"

    def _ask(self, there: Callable[[], int], here: Callable[[], int]) -> int:
        if time.monotonic() >= self._look_again_at:
            try:
                return there()
            except RedisError:
                self._look_again_at = time.monotonic() + LOOK_AGAIN_S
        return here()

    def _attempt_here(self, key: str, now: int, patience: Patience) -> int:
        with self._lock:
            found = self._here.get(key, _Count(since=now))
            if found.until > now:
                return found.until - now
            if len(self._here) >= MOST_KEPT:
                self._here.clear()
            gone = min(found.tries, max(0, (now - found.since) // (patience.longest * 1000)))
            since = now if gone == found.tries else found.since + gone * patience.longest * 1000
            tries = found.tries - gone + 1
            self._here[key] = _Count(tries, now + patience.delay(tries) * 1000, since)
        return 0


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
