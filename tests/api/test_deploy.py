"""The files people deploy with: they parse, name what exists, and keep the promises their comments make."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest
import yaml

from api.settings import Settings

Node = dict[str, object]


@pytest.fixture(scope="module")
def deploy(root: Path) -> Path:
    return root / "deploy"


def settings_named(text: str) -> set[str]:
    return {name.lower() for name in re.findall(r"\bBEFOREHAND_([A-Z_]+[A-Z])\b", text)}


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "beforehand.service", "nginx.conf", "mosquitto.conf"])
def test_every_setting_that_is_named_exists(deploy: Path, name: str) -> None:
    assert settings_named((deploy / name).read_text(encoding="utf-8")) <= Settings.model_fields.keys()


def instructions(deploy: Path) -> list[list[str]]:
    text = re.sub(r"\\\n\s*", "", (deploy / "Dockerfile").read_text(encoding="utf-8"))
    return [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_dockerfile_runs_as_nobody_special_and_checks_its_health(deploy: Path) -> None:
    found = instructions(deploy)
    last_stage = found[max(i for i, (name, _) in enumerate(found) if name == "FROM") :]
    names = [name for name, _ in last_stage]
    users = [value for name, value in last_stage if name == "USER"]
    assert users == ["10001:10001"]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert {"HEALTHCHECK", "STOPSIGNAL", "CMD", "VOLUME"} <= set(names)


def test_dockerfile_names_versions_and_leaves_no_tools(deploy: Path) -> None:
    found = instructions(deploy)
    assert all(re.search(r":\d", value) for name, value in found if name == "FROM")
    runs = " ".join(value for name, value in found if name == "RUN")
    assert not any(tool in runs for tool in ("apt-get", "curl", "sudo", "chmod 777"))
    assert "--no-cache-dir" in runs
    assert "pip uninstall" in runs
    assert {name for name, _ in found} & {"ADD", "MAINTAINER"} == set()
    assert not any("latest" in value for name, value in found if name == "FROM")


def test_dockerfile_copies_what_is_there_and_is_let_in(deploy: Path, root: Path) -> None:
    let_in = set((root / ".dockerignore").read_text(encoding="utf-8").split())
    copied = [shlex.split(value) for name, value in instructions(deploy) if name == "COPY" and "--from" not in value]
    sources = [source for arguments in copied for source in arguments[:-1]]
    assert {"pyproject.toml", "api", "nlp", "speech", "vision", "predictive", "model_cards", "training"} <= set(sources)
    for source in sources:
        assert (root / source).exists(), source
        assert f"!{source}" in let_in, source


def test_compose_holds_no_secret_and_opens_no_door(deploy: Path) -> None:
    composed: Node = yaml.safe_load((deploy / "compose.yaml").read_text(encoding="utf-8"))
    services = composed["services"]
    assert isinstance(services, dict)
    assert set(services) == {"service", "database", "broker"}
    for name, service in services.items():
        for key, value in dict(service.get("environment", {})).items():
            assert "PASSWORD" not in key or key.endswith("_FILE"), (name, key)
            assert not re.search(r"://[^/]*:[^/]*@", str(value)), (name, key)
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")
    assert services["service"]["read_only"] is True
    declared = composed["secrets"]
    assert isinstance(declared, dict)
    used = {secret for service in services.values() for secret in service.get("secrets", [])}
    assert used == declared.keys()
    assert (deploy / "secrets" / ".gitignore").read_text(encoding="utf-8").startswith("*")


def test_stopping_gives_the_time_that_draining_takes(deploy: Path) -> None:
    fields = Settings.model_fields
    needed_s = 5 + float(fields["drain_s"].default) + float(fields["job_drain_s"].default)
    composed = yaml.safe_load((deploy / "compose.yaml").read_text(encoding="utf-8"))
    assert int(composed["services"]["service"]["stop_grace_period"].rstrip("s")) >= needed_s
    assert int(unit(deploy)["Service"]["TimeoutStopSec"]) >= needed_s


def unit(deploy: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes=("#",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string((deploy / "beforehand.service").read_text(encoding="utf-8"))
    return parsed


def test_the_unit_is_hardened(deploy: Path) -> None:
    service = unit(deploy)["Service"]
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "DynamicUser", "LockPersonality"):
        assert service[name] == "yes", name
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert service["ExecStart"].startswith("/opt/beforehand/bin/beforehand serve ")


def test_every_alert_looks_at_a_number_that_is_told(deploy: Path, root: Path) -> None:
    rules = yaml.safe_load((deploy / "prometheus-rules.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"\b(beforehand_[a-z_]+)", rule["expr"])}
    sources = "".join(
        (root / "api" / "routes" / f"{name}.py").read_text(encoding="utf-8") for name in ("metrics", "parts")
    )
    for name in named:
        bare = re.sub(r"_(total|bucket|sum|count)$", "", name.removeprefix("beforehand_"))
        assert f'"{bare}"' in sources, name
    alerts = {rule["alert"] for rule in rules if "alert" in rule}
    assert len(alerts) == 7
    tests = (deploy / "prometheus-rules-test.yaml").read_text(encoding="utf-8")
    assert all(tests.count(alert) >= 2 for alert in alerts), "each alert is shown to fire and to stay silent"
    for rule in rules:
        assert "alert" not in rule or re.search("[\u4e00-\u9fff]", rule["annotations"]["summary"])
