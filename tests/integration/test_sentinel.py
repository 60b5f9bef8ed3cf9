"""Workers are woken through sentinels, also when the Redis they knew has died and another took its place."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import redis

from app import broker
from app.core.jobs import FOLD
from config.services import binaries
from config.settings import Settings
from tests.factories.live import free_port, wait_for

NAME = "mawa"
SENTINEL = """\
port {own}
bind 127.0.0.1
sentinel monitor {name} 127.0.0.1 {port} 1
sentinel down-after-milliseconds {name} 500
sentinel failover-timeout {name} 2000
"""


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdout=sys.stderr)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int, what: str = "PING", *words: str) -> object:
    with suppress(redis.RedisError), redis.Redis(port=port, decode_responses=True, retry=None) as client:
        return client.execute_command(what, *words)
    return None


def follows(port: int) -> bool:
    role = answers(port, "ROLE")
    return isinstance(role, list) and role[0] == "slave" and role[3] == "connected"


def serves(port: int) -> bool:
    role = answers(port, "ROLE")
    return isinstance(role, list) and role[0] == "master"


def knows_of_a_replica(port: int) -> bool:
    return bool(answers(port, "SENTINEL", "replicas", NAME))


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[tuple[int, int, int, subprocess.Popen[bytes]]]:
    """Sentinel, Redis, a replica of it, and the process of the Redis."""
    valkey = str(binaries.valkey(None))
    own, first, second = free_port(), free_port(), free_port()
    file = tmp_path / "sentinel.conf"
    file.write_text(SENTINEL.format(own=own, name=NAME, port=first))
    common = ("--bind", "127.0.0.1", "--save", "", "--loglevel", "warning")
    with ExitStack() as stack:
        dying = stack.enter_context(started(valkey, "--port", str(first), *common))
        follow = ("--replicaof", "127.0.0.1", str(first), "--dir", str(tmp_path), "--repl-diskless-sync-delay", "0")
        stack.enter_context(started(valkey, "--port", str(second), *common, *follow))
        wait_for(lambda: follows(second), 20, "the replica does not follow")
        stack.enter_context(started(valkey, str(file), "--sentinel"))
        wait_for(lambda: knows_of_a_replica(own), 20, "the sentinel does not know the replica")
        yield own, first, second, dying


def test_wake_ups_go_on_when_the_broker_dies(ports: tuple[int, int, int, subprocess.Popen[bytes]]) -> None:
    own, first, second, dying = ports
    given = Settings(
        broker_url=f"sentinel://127.0.0.1:{own}",
        sentinel_name=NAME,
        redis_url="redis://elsewhere",
        database_url="postgresql://elsewhere/mawa",
    )
    send = broker.sender(given)
    send(FOLD)
    assert answers(first, "LLEN", "fold") == 1
    wait_for(lambda: answers(second, "LLEN", "fold") == 1, 10, "the replica does not have the wake-up")
    dying.kill()
    # Theirs to do; ours is what follows.
    wait_for(lambda: serves(second), 120, "the sentinels did not put the replica in its place")
    until = time.monotonic() + 30
    while answers(second, "LLEN", "fold") == 1 and time.monotonic() < until:
        with suppress(Exception):  # lost while there is no broker: the sweep makes up for it
            send(FOLD)
        time.sleep(0.2)
    assert answers(second, "LLEN", "fold") == 2
