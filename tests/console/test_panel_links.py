"""A link to the panel is worth what its signature says; only the connector's own origins may frame what it shows."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from api.connectors.options import ConnectorOptions
from api.connectors.panel_links import LinkState, PanelLink, Sight, frame_ancestors, sight_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = str(int(NOW.timestamp()) + 900)
LINK = PanelLink("rt", "17", "anna", SOON)
PERL = """
use Digest::SHA 'hmac_sha256_hex'; use Encode qw(encode_utf8 decode_utf8);
my ($secret, @parts) = map { decode_utf8($_) } @ARGV;
print hmac_sha256_hex(encode_utf8(join("\\n", 'beforehand-panel', @parts)), encode_utf8($secret));
"""


@pytest.mark.parametrize(
    "link",
    [
        PanelLink("desk", "17", "anna", SOON),
        PanelLink("rt", "18", "anna", SOON),
        PanelLink("rt", "17", "root", SOON),
        PanelLink("rt", "17", "anna", str(int(SOON) + 1)),
        PanelLink("rt\n17", "", "anna", SOON),
        PanelLink("rt", "17\nanna", "", SOON),
        PanelLink("rt", "", "anna", SOON),
        PanelLink("rt", "17", "anna", "soon"),
        PanelLink("rt", "17", "anna", "٩٩٩"),
        PanelLink("rt", "17", "anna", "9" * 13),
    ],
)
def test_a_link_with_anything_changed_is_forged(link: PanelLink) -> None:
    assert link.state(LINK.signature("s3cret"), secret="s3cret", now=NOW) is LinkState.FORGED


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(1, LinkState.GENUINE), (86_400, LinkState.GENUINE), (86_401, LinkState.EXPIRED), (0, LinkState.EXPIRED),
     (-60, LinkState.EXPIRED)],
)  # fmt: skip
def test_a_link_is_good_until_it_expires_and_for_a_day_at_most(seconds: int, state: LinkState) -> None:
    link = PanelLink("rt", "工单 17", "安娜", str(int(NOW.timestamp()) + seconds))
    assert link.state(link.signature("钥匙"), secret="钥匙", now=NOW) is state


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", LINK.signature("other"), LINK.signature("s3cret").upper()])
def test_another_signature_is_forged(signature: str) -> None:
    assert LINK.state(signature, secret="s3cret", now=NOW) is LinkState.FORGED


def test_without_a_secret_no_link_is_genuine() -> None:
    assert LINK.state(LINK.signature(""), secret="", now=NOW) is LinkState.FORGED


@pytest.mark.parametrize(("ticket", "user"), [("17", "anna"), ("工单 17", "安娜"), ("a&b=c", "")])
def test_perl_makes_the_same_signature(ticket: str, user: str) -> None:
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("no perl here")
    told = [perl, "-e", PERL, "whsec_钥匙", "rt", ticket, user, SOON]
    made = subprocess.run(told, capture_output=True, check=True, text=True, encoding="utf-8").stdout
    assert made == PanelLink("rt", ticket, user, SOON).signature("whsec_钥匙")


@pytest.mark.parametrize(
    ("url", "framers", "expected"),
    [
        ("https://rt.example/rt/", [], ("https://rt.example",)),
        ("http://127.0.0.1:8088", ["https://agents.example"], ("http://127.0.0.1:8088", "https://agents.example")),
        ("", ["https://a.example; script-src *", "javascript:alert(1)", "*", "https://b.example *"], ()),
        ("https://a.example", ["https://a.example/again"], ("https://a.example",)),
    ],
)
def test_only_plain_origins_reach_the_header(url: str, framers: list[str], expected: tuple[str, ...]) -> None:
    options = ConnectorOptions(name="rt", kind="x", url=url, frame_ancestors=framers)
    assert frame_ancestors(options) == expected


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "%5B%5D.99999999999.00"])
def test_a_forged_token_shows_nothing(token: str) -> None:
    assert sight_of(token, secret="s", now=NOW) is None


def test_a_token_says_what_it_was_made_for_until_it_expires() -> None:
    sight = Sight("acme", "rt", "工单 17", "安娜", "zh", "dark")
    token = sight.token(secret="s", expires_at=datetime(2026, 11, 22, 13, tzinfo=UTC))
    assert sight_of(token, secret="s", now=NOW) == sight
    assert sight_of(token, secret="other", now=NOW) is None
    assert sight_of(token, secret="s", now=datetime(2026, 11, 22, 13, tzinfo=UTC)) is None
