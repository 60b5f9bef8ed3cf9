"""compose.yaml and Dockerfile: what runs has no privileges, writes only where it must, and holds no secret."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from config.settings import Settings
from tests.guards.command_lines import mistake_in
from tests.guards.project import nothing, read

SECRET = re.compile(r"(KEY|PASSWORD|DATABASE_URL|MAIL_URL)$")
MUST_BE_SET = re.compile(r"\$\{\w+:\?[^}]+\}|\$\{DATABASE_PASSWORD\}")
MAY_WRITE_TO = {"database", "backups", "certificates"}  # volumes
SEEN_BY_THE_WORLD = {"caddy": ["80:8080", "443:8443"]}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    return found


def user_of(service: Mapping[str, Any], dockerfile: str) -> str:
    """Whom a service runs as; empty: root."""
    user = str(service.get("user", "")) or (re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) or [""])[-1]
    return "" if user.split(":")[0] in ("root", "0") else user


def too_mighty(services: Mapping[str, Any], dockerfile: str) -> list[str]:
    """What a service may do that it need not."""
    found = []
    for name, service in services.items():
        ours = dockerfile if service.get("image") == "mawa" else ""
        wanted = {
            "is read-only": service.get("read_only") is True,
            "is not root": bool(user_of(service, ours)),
            "drops every capability": service.get("cap_drop") == ["ALL"],
            "gains no privileges": "no-new-privileges:true" in service.get("security_opt", ()),
            "is started again": bool(service.get("restart")),
            "has a log that ends": bool(service.get("logging", {}).get("options", {}).get("max-size")),
            "is seen as agreed": service.get("ports", []) == SEEN_BY_THE_WORLD.get(name, []),
            "writes to known volumes": {volume.split(":")[0] for volume in service.get("volumes", ())} <= MAY_WRITE_TO,
            "gains one capability at most": service.get("cap_add", []) in ([], ["NET_BIND_SERVICE"]),
        }
        found += [f"{name}: not so: {what}" for what, is_so in wanted.items() if not is_so]
    return found


def secrets_said(services: Mapping[str, Any]) -> list[str]:
    """Secrets that have a value without anybody setting one."""
    return [
        f"{name}: {key} has a value"
        for name, service in services.items()
        for key, value in (service.get("environment") or {}).items()
        if SECRET.search(key) and not MUST_BE_SET.search(str(value))
    ]


def test_every_service_has_the_least_it_needs() -> None:
    nothing(too_mighty(compose()["services"], read("Dockerfile")))


def test_no_secret_has_a_default() -> None:
    nothing(secrets_said(compose()["services"]))


def test_every_command_is_one_of_mawa_and_every_setting_is_ours() -> None:
    ours = {name: service for name, service in compose()["services"].items() if service.get("image") == "mawa"}
    assert set(ours) == {"migrate", "web", "worker-fold", "worker-mail", "beat"}
    nothing([mistake for service in ours.values() if (mistake := mistake_in(service["command"]))])
    known = {name.upper() for name in Settings.model_fields}
    nothing([f"{key} is no setting" for service in ours.values() for key in service["environment"] if key not in known])


def test_backups_are_written_by_the_mail_worker_and_only_seen_by_the_web() -> None:
    services = compose()["services"]
    folder = services["worker-mail"]["environment"]["BACKUP_DIR"]
    assert services["worker-mail"]["volumes"] == services["migrate"]["volumes"] == [f"backups:{folder}"]
    assert services["web"]["volumes"] == [f"backups:{folder}:ro"]
    assert services["web"]["environment"]["BACKUP_DIR"] == folder
    assert re.search(rf"install -d -m 0700 -o mawa -g mawa {folder}$", read("Dockerfile"), re.MULTILINE)


def test_caddy_passes_on_to_where_the_web_listens_and_is_counted_as_a_proxy() -> None:
    found = compose()
    caddy, web = found["configs"]["caddy"]["content"], found["services"]["web"]
    port = web["command"][web["command"].index("--port") + 1]
    assert f"reverse_proxy web:{port} " in caddy
    assert caddy.count("${BASE_URL} {") == 1
    assert web["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-1}"
    assert web["networks"] == ["front", "inside"]
    assert found["services"]["caddy"]["networks"] == ["front", "outside"]
    for name in ("front", "inside"):
        assert found["networks"][name] == {"internal": True}
    behind = [name for name, service in found["services"].items() if "front" in service.get("networks", ())]
    assert sorted(behind) == ["caddy", "web"]


def test_it_finds_planted_might_and_a_planted_secret() -> None:
    planted = {
        "a": {"image": "mawa", "read_only": True, "environment": {"SECRET_KEY": "${SECRET_KEY:-changeme}"}},
        "b": {"image": "other", "user": "0:0", "environment": {"SECRET_KEY": "${SECRET_KEY:?set it}"}},
    }
    found = too_mighty(planted, "FROM x\nUSER mawa\n")
    assert "a: not so: is not root" not in found
    assert "a: not so: drops every capability" in found
    assert {"b: not so: is not root", "b: not so: is read-only"} <= set(found)
    assert secrets_said(planted) == ["a: SECRET_KEY has a value"]
