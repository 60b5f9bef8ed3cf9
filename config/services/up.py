"""`mawa up`: hand everything to a supervisor, which is this process without what it has loaded so far."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from config.services import folder as data_folder
from config.services.folder import DataFolder, kept_secret
from config.services.installation import Plan

if TYPE_CHECKING:
    from config.settings import Settings

MAWA = (sys.executable, "-m", "app.cli")
# Without `site` and what it loads: the supervisor lives as long as the installation. The words after it are for `ps`.
SUPERVISOR = (
    "import sys; sys.path[:] = sys.argv[3:]; from config.services.installation import main; main(int(sys.argv[2]))"
)


def up(settings: "Settings", *, port: int, demo: bool, mawa: Sequence[str] = MAWA) -> NoReturn:
    """Become the supervisor that runs everything until Ctrl-C, SIGTERM or SIGHUP.

    It prints where it serves once it does, and leaves with status 0; with 1 and a message on standard error, nothing
    left running, when it cannot. Raises ServicesError when there can be no data folder.
    """
    plan = make_plan(settings, port=port, demo=demo, mawa=mawa)
    read, write = os.pipe()
    os.set_inheritable(read, True)
    # Through a pipe, which holds far more than a plan: nobody else may read its secrets.
    os.write(write, json.dumps(asdict(plan)).encode())
    os.close(write)
    sys.stdout.flush()
    # An editable install may be found through a hook rather than the path: our own folder is named.
    path = [str(Path(__file__).parents[2]), *sys.path]
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", SUPERVISOR, "mawa up", str(read), *path])  # noqa: S606


def make_plan(settings: "Settings", *, port: int, demo: bool, mawa: Sequence[str]) -> Plan:
    """Everything the supervisor has to know."""
    own_address = f"http://127.0.0.1:{port}"
    data_folder.make(DataFolder(settings.data_dir))
    if settings.mail_url:
        mail = f"Mail is sent through {urlsplit(settings.mail_url).hostname}."
    else:
        mail = f"Mail is not sent but kept: {own_address}/dev/mail"
    return Plan(
        data_dir=str(settings.data_dir),
        port=port,
        mawa=tuple(mawa),
        demo=demo,
        database_url=settings.database_url,
        redis_url=settings.redis_url,
        secret_key=secret_key(settings),
        base_url=settings.base_url if "base_url" in settings.model_fields_set else own_address,
        welcome=f"{mail}\nMawa is at {own_address}   (Ctrl-C stops it)\n",
    )


def secret_key(settings: "Settings") -> str:
    """The key that is set, else the one made for this data folder on first use. The folder must be there."""
    return settings.secret_key or kept_secret(DataFolder(settings.data_dir).secret_key)
