"""The files of the project, for the guards that read them."""

import os
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE_BY_PROGRAMS = frozenset({"__pycache__", "node_modules", "build"})


@lru_cache(maxsize=1)
def files() -> tuple[str, ...]:
    """Paths of every file that is, or would be, in the repository; of all that stand here where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        names = listed.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path) for path in (found.relative_to(ROOT) for found in ROOT.rglob("*")) if _is_ours(path)]
    return tuple(sorted(name for name in names if name and (ROOT / name).is_file()))


def _is_ours(path: Path) -> bool:
    """Whether a file would be in the repository, guessed from where it lies."""
    folders = path.parts[:-1]
    hidden = any((folder.startswith(".") and folder != ".ci") or folder.endswith(".egg-info") for folder in folders)
    return not hidden and MADE_BY_PROGRAMS.isdisjoint(folders) and path.suffix != ".mo"


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Every file that is text, by its path."""
    found: dict[str, str] = {}
    for name in files():
        try:
            found[name] = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
    return found


def python_sources() -> dict[str, str]:
    return {name: source for name, source in texts().items() if name.endswith(".py")}


def read(name: str) -> str:
    """A file by its path; empty where there is none."""
    return (ROOT / name).read_text() if os.path.exists(ROOT / name) else ""


def nothing(found: list[str]) -> None:
    """Fail with every finding on a line of its own; a list compared with [] would be cut short."""
    assert not found, "\n" + "\n".join(found)
