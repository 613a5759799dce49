"""What is known of a file from its place in the copy of a website that wget or HTTrack made: its address and format.

In: names of files. Out: the page's address where a folder bears the host's name, the suffix without what a copy adds to
it, and whether the file is the copying program's own. A page that names its address itself is believed more
(nlp.loaders.html_kb).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?:[+_]\d{2,5})?", re.IGNORECASE)
# Ends of file names that look like a country's or another domain.
_NO_DOMAINS = frozenset(("zip", "md", "txt", "pdf", "docx", "csv", "html", "htm", "jsonl", "bak", "old", "git", "d"))
_LEFTOVERS = frozenset(
    ("hts-log.txt", "cookies.txt", "robots.txt", "backblue.gif", "fade.gif", "humans.txt", "ads.txt")
)
_QUERY = re.compile(r"[?@].{0,2000}$")


def suffix_of(name: str) -> str:
    """Return the suffix in lower case, without the question that wget keeps behind it.

    >>> suffix_of("a/Page.HTML"), suffix_of("kb/view.html?id=3"), suffix_of("view.html@id=3")
    ('.html', '.html', '.html')
    """
    own = PurePosixPath(name).name
    suffix = PurePosixPath(own).suffix.lower()
    return PurePosixPath(_QUERY.sub("", own)).suffix.lower() if "?" in suffix or "@" in suffix or "=" in own else suffix


def is_leftover(name: str) -> bool:
    """Say whether a copying program wrote the file for itself, or for other programs."""
    parts = name.split("/")
    return parts[-1].lower() in _LEFTOVERS or "hts-cache" in parts


def host_of_folder(folder: Path, pages: Sequence[str]) -> str:
    """Return the host whose copy a folder is, by its own name; "" where the name is none, or it holds no page."""
    name = folder.resolve().name
    return name if pages and _is_host(name) else ""


def page_url(host: str, name: str) -> str:
    """Return the address of a file of a copy; the host is the folder's, or the first part of the name.

    >>> page_url("", "help.example.com/e4/index.html"), page_url("kb.example.cn", "a.html"), page_url("", "docs/a.html")
    ('https://help.example.com/e4/', 'https://kb.example.cn/a.html', '')
    """
    first, _, rest = name.partition("/")
    if not host and rest and _is_host(first):
        host, name = first, rest
    if not host:
        return ""
    host = re.sub(r"[+_](\d{2,5})$", r":\1", host)
    path = re.sub(r"(^|/)index\.html?$", r"\1", name)
    return f"https://{host}/{quote(path, safe='/?=&@:+,;~-._()')}"


def _is_host(name: str) -> bool:
    return _HOST.fullmatch(name) is not None and name.rpartition(".")[2].lower() not in _NO_DOMAINS
