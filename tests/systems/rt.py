"""A Request Tracker of its own for a test: Debian's program on a fresh SQLite database, in a folder, on a free port.

The system's own RT is not touched: RT_SITE_CONFIG names another configuration, and Mason's folders are moved.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

SHARE = Path("/usr/share/request-tracker5")
SETUP = Path("/usr/sbin/rt-setup-database-5")
PASSWORD = "password"  # of root, in a fresh database
STARTED_S = 60.0

CONFIG = """use utf8;
Set($rtname, 'rt.test'); Set($Organization, 'rt.test'); Set($Timezone, 'UTC');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.sqlite3');
Set($DatabaseUser, ''); Set($DatabasePassword, ''); Set($DatabaseHost, ''); Set($DatabasePort, '');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'warning');
Set($MailCommand, 'testfile'); Set($WebSecureCookies, 0); Set($RestrictReferrer, 0);
Set($BcryptCost, 4); # or each request costs 0.3 s of hashing
$RT::MasonLocalComponentRoot = '{folder}/local/html';
$RT::MasonDataDir = '{folder}/mason'; $RT::MasonSessionDir = '{folder}/session';
{more}
1;
"""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class RequestTracker:
    """One RT, started by `start`."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str]) -> None:
        if not SETUP.exists() or not (SHARE / "libexec" / "rt-server").exists():
            pytest.skip("no Request Tracker here: apt install request-tracker5 rt5-db-sqlite rt5-standalone")
        self._folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for name in ("local/html", "mason", "session", "none"):
            (folder / name).mkdir(parents=True)
        more = "".join(f"Set(${name}, '{value}');\n" for name, value in settings.items())
        config = CONFIG.format(folder=folder, port=self.port, more=more)
        (folder / "RT_SiteConfig.pm").write_text(config, encoding="utf-8")
        self._environment = {
            **os.environ,
            "RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(folder / "none"),
        }
        self._server: subprocess.Popen[bytes] | None = None
        self.root = httpx.Client(base_url=f"{self.url}/REST/2.0", auth=("root", PASSWORD), timeout=60)

    def set_up(self) -> None:
        """Fill the database."""
        done = self._run([str(SETUP), "--action", "init", "--skip-create"])
        assert "Done inserting data" in done, done

    def install(self, files: Path, script: str, *arguments: str) -> str:
        """Run one of the shipped scripts; return what it prints."""
        return self._run(["perl", str(files / script), *arguments])

    def add_pages(self, files: Path) -> None:
        """Install the shipped page callback."""
        shutil.copytree(files / "html", self._folder / "local" / "html", dirs_exist_ok=True)

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = [str(SHARE / "libexec" / "rt-server"), "--server", "Standalone", "--host", "127.0.0.1"]
        with (self._folder / "rt.log").open("ab") as log:
            self._server = subprocess.Popen(
                [*command, "--port", str(self.port)], env=self._environment, stdout=log, stderr=log, cwd=self._folder
            )
        wait_until(self._answers, "Request Tracker answers", limit_s=STARTED_S)

    def stop(self) -> None:
        self.root.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def create_ticket(self, subject: str, content: str, *, requestor: str = "li@example.com", **fields: str) -> str:
        """Open a ticket as root; return its id."""
        body = {"Queue": "General", "Subject": subject, "Requestor": requestor, "Content": content}
        answer = self.root.post("/ticket", json={**body, "CustomFields": fields} if fields else body)
        assert answer.status_code == 201, answer.text
        ticket_id: str = answer.json()["id"]
        return ticket_id

    def fields(self, ticket_id: str) -> dict[str, str]:
        """Return a ticket's custom fields."""
        fields = self.root.get(f"/ticket/{ticket_id}").json()["CustomFields"]
        return {field["name"]: (field["values"] or [""])[0] or "" for field in fields}

    def edit(self, ticket_id: str, **fields: str) -> None:
        """Set custom fields as root."""
        answer = self.root.put(f"/ticket/{ticket_id}", json={"CustomFields": fields})
        assert answer.status_code == 200, answer.text

    def writes(self, ticket_id: str, field: str) -> int:
        """Return how often a custom field was changed."""
        number = self.root.get(f"/ticket/{ticket_id}").json()["CustomFields"]
        field_id = next(one["id"] for one in number if one["name"] == field)
        parameters = {"fields": "Type,Field", "per_page": "100"}
        history = self.root.get(f"/ticket/{ticket_id}/history", params=parameters).json()["items"]
        return sum(one["Type"] == "CustomField" and _field_of(one["Field"]) == field_id for one in history)

    def status(self, ticket_id: str) -> str:
        status: str = self.root.get(f"/ticket/{ticket_id}").json()["Status"]
        return status

    def comments(self, ticket_id: str) -> list[str]:
        """Return the texts of a ticket's internal comments."""
        parameters = {"fields": "Type", "per_page": "100"}
        history = self.root.get(f"/ticket/{ticket_id}/history", params=parameters).json()["items"]
        comments = {one["id"] for one in history if one["Type"] == "Comment"}
        parameters["fields"] = "TransactionId,ContentType"
        parts = self.root.get(f"/ticket/{ticket_id}/attachments", params=parameters).json()["items"]
        texts = [
            base64.b64decode(self.root.get(f"/attachment/{one['id']}").json()["Content"]).decode()
            for one in parts
            if one["TransactionId"] in comments and one["ContentType"] == "text/plain"
        ]
        assert len(texts) == len(comments)
        return texts

    def tickets(self, query: str = "id > 0") -> list[dict[str, str]]:
        """Return the tickets that a query finds, with subject and status."""
        found: list[dict[str, str]] = []
        for page in range(1, 100):
            parameters = {"query": query, "fields": "Subject,Status", "per_page": "100", "page": str(page)}
            items = self.root.get("/tickets", params=parameters).json()["items"]
            found += items
            if len(items) < 100:
                break
        return found

    def _answers(self) -> bool:
        try:
            return self.root.get("/rt").status_code == 200
        except httpx.TransportError:
            return False

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=120, cwd=self._folder, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout


def _field_of(value: object) -> str:
    return str(value["id"] if isinstance(value, dict) else value)


def wait_until(is_so: Callable[[], bool], what: str, *, limit_s: float, pause_s: float = 0.1) -> None:
    """Wait for something outside this process; it is asked again every so often."""
    until = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < until, f"not in {limit_s:g} s: {what}"
        time.sleep(pause_s)
