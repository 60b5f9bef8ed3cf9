"""Growing delays against guessing. Never a hard lock: whoever waits as long as they are told may try again.

Counted in Valkey (LIMITS_URL), which all processes share. While it is away each process counts for itself, and looks
for it again after a few seconds: nobody gets in or is kept out because it is away.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
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
    """So many tries are free. After each further one the next has to wait: 1, 2, 4, … seconds, `longest` at most. All
    is forgotten when nobody has tried for so long (`kept`, seconds)."""

    free: int
    longest: int
    kept: int

    def delay(self, tries: int) -> int:
        """Seconds to wait after so many tries."""
        return 0 if tries < self.free else min(self.longest, 1 << min(tries - self.free, 30))


# An account stands for months: 96 guesses a day at most, once somebody goes on. An address may be a whole camp's.
ACCOUNT = Patience(free=5, longest=900, kept=86_400)
ADDRESS = Patience(free=30, longest=300, kept=900)
MAILS = Patience(free=3, longest=3_600, kept=86_400)

# One try is looked at and counted in one go, so that a thousand at the same moment are not all the first. Times are
# whole milliseconds: Lua writes fourteen digits of a number.
_BEGIN = """
local kept = redis.call('HMGET', KEYS[1], 'tries', 'until')
local now, free, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = (tonumber(kept[2]) or 0) - now
if wait > 0 then return wait end
local tries, delay = (tonumber(kept[1]) or 0) + 1, 0
if tries >= free then delay = math.min(longest, 2 ^ math.min(tries - free, 30)) end
redis.call('HSET', KEYS[1], 'tries', tries, 'until', now + delay * 1000)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 0
"""


class Tries:
    """How often something was tried, by what it was tried on. Names of counters are kept as keyed hashes only: nobody
    reads in Valkey who has an account."""

    def __init__(self, url: str, secret: str) -> None:
        retry = Retry(NoBackoff(), 1)
        self._redis: Any = Redis.from_url(url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S, retry=retry)
        self._secret = secret.encode()
        self._here: dict[str, tuple[int, int]] = {}
        self._lock = Lock()
        self._look_again_at = 0.0

    def attempt(self, counter: str, patience: Patience) -> int:
        """Seconds to wait before trying; 0: go on, and this try is counted."""
        key, now = self._key(counter), _now()

        def there() -> int:
            return int(self._redis.eval(_BEGIN, 1, key, now, patience.free, patience.longest, patience.kept))

        return ceil(self._ask(there, lambda: self._attempt_here(key, now, patience)) / 1000)

    def wait(self, counter: str) -> int:
        """Seconds to wait before trying, without trying."""
        key, now = self._key(counter), _now()

        def there() -> int:
            return int(self._redis.hget(key, "until") or 0) - now

        return max(0, ceil(self._ask(there, lambda: self._here.get(key, (0, 0))[1] - now) / 1000))

    def forget(self, counter: str) -> None:
        """It was no guess."""
        key = self._key(counter)
        self._here.pop(key, None)
        self._ask(lambda: int(self._redis.delete(key)), lambda: 0)

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
            tries, until = self._here.get(key, (0, 0))
            if until > now:
                return until - now
            if len(self._here) >= MOST_KEPT:
                self._here.clear()
            self._here[key] = (tries + 1, now + patience.delay(tries + 1) * 1000)
        return 0


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
