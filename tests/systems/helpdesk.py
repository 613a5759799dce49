"""A real django-helpdesk on a free loopback port, and what became of its tickets.

The site runs in a virtual environment of its own (`make test-systems` makes it: `$BEFOREHAND_HELPDESK_PYTHON`, or
.venv/helpdesk/bin/python), on SQLite, behind waitress, with two custom fields, one queue and its new-ticket webhook.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.rt import free_port

ACCOUNT, PASSWORD, TOKEN = "beforehand", "pw-of-the-account", "token-of-the-hook"
EMAIL = "beforehand@example.com"
FIELDS = ("order_number", "error_code")
START_S = 90.0
SETTINGS = """
SECRET_KEY = "of a test"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize", "django.contrib.admin",
    "bootstrap4form", "rest_framework", "helpdesk", *EXTRA_APPS
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER + "/db.sqlite3",
    "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL = "/static/"
MEDIA_ROOT = FOLDER + "/media"
MEDIA_URL = "/media/"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # basic authentication hashes at every call
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"]}
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_KB_ENABLED = True
HELPDESK_ACTIVATE_API_ENDPOINT = True
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
"""
URLS = """
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve

urlpatterns = [
    path("admin/", admin.site.urls),
    re_path("^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include("helpdesk.urls")),
]
"""
FILL = """
import django
django.setup()
from django.contrib.auth import get_user_model
from helpdesk.models import CustomField, Queue
get_user_model().objects.create_superuser({account!r}, {email!r}, {password!r})
Queue.objects.create(title="Repairs", slug="repairs", allow_public_submission=True)
for name in {fields!r}:
    kind = dict(data_type="varchar", max_length=100, required=False, staff_only=True)
    CustomField.objects.create(name=name, label=name, **kind)
"""
CONNECTORS = """
[[connector]]
name = "desk"
kind = "django_helpdesk"
url = "{url}"
login = "{account}"
password = "env:DESK_PASSWORD"
secret = "env:DESK_TOKEN"
mode = "fill_if_empty"
allow_private = true
timeout_s = 30
[connector.fields]
order_number = "custom_order_number"
error_code = "custom_error_code"
[connector.maintenance]
queue = "repairs"
[connector.extra]
email = "{email}"
queues = {{ repairs = 1 }}
"""


def wait_for(address: str) -> None:
    """Return when an address answers anything."""
    until = time.monotonic() + START_S
    while True:
        try:
            httpx.get(address, timeout=5)
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


class Helpdesk:
    """The site; `open` migrates and starts it."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self.python = python
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(auth=(ACCOUNT, PASSWORD), base_url=self.url, timeout=300)

    def open(self, *, hook_url: str, relay: Path | None = None) -> None:
        """Make the site's database and start it; `relay` is an app that sends the webhook instead of helpdesk."""
        extra = [relay.name.removesuffix(".py.txt")] if relay else []
        head = f"FOLDER = {str(self.folder)!r}\nEXTRA_APPS = {extra!r}\nBEFOREHAND_HOOK = {hook_url!r}\n"
        (self.folder / "settings.py").write_text(head + SETTINGS, encoding="utf-8")
        (self.folder / "urls.py").write_text(URLS, encoding="utf-8")
        if relay:
            (self.folder / relay.name.removesuffix(".txt")).write_bytes(relay.read_bytes())
        environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(self.folder)}
        if not relay:
            environ["HELPDESK_NEW_TICKET_WEBHOOK_URLS"] = hook_url
        fill = FILL.format(account=ACCOUNT, email=EMAIL, password=PASSWORD, fields=FIELDS)
        for arguments in (["-m", "django", "migrate", "-v", "0"], ["-c", fill]):
            subprocess.run([self.python, *arguments], env=environ, cwd=self.folder, check=True)
        serve = (
            "from django.core.wsgi import get_wsgi_application; from waitress import serve; "
            f"serve(get_wsgi_application(), host='127.0.0.1', port={self.port}, threads=6)"
        )
        with (self.folder / "site.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.python, "-c", serve], env=environ, cwd=self.folder, stdout=log, stderr=log
            )
        wait_for(f"{self.url}/api/tickets/")

    def close(self) -> None:
        self._client.close()
        if self._process:
            self._process.kill()
            self._process.wait()

    def add(self, title: str, description: str, **fields: str) -> int:
        """Make a ticket; return what the customer's request was answered with."""
        ticket = {"queue": 1, "title": title, "priority": 3, "description": description}
        answer = self._client.post("/api/tickets/", json={**ticket, "submitter_email": "zhang@example.com", **fields})
        return answer.status_code

    def follow_up(self, ticket: int, text: str) -> None:
        """Add an internal follow-up, as anybody may by the API."""
        body = {"ticket": ticket, "comment": text, "public": False}
        self._client.post("/api/followups/", json=body).raise_for_status()

    def tickets(self) -> Iterator[dict[str, object]]:
        """Yield every ticket as the API shows it."""
        url: str | None = "/api/tickets/?page_size=200"
        while url:
            page = self._client.get(url).raise_for_status().json()
            yield from page["results"]
            url = page["next"]


def service_beside(desk: Helpdesk, folder: Path, *, catch_up_every_s: int = 3) -> BeforehandProcess:
    """Return our service, connected to a site; not started."""
    folder.mkdir(parents=True)
    table = CONNECTORS.format(url=desk.url, account=ACCOUNT, email=EMAIL)
    (folder / "connectors.toml").write_text(table, encoding="utf-8")
    environment = {"DESK_PASSWORD": PASSWORD, "DESK_TOKEN": TOKEN, "BEFOREHAND_CATCH_UP_EVERY_S": str(catch_up_every_s)}
    return BeforehandProcess(folder, port=free_port(), environment=environment)


def hook_of(service: BeforehandProcess) -> str:
    """Return the address that the site is told."""
    return f"{service.url}/v1/hooks/desk?token={TOKEN}"


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the tickets."""

    tickets: int
    lost: tuple[int, ...]
    wrong: tuple[int, ...]
    doubled: tuple[int, ...]

    @property
    def is_settled(self) -> bool:
        return not self.lost


def account_of(tickets: Iterator[dict[str, object]], *, expected: Mapping[str, str]) -> Account:
    """Return which tickets were not commented on (lost), were filled wrongly, or were commented on twice."""
    lost: list[int] = []
    wrong: list[int] = []
    doubled: list[int] = []
    count = 0
    for ticket in tickets:
        count += 1
        number, follow_ups = ticket["id"], ticket["followup_set"]
        assert isinstance(number, int)
        assert isinstance(follow_ups, list)
        marks = Counter(one["comment"].rsplit("\n", 1)[-1] for one in follow_ups if "[Beforehand bh-" in one["comment"])
        if not marks:
            lost.append(number)
        elif marks.total() > 1:
            doubled.append(number)
        if marks and ticket["custom_error_code"] != expected[str(ticket["title"])]:
            wrong.append(number)
    return Account(count, tuple(lost), tuple(wrong), tuple(doubled))


def settled(desk: Helpdesk, *, expected: Mapping[str, str], within_s: float) -> Account:
    """Return the account once nothing is lost, or when the time is over."""
    until = time.monotonic() + within_s
    while True:
        account = account_of(desk.tickets(), expected=expected)
        if account.is_settled or time.monotonic() > until:
            return account
        time.sleep(1)
