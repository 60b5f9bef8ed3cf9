"""PostgreSQL servers of a test's own, set up otherwise than ours."""

from config.services import binaries, postgresql
from config.services.account import as_seen_by, service_account
from config.services.folder import DataFolder

ACCESS = "local all all trust\nlocal replication all trust\n"


def as_superuser(folder: DataFolder, statements: str) -> None:
    """Run statements, one a line, on a server that does not run."""
    account = service_account(folder.postgresql)
    server = binaries.postgresql(account)
    here = str(as_seen_by(account, folder.postgresql))
    words = [server.program("postgres"), "--single", "-D", here, "-c", "exit_on_error=on", "mawa"]
    postgresql._run(words, statements, folder.postgresql, account, f"{folder.identity}/granting")
