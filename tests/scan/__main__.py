"""Two scanners against an installation that runs here with the demonstration: `make scan`.

wapiti goes over all pages as nobody and as each role; sqlmap tries sign-in and what lists are asked by. Neither is a
dependency: wapiti3 wants an environment of its own (WAPITI names the program), sqlmap is in Debian. What they find is
printed and fails; the whole of it lies in `.scan/`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from app.accounts.policy import ROLES
from tests.factories.live import sign_in

REPORTS = Path(".scan")
NOBODY = "nobody"
MODULES = "backup,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,upload,xss"
# Left out: csrf (3.2.3 sends each form with its type said twice, which is no form: both of its tries are refused alike,
# and it takes that for a token nobody checks), and what asks servers elsewhere.
PLAIN_HTTP = "Secure Flag cookie"  # on 127.0.0.1; behind https:// it is set
# Of the access of those who scan.
ENDS_IT = ("logout", "admin/users/*/sign-ins/*", "admin/users/*/disable", "admin/users/*/remove")
SQLMAP = [
    "--batch",
    "--level=2",
    "--risk=1",
    "--threads=1",
    "--dbms=PostgreSQL",
    "--skip=cookie",  # it is signed: what is put into it is not read
    "--flush-session",
    "--disable-coloring",
]
# Each from another address, or nearly every try would be turned away unread: the installation must believe
# X-Forwarded-For (TRUSTED_PROXIES=1).
SIGN_IN = ["--csrf-token=csrf_token", "--tamper=xforwardedfor"]
EACH_ANOTHER = ["-p", "password", "--randomize=email"]  # for the tries at one account are counted too
ASKED = (  # what is asked by a word of the caller's
    "/shelters?after=KHM",
    "/groups?after=G-1&home=SY06",
    "/flows?area=SY06&day=2025-03-16",
    "/admin/audit?action=user.add&person=a@example.org&first=2025-03-01",
    "/counts/figures?after=x",
    "/field/reports?after=x",
    "/api/v1/shelters?after=KHM&limit=5&as_of=2025-03-16",
    "/api/v1/population?by=shelter&after=KHM",
    "/api/v1/groups?after=G-1&limit=5",
    "/api/v1/shelters/KHM*",
)


def say(*lines: str) -> None:
    sys.stdout.write("\n".join((*lines, "")))
    sys.stdout.flush()


def crawl(address: str, who: str, minutes: int, cookie: str | None) -> list[str]:
    """What wapiti finds as somebody. Starts from each first page, so that it needs no luck to find them."""
    program, report = os.environ.get("WAPITI", "wapiti"), REPORTS / f"wapiti-{who}.json"
    starts = ("login", "field/", "dashboard", "shelters", "alerts", "counts", "groups", "flows", "account", "reset")
    command = [
        program,
        "--url",
        f"{address}/",
        "--scope",
        "folder",
        "--module",
        MODULES,
        "--depth",
        "4",
        "--tasks",
        "2",
    ]
    command += ["--max-scan-time", str(minutes * 60), "--max-attack-time", "60", "--max-links-per-page", "60"]
    command += ["--flush-session", "--no-bugreport", "--format", "json", "--output", str(report), "--verbose", "1"]
    for start in (*starts, "admin/users", "admin/audit", "api/v1/shelters"):
        command += ["--start", f"{address}/{start}"]
    for path in ENDS_IT:
        command += ["--exclude", f"{address}/{path}"]
    if cookie is not None:
        command += ["--header", f"Cookie: {cookie}"]
    with open(REPORTS / f"wapiti-{who}.log", "w") as log:
        subprocess.run(command, check=True, stdout=log, stderr=subprocess.STDOUT)
    said = json.loads(report.read_text())
    say(f"wapiti as {who}: {said['infos']['crawled_pages_nbr']} pages and forms")
    return [
        f"wapiti as {who}: {name}: {one['method']} {one['path']} {one.get('parameter') or ''}: {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for name, found in said[part].items()
        if name != PLAIN_HTTP
        for one in found
    ]


def inject(address: str, minutes: int, cookie: str) -> list[str]:
    """What sqlmap finds, as an administrator, who may ask everything; and at sign-in as nobody."""
    as_one = [["--url", f"{address}{path}", f"--cookie={cookie}"] for path in ASKED]
    form = ["--url", f"{address}/login", "--data", "email=a@example.org&password=x&csrf_token=x", *SIGN_IN]
    at_sign_in = [[*form, f"--csrf-url={address}/login", *words] for words in (["-p", "email"], EACH_ANOTHER)]
    each = minutes * 60 // len(as_one)
    tries = [(words, each) for words in as_one] + [(words, minutes * 60) for words in at_sign_in]
    found = []
    for number, (words, seconds) in enumerate(tries):
        log = REPORTS / f"sqlmap-{number}.log"
        with open(log, "w") as out:
            ran = ["timeout", str(seconds), "sqlmap", *words, *SQLMAP]
            subprocess.run(ran, check=False, stdout=out, stderr=subprocess.STDOUT)
        said = log.read_text()
        say(f"sqlmap {words[1]}: {said.count('[INFO] testing ')} kinds of tests")
        if "is vulnerable" in said or "sqlmap identified the following injection" in said:
            found.append(f"sqlmap: {words[1]}: see {log}")
    return found


def main(address: str, minutes: int, who: list[str]) -> None:
    if urlsplit(address).hostname != "127.0.0.1":
        sys.exit("Only an installation on this machine is scanned: http://127.0.0.1:8000")
    if shutil.which(os.environ.get("WAPITI", "wapiti")) is None or shutil.which("sqlmap") is None:
        sys.exit("Install wapiti3 (pip, in an environment of its own; WAPITI=…/bin/wapiti) and sqlmap (Debian) first.")
    REPORTS.mkdir(exist_ok=True)
    cookies = {role: sign_in(address.rstrip("/"), f"{role}@demo.example.org") for role in ROLES}
    found = [line for one in who for line in crawl(address, one, minutes, cookies.get(one))]
    found += inject(address, minutes, cookies["administrator"])
    say(f"{len(found)} findings", *found)
    sys.exit(bool(found))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3:] or [NOBODY, *ROLES])
