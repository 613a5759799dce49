"""A folder of a git checkout in: the files that git would keep, and where each is shown on the web.

What .gitignore leaves out is left out here, by asking git itself; hooks and programs that the checkout's own settings
name are not run. Addresses are written for hosts whose scheme is known; of others the repository's own is given.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nlp.records import ArticleRejected

LIMIT_S = 60.0
"""Listing a million files takes 2 s."""
# A checkout's settings may name programs that git would run; none is needed to list files.
_SAFE = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.directory=*",
    "-c",
    "core.quotePath=false",
)
_SCP = re.compile(r"(?:[^@\s/]{1,100}@)?([A-Za-z0-9.-]{1,253}):(?!//)/?([^\s]{1,500})")
_URL = re.compile(r"(?:https?|ssh|git)://(?:[^@\s/]{1,300}@)?([A-Za-z0-9.-]{1,253})(?::\d{1,5})?/([^\s?#]{1,500})")
# What stands between repository and path, by a word in the host's name.
_SCHEMES = (("gitlab", "/-/blob/"), ("github", "/blob/"), ("gitee", "/blob/"), ("gitcode", "/blob/"),
            ("bitbucket", "/src/"), ("codeberg", "/src/branch/"), ("gitea", "/src/branch/"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class GitCheckout:
    names: tuple[str, ...]
    home: str = ""  # the repository's address on the web; "" where it has no remote
    scheme: str = ""
    branch: str = ""
    below: str = ""  # the folder within the repository, with a slash
    problem: ArticleRejected | None = None

    def url_of(self, name: str) -> str:
        """Return where people find a file."""
        if not self.home or not self.scheme:
            return self.home
        return f"{self.home}{self.scheme}{quote(self.branch, safe='/')}/{quote(self.below + name)}"


def find_checkout(folder: Path) -> GitCheckout | None:
    """Return the checkout that a folder is or lies in; None where it is in none, or where git ignores all of it."""
    if not any((above / ".git").exists() for above in (folder.resolve(), *folder.resolve().parents)):
        return None
    program = shutil.which("git")
    if program is None:
        return GitCheckout((), problem=_refused(folder, "git is not installed", "没有安装 git"))
    git = _Git(program, folder)
    try:
        if git.ask("rev-parse", "--is-inside-work-tree") != "true" or git.succeeds("check-ignore", "-q", "."):
            return None
        listed = git.ask("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        remote = git.ask("config", "--get", "remote.origin.url")
        branch = git.ask("symbolic-ref", "-q", "--short", "HEAD") or git.ask("rev-parse", "-q", "--verify", "HEAD")
        below = git.ask("rev-parse", "--show-prefix")
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)[:200]
        return GitCheckout((), problem=_refused(folder, f"git does not answer ({reason})", f"git 没有响应（{reason}）"))
    names = [name for name in listed.split("\0") if name and not _is_hidden(name)]
    home = home_of(remote)
    return GitCheckout(tuple(names), home, _scheme_of(home) if branch else "", branch, below)


@dataclass(frozen=True, slots=True)
class _Git:
    program: str
    folder: Path

    def ask(self, *arguments: str) -> str:
        """Return what git says; "" where it does not know."""
        done = self._run(*arguments)
        return done.stdout.decode("utf-8", "surrogateescape").strip("\n") if done.returncode == 0 else ""

    def succeeds(self, *arguments: str) -> bool:
        return self._run(*arguments).returncode == 0

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = (self.program, *_SAFE, "-C", str(self.folder), *arguments)
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S, check=False)


def home_of(remote: str) -> str:
    """Return the web address of a repository, without the name or password that a remote may hold.

    >>> home_of("git@github.com:acme/kb.git"), home_of("https://me:token@gitee.com/acme/kb.git"), home_of("/srv/kb")
    ('https://github.com/acme/kb', 'https://gitee.com/acme/kb', '')
    """
    match = _URL.fullmatch(remote) or _SCP.fullmatch(remote)
    return f"https://{match[1]}/{match[2].removesuffix('/').removesuffix('.git')}" if match else ""


def _scheme_of(home: str) -> str:
    host = home.removeprefix("https://").partition("/")[0]
    return next((scheme for word, scheme in _SCHEMES if word in host), "")


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _refused(folder: Path, reason: str, reason_zh: str) -> ArticleRejected:
    rejected: Sequence[str] = (
        f"{folder}: a git checkout, but {reason}, so ignored files cannot be told; install git or export the files",
        f"{folder}：这是 git 检出目录，但{reason_zh}，无法得知哪些文件被忽略；请安装 git 或导出文件",
    )
    return ArticleRejected(rejected[0], zh=rejected[1], where=str(folder))
