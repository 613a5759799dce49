"""Error codes: behind their labels in dialogs, alone on panels; and what is no code."""

from __future__ import annotations

import pytest

from tests.vision.drawings import column, line, page, values
from vision import Code, Line, page_fields


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            column("连接失败", "设备无法连接到服务器，请检查网络后重试。", "错误代码：E-1024", "取消 | 重试"),
            {"error_code": "E-1024", "error_message": "设备无法连接到服务器，请检查网络后重试。"},
            id="zh dialog",
        ),
        pytest.param(
            column(
                "Update failed", "The firmware could not", "be installed.", "(Error code: 0x80070005)", "Cancel | Retry"
            ),
            {"error_code": "0x80070005", "error_message": "The firmware could not be installed."},
            id="en dialog, message of two lines",
        ),
        pytest.param(
            column("Update failed", "(Fault code Ox80070005)", "Cancel | Retry"),
            {"error_code": "0x80070005", "error_message": "Update failed"},
            id="a bracketed label, a misread nought",
        ),
        pytest.param(
            (
                line("tE1", 300, 200, height=120),
                line("日", 300, 180, height=150, confidence=0.4),
                line("童锁", 40, 500),
            ),
            {"error_code": "tE1"},
            id="bars taken for a letter",
        ),
        pytest.param(
            (line("F8", 300, 200, height=120), line("CORWICK", 40, 40), line("MODE", 40, 500)),
            {"error_code": "F8"},
            id="a panel's brand is no message",
        ),
        pytest.param(column("系统错误", "故障代码 -1775", "请重试"), {"error_code": "-1775"}, id="a negative code"),
        pytest.param((line("E4", 300, 200, height=120), line("童锁", 40, 500)), {"error_code": "E4"}, id="zh panel"),
        pytest.param((line("F05", 300, 200, height=120), line("MODE", 40, 500)), {"error_code": "F05"}, id="en panel"),
    ],
)
def test_error_screens(lines: tuple[Line, ...], expected: dict[str, str]) -> None:
    report = page_fields(page(lines))
    assert (report.kind, values(report.fields)) == ("error_screen", expected)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((line("25", 300, 200, height=120), line("温度", 40, 500)), id="a temperature"),
        pytest.param(
            (line("E4", 300, 200), line("EXIT", 40, 200), line("Gate", 40, 300)), id="no larger than the rest"
        ),
        pytest.param(
            column("E4", "and a long page of other words which say much more than a panel does", "x" * 60),
            id="much print",
        ),
    ],
)
def test_other_pages_show_no_error(lines: tuple[Line, ...]) -> None:
    assert page_fields(page(lines)).kind == "other"


LABEL_BOX = ((300.0, 200.0), (500.0, 200.0), (500.0, 320.0), (300.0, 320.0))


@pytest.mark.parametrize(
    ("lines", "code", "kind", "expected"),
    [
        pytest.param((line("FW727", 300, 200, height=120),), "FW727", "other", {}, id="print under a bar code"),
        pytest.param(
            column("序列号 | CNK8181G2C", "资产编号 | 23"), "CNK8181G2C", "nameplate",
            {"serial_number": "CNK8181G2C"}, id="zh label",
        ),
        pytest.param(
            column("SERIAL #: | CNK8181G2C"), "CNK8181G2C", "nameplate", {"serial_number": "CNK8181G2C"}, id="en label"
        ),
        pytest.param(
            column("(1P)PRODUCT NO.: | EF224A4"), "1PEF224A4", "nameplate", {"model": "EF224A4"},
            id="behind a data identifier",
        ),
        pytest.param(column("SERIAL #: | CNK8181G2C"), "157723", "other", {}, id="a code of something else"),
    ],
)  # fmt: skip
def test_a_device_label_is_told_by_its_bar_code(
    lines: tuple[Line, ...], code: str, kind: str, expected: dict[str, str]
) -> None:
    report = page_fields(page(lines, [Code("Code128", code, LABEL_BOX)]))
    assert (report.kind, values(report.fields)) == (kind, expected)
