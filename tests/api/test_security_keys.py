"""Keys, the server's secret and signed claims."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli.commands import command
from api.cli.keys import create_key
from api.security import (
    KeyDigests,
    SecretUnusable,
    derive,
    make_key,
    read_claim,
    read_server_secret,
    sign_claim,
)
from api.settings import Settings
from api.store import Store, open_store_for

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def store(api_settings: Settings) -> Store:
    return open_store_for(api_settings)


def test_database_alone_holds_no_key_and_nothing_to_check_one_with(store: Store, api_settings: Settings) -> None:
    _, secret = create_key(store, name="工单系统", scopes=["prefill"])
    store.database.close()
    files = b"".join(path.read_bytes() for path in api_settings.data_dir.glob("beforehand.sqlite3*"))
    own = (api_settings.data_dir / "secret").read_bytes().strip()
    assert secret.encode() not in files
    assert hashlib.sha256(secret.encode()).hexdigest().encode() not in files
    assert own not in files
    assert KeyDigests(own.decode()).of(secret).encode() in files


def test_key_of_the_first_release_still_works_and_is_digested_anew(store: Store, api_settings: Settings) -> None:
    body, secret = create_key(store, name="old", scopes=["prefill"])
    old = hashlib.sha256(secret.encode()).hexdigest()
    path = api_settings.data_dir / "beforehand.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE api_keys SET digest=? WHERE id=?", (old, body.id))
    connection.close()
    assert store.keys.authenticate(secret, at=NOW) is not None
    with sqlite3.connect(path) as connection:
        (digest,) = connection.execute("SELECT digest FROM api_keys WHERE id=?", (body.id,)).fetchone()
    connection.close()
    assert digest == KeyDigests(store.server_secret).of(secret)
    assert store.keys.authenticate(secret, at=NOW) is not None


def test_stored_digest_is_no_key(store: Store) -> None:
    _, secret = create_key(store, name="k", scopes=["admin"])
    assert store.keys.authenticate(KeyDigests(store.server_secret).of(secret), at=NOW) is None
    assert store.keys.authenticate(secret[:-1], at=NOW) is None
    assert store.keys.authenticate(secret + "x", at=NOW) is None
    assert store.keys.authenticate("\ud800空", at=NOW) is None


def test_key_runs_out_at_its_moment(store: Store) -> None:
    body, secret = create_key(store, name="k", scopes=["admin"], expires_at=NOW)
    assert store.keys.authenticate(secret, at=NOW - timedelta(seconds=1)) is not None
    assert store.keys.authenticate(secret, at=NOW) is None
    assert store.keys.get(body.id, at=NOW) is None


def test_use_is_noted_coarsely(store: Store) -> None:
    body, secret = create_key(store, name="k", scopes=["admin"])
    for minutes in (0, 1, 14):
        store.keys.authenticate(secret, at=NOW + timedelta(minutes=minutes))
    assert store.keys.list()[0].last_used_at == NOW
    store.keys.authenticate(secret, at=NOW + timedelta(minutes=15))
    assert store.keys.list()[0].last_used_at == NOW + timedelta(minutes=15)
    assert body.last_used_at is None


def test_key_under_another_server_secret_is_none(store: Store, api_settings: Settings) -> None:
    _, secret = create_key(store, name="k", scopes=["admin"])
    other = open_store_for(api_settings.model_copy(update={"secret_file": None, "secret": _secret("y" * 40)}))
    assert other.keys.authenticate(secret, at=NOW) is None


def _secret(text: str) -> object:
    from pydantic import SecretStr

    return SecretStr(text)


def test_server_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = read_server_secret(tmp_path / "data")
    assert read_server_secret(tmp_path / "data") == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_server_secret_can_be_given(tmp_path: Path) -> None:
    file = tmp_path / "mounted"
    file.write_text("f" * 40 + "\n", encoding="utf-8")
    assert read_server_secret(tmp_path, file=file) == "f" * 40
    assert read_server_secret(tmp_path, given="g" * 32, file=file) == "g" * 32
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("given", ["短", "x" * 31])
def test_short_server_secret_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SecretUnusable, match="openssl rand"):
        read_server_secret(tmp_path, given=given)


def test_missing_server_secret_file_is_refused_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="cannot be read"):
        read_server_secret(tmp_path, file=tmp_path / "missing")


def test_server_secret_is_not_shown_by_settings(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "secret": "z" * 40})
    assert "zzz" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_secrets_of_two_purposes_differ() -> None:
    assert len({derive("s", "a"), derive("s", "b"), derive("t", "a")}) == 3


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_claim_is_read_by_its_own_secret_only(claim: str, secret: str) -> None:
    claim = claim.encode("utf-8", "ignore").decode()
    secret = secret.encode("utf-8", "replace").decode()
    token = sign_claim(claim, expires_at=NOW, secret=secret)
    before = NOW - timedelta(seconds=1)
    assert read_claim(token, now=before, secret=secret) == claim
    assert read_claim(token, now=NOW, secret=secret) is None
    assert read_claim(token, now=before, secret=secret + "x") is None


@given(st.text(max_size=300))
def test_token_that_was_not_signed_is_nothing(token: str) -> None:
    assert read_claim(token, now=NOW, secret="s") is None


@given(st.integers(0, 200), st.characters(min_codepoint=33, max_codepoint=126))
def test_changed_token_is_nothing(position: int, character: str) -> None:
    token = sign_claim("ticket:7", expires_at=NOW + timedelta(days=1), secret="s")
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    assert (read_claim(changed, now=NOW, secret="s") is None) == (changed != token)


def test_two_keys_share_nothing_that_is_secret() -> None:
    keys = [make_key() for _ in range(1_000)]
    assert len({key.secret[len(key.prefix) :] for key in keys}) == 1_000
    assert all(key.secret.startswith("bh_") and len(key.secret) == 43 for key in keys)


def run(*arguments: str, data: Path) -> dict[str, object]:
    result = CliRunner().invoke(command, [*arguments, "--data-dir", str(data), "--json"])
    assert result.exit_code == 0, result.output
    shown: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return shown


def test_rotating_gives_a_key_of_the_same_scopes_and_lets_the_old_one_run_out(api_settings: Settings) -> None:
    data = api_settings.data_dir
    old = run("keys", "create", "--name", "网关", "--scopes", "telemetry", "--tenant", "acme", data=data)
    new = run("keys", "rotate", str(old["id"]), "--grace-hours", "1", "--tenant", "acme", data=data)
    store = open_store_for(api_settings).of("acme")
    at = datetime.now(UTC)
    for secret, is_left in ((old["key"], False), (new["key"], True)):
        found = store.keys.authenticate(str(secret), at=at)
        assert found is not None
        assert (found.tenant, found.name, found.scopes) == ("acme", "网关", ("telemetry",))
        later = store.keys.authenticate(str(secret), at=at + timedelta(hours=1, minutes=1))
        assert (later is not None) == is_left
    assert [entry.action for entry in store.audit.list(limit=9)] == ["key.rotated", "key.created", "key.created"]
    assert run("audit", "verify", "--tenant", "acme", data=data)["whole"] is True


def test_audit_that_was_changed_by_hand_fails_its_command(api_settings: Settings) -> None:
    run("keys", "create", data=api_settings.data_dir)
    with sqlite3.connect(api_settings.data_dir / "beforehand.sqlite3") as connection:
        connection.execute("UPDATE audit_log SET actor='nobody'")
    connection.close()
    result = CliRunner().invoke(command, ["audit", "verify", "--data-dir", str(api_settings.data_dir)])
    assert result.exit_code == 1
    assert "seal" in result.output or "封印" in result.output
