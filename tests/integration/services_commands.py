"""What the tests of the services run: `up PORT` with stand-ins, `hold` for a command that needs a database."""

import signal
import sys
import time
from pathlib import Path

from config.services.database import database_running
from config.services.errors import ServicesError
from config.services.up import up
from config.settings import Settings

PROGRAMS = Path(__file__).with_name("services_programs.py")


def run_supervisor(port: int) -> None:
    up(Settings(), port=port, demo=True, mawa=[sys.executable, str(PROGRAMS)])


def hold_database() -> None:
    """Have a database until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with database_running(Settings()):
        say("Mawa is at hand")
        time.sleep(600)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(word: str, *words: str) -> None:
    try:
        if word == "up":
            run_supervisor(int(words[0]))
        else:
            hold_database()
    except ServicesError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
