"""Only the edge commits: one request, task or command is one transaction, and services merely flush."""

import ast
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch

from tests.guards.project import nothing, python_sources

ENDS_A_TRANSACTION = frozenset({"commit", "unit_of_work", "begin", "new_session"})
EDGE = (
    "app/core/db.py",  # where committing is defined
    "app/core/http.py",  # opens the session of a request
    "app/wiring.py",  # commits it
    "app/intake/service/together.py",  # one transaction for posts that come together
    "app/core/meters.py",  # a thread that nobody asked
    "app/cli/*",
    "app/*/cli.py",
    "app/migrations/*",
    "workers/*",
)
OF_THE_APPLICATION = ("app/*", "workers/*")  # config knows no transactions of ours, seeds go through commands


def commits_elsewhere(sources: Mapping[str, str]) -> list[str]:
    """Calls that open or end a transaction in files that are no edge, with their line."""
    return [
        f"{path}:{line}: {name}() is for the edge; services are handed a session and flush"
        for path, source in sorted(sources.items())
        if any(fnmatch(path, ours) for ours in OF_THE_APPLICATION) and not any(fnmatch(path, edge) for edge in EDGE)
        for line, name in _calls(source)
        if name in ENDS_A_TRANSACTION
    ]


def _calls(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield node.lineno, name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip().lower() == "commit":
            yield node.lineno, "commit"


def test_only_the_edge_commits() -> None:
    nothing(commits_elsewhere(python_sources()))


def test_it_finds_a_planted_commit() -> None:
    planted = {
        "app/alerts/service.py": "def take(session):\n    session.commit()\n",
        "app/field/views.py": "with unit_of_work() as session:\n    pass\n",
        "app/places/queries.py": "session.execute(text('COMMIT'))\n",
        "app/accounts/cli.py": "with unit_of_work() as session:\n    pass\n",
        "workers/tasks/alerts.py": "session.commit()\n",
        "app/ledger/service.py": "session.flush()\n",
    }
    assert commits_elsewhere(planted) == [
        "app/alerts/service.py:2: commit() is for the edge; services are handed a session and flush",
        "app/field/views.py:1: unit_of_work() is for the edge; services are handed a session and flush",
        "app/places/queries.py:1: commit() is for the edge; services are handed a session and flush",
    ]
