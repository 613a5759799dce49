"""What proves a messenger's callback, held against vectors that others published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.sealed import Envelope, check_age, joint_signature, unseal
from api.connectors.system import OptionsInvalid, SignatureWrong

SAMPLE = Envelope("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", receiver="wx5823bf96d3bd56c7", where="wecom")
"""Key, token QDG6eK and corp id of Tencent's WXBizMsgCrypt samples (Sample.cs, Sample.py, Sample.cpp)."""
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
DINGTALK = Envelope("4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", receiver="suite4xxxxxxxxxxxxxxx", where="dingtalk")
"""Key, token 123456 and suite key of DingTalk's openapi demo (CreateSuiteReceiveServlet.java)."""
SUITE = (
    "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ"
    "5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_unseal_opens_the_text_of_feishus_documentation() -> None:
    """Feishu, "Encrypt Key 加密配置案例": key "test key"."""
    assert unseal("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == "hello world"


def test_envelope_opens_the_challenge_of_tencents_sample() -> None:
    assert SAMPLE.open(ECHO) == "1616140317555161061"
    signature = joint_signature("QDG6eK", "1409659589", "263014780", ECHO)
    assert signature == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"


def test_envelope_opens_the_event_of_dingtalks_demo() -> None:
    opened = '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}'
    assert DINGTALK.open(SUITE) == opened
    signature = joint_signature("123456", "1445827045067", "nEXhMP4r", SUITE)
    assert signature == "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0"


def test_envelope_seals_as_tencents_own_test_does() -> None:
    """WXBizMsgCryptTest.java: replyMsg, randomStr and afterAesEncrypt; the length counts bytes, not characters."""
    envelope = Envelope("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", receiver="wxb11529c136998cb6", where="x")
    sealed = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert envelope.seal("我是中文abcd123", salt=b"aaaabbbbccccdddd") == sealed
    assert envelope.open(sealed) == "我是中文abcd123"


@pytest.mark.parametrize(
    "sealed",
    ["", "屏幕", "AAAA", "=", ECHO[:-4], ECHO[4:], "B" + ECHO[1:], ECHO[:40] + "AAAA" + ECHO[44:], "A" * 64, SUITE],
)
def test_what_is_not_sealed_with_the_key_is_refused_with_no_hint(sealed: str) -> None:
    with pytest.raises(SignatureWrong) as refusal:
        SAMPLE.open(sealed)
    assert "jWmYm7" not in str(refusal.value)
    with pytest.raises(SignatureWrong):
        unseal(sealed, "test key")


def test_an_envelope_for_another_is_refused() -> None:
    other = Envelope("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", receiver="wx0000000000000000", where="x")
    with pytest.raises(SignatureWrong, match="not for us"):
        other.open(ECHO)


def test_a_length_that_points_beyond_the_end_is_refused() -> None:
    salted = SAMPLE.seal("x", salt=b"0" * 16)
    short = Envelope("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", receiver="", where="x")
    with pytest.raises(SignatureWrong):
        short.open(salted)


@pytest.mark.parametrize(
    "letters", ["", "short", "屏" * 43, "!" * 43, "A" * 44], ids=["none", "short", "chinese", "signs", "long"]
)
def test_a_key_that_is_none_is_refused_without_being_repeated(letters: str) -> None:
    with pytest.raises(OptionsInvalid, match="EncodingAESKey") as refusal:
        Envelope(letters, receiver="r", where="connector wecom")
    assert not letters or letters not in str(refusal.value)


@pytest.mark.parametrize("seconds", ["", "x", "-1", "１７", "9" * 30, "0"])
def test_a_time_that_is_none_or_long_ago_is_refused(seconds: str) -> None:
    with pytest.raises(SignatureWrong):
        check_age(seconds, NOW, window=timedelta(hours=1), name="n")


def test_the_window_is_open_backwards_and_a_little_ahead() -> None:
    for offset_s in (0, -3599, 299):
        check_age(str(int(NOW.timestamp()) + offset_s), NOW, window=timedelta(hours=1), name="n")
    for offset_s in (-3601, 301):
        with pytest.raises(SignatureWrong, match="too old or ahead"):
            check_age(str(int(NOW.timestamp()) + offset_s), NOW, window=timedelta(hours=1), name="n")
