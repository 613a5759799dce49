"""What a mail says: character sets, quotes, files, threads, machines; and mails made to hurt."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage

import pytest

from api.connectors.mail_text import Mail, MailUnreadable, header_text, read_mail, text_of_html, without_quotes


def raw(body: bytes, **headers: str) -> bytes:
    usual = {"Message-ID": "<m1@example.com>", "From": "王芳 <wang@example.com>", "Subject": "E5", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in usual.items())
    return lines.encode() + b"\r\n" + body


def plain(charset: str, text: str) -> Mail:
    head = {"Content_Type": f'text/plain; charset="{charset}"', "Content_Transfer_Encoding": "base64"}
    return read_mail(raw(base64.b64encode(text.encode("gb18030" if charset.startswith("gb") else charset)), **head))


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "utf-8", "big5", "utf-16"])
def test_chinese_is_read_in_every_character_set(charset: str) -> None:
    assert plain(charset, "洗衣機顯示 E5").text == "洗衣機顯示 E5"


def test_what_is_called_gb2312_may_hold_any_character() -> None:
    assert plain("gb2312", "𠮷野家 镕基").text == "𠮷野家 镕基"


@pytest.mark.parametrize("charset", ["iso-2022-jp", "iso-8859-1", "windows-1252", "us-ascii"])
def test_other_character_sets_are_read(charset: str) -> None:
    assert plain(charset, "the washer shows E5").text == "the washer shows E5"


@pytest.mark.parametrize("charset", ["", "no-such-set", "rot13", "base64_codec", "x" * 300, "unicode_escape"])
def test_a_wrong_label_is_not_the_end(charset: str) -> None:
    head = {"Content_Type": f'text/plain; charset="{charset}"'}
    assert read_mail(raw("屏幕不亮".encode(), **head)).text
    assert read_mail(raw("屏幕不亮".encode("gb18030"), Content_Type="text/plain; charset=utf-8")).text == "屏幕不亮"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?gb2312?B?xsHEu7K7wcE=?= E5", "屏幕不亮 E5"),
        ("=?UTF-8?Q?=E5=B1=8F=E5=B9=95?=", "屏幕"),
        ("=?ISO-2022-JP?B?GyRCQHZCdRsoQg==?=", "洗濯"),
        ("=?no-such-set?B?xsHEuw==?=", "屏幕"),
        ("=?utf-8?B?%%%?=", "=?utf-8?B?%%%?="),
        ("plain words", "plain words"),
        ("a\r\n b", "a b"),
    ],
)
def test_headers_are_read(value: str, text: str) -> None:
    assert header_text(value) == text


def test_a_subject_in_bare_gbk_is_read() -> None:
    content = b"Message-ID: <a@b>\r\nFrom: x@y.cn\r\nSubject: " + "屏幕不亮".encode("gbk") + b"\r\n\r\nE5"
    assert read_mail(content).subject == "屏幕不亮"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("还是不亮\n\n在 2026年11月20日 09:00，客服 <a@b.cn> 写道：\n> 请重启", "还是不亮"),
        ("Still dark.\n\nOn Fri, 20 Nov 2026 at 09:00, Support <a@b.com> wrote:\n> restart it", "Still dark."),
        ("Still dark.\n\nOn Fri, 20 Nov 2026 at 09:00,\nSupport <a@b.com> wrote:\n> restart", "Still dark."),
        ("还是不亮\n\n------------------ 原始邮件 ------------------\n发件人: 客服", "还是不亮"),
        ("还是不亮\n\n-----原始邮件-----\n发件人:客服", "还是不亮"),
        ("Dark.\n\n-----Original Message-----\nFrom: a", "Dark."),
        ("不亮\n\n发件人: 客服\n发送时间: 2026年11月20日\n收件人: 王", "不亮"),
        ("Dark.\n\nFrom: Support\nSent: Friday\nTo: Wang", "Dark."),
        ("*From:* Support\n*Sent:* Friday", "*From:* Support\n*Sent:* Friday"),
        ("Dark.\n> restart it\nI did.", "Dark.\nI did."),
        ("Dark.\n-- \nWang Fang\n13800138000", "Dark."),
        ("> 请重启\n> 试试", "> 请重启\n> 试试"),
        ("发件人: 我自己不知道\n订单 1", "发件人: 我自己不知道\n订单 1"),
        ("On the panel I wrote: E5", "On the panel I wrote: E5"),
        ("", ""),
    ],
)
def test_what_was_quoted_is_left_out(text: str, own: str) -> None:
    assert without_quotes(text) == own


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>屏幕<b>不亮</b></p><div>E5 &lt;1&gt;</div>", "屏幕不亮\nE5 <1>"),
        ("<script>alert(1)</script><style>p{}</style>x<br/>y", "x\ny"),
        ("<!-- no --><p>a</p>", "a"),
        ("a < b and c > d", "a < b and c > d"),
        ("<script>never closed", ""),
    ],
)
def test_html_is_read_as_words(page: str, text: str) -> None:
    assert text_of_html(page) == text


def test_html_is_taken_only_where_there_is_no_plain_text() -> None:
    message = EmailMessage()
    message["Message-ID"], message["From"] = "<m@x>", "a@b.cn"
    message.set_content("屏幕不亮")
    message.add_alternative("<p>the screen is <b>dark</b></p>", subtype="html")
    assert read_mail(message.as_bytes()).text == "屏幕不亮"
    only = raw(b"<p>the screen is dark</p>", Content_Type="text/html; charset=utf-8")
    assert read_mail(only).text == "the screen is dark"


def test_files_come_with_their_names_and_without_folders() -> None:
    message = EmailMessage()
    message["Message-ID"], message["From"] = "<m@x>", "a@b.cn"
    message.set_content("看图")
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="铭牌.jpg")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="../../etc/发票.pdf")
    mail = read_mail(message.as_bytes())
    assert [(one.name, one.media_type) for one in mail.attachments] == [
        ("铭牌.jpg", "image/jpeg"),
        ("发票.pdf", "application/pdf"),
    ]
    assert mail.text == "看图"


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({}, "m1@example.com"),
        ({"In_Reply_To": "<r@x>"}, "r@x"),
        ({"References": "<r@x> <s@x>", "In_Reply_To": "<s@x>"}, "r@x"),
    ],
)
def test_a_thread_is_known_by_its_first_mail(headers: dict[str, str], root: str) -> None:
    assert read_mail(raw(b"x", **headers)).root == root


@pytest.mark.parametrize(
    ("headers", "is_automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Auto-submitted": "Auto-Generated"}, True),
        ({"Precedence": "bulk"}, True),
        ({"List_Id": "<l.x>"}, True),
        ({"Return_Path": "<>"}, True),
        ({"Content_Type": "multipart/report; boundary=b"}, True),
    ],
)
def test_mails_of_machines_are_told(headers: dict[str, str], is_automatic: bool) -> None:
    assert read_mail(raw(b"x", **headers)).is_automatic is is_automatic


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\xff" * 1000, id="noise"),
        pytest.param(b"From: a@b\r\n\r\nx", id="no id"),
        pytest.param(
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2_000)),
            id="nested",
        ),
    ],
)
def test_what_is_no_mail_is_named(content: bytes) -> None:
    with pytest.raises(MailUnreadable):
        read_mail(content)


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "On x wrote:\n",
        "> ",
        ">",
        "<a ",
        "<!--",
        "<p>",
        "&amp",
        "在写道",
        "发件人:\n",
        "From: ",
        "=?utf-8?B?",
        "<x@y>",
    ],
)
def test_reading_takes_time_in_proportion(piece: str) -> None:
    """Ten times the text may take at most thirty times the time (with 0.1 s that any machine may lose)."""

    def seconds(count: int) -> float:
        body = (piece * count).encode()
        mails = [
            raw(body, Content_Type="text/plain"),
            raw(body, Content_Type="text/html"),
            raw(b"x", References=(piece * count).replace("\n", " "), Subject=(piece * count).replace("\n", " ")),
        ]
        start = time.perf_counter()
        for mail in mails:
            read_mail(mail)
        return time.perf_counter() - start

    assert seconds(100_000) <= 30 * seconds(10_000) + 0.1
