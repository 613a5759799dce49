"""A device's display or an app's error message in, the error code and the message out, with boxes.

A code stands behind its label ("错误代码：E-1024", "Error code 0x80070005"), or is the largest print of a picture with
little else on it ("E4" on a panel; see displays). What this does not know: what a code means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vision.fields.anchors import Read, anchored_values, is_labelled
from vision.fields.page_trust import trusted
from vision.fields.plate_types import plain
from vision.lines.layout import enclosing, height_of
from vision.records import Line, Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "error_code": (
        *(
            "错误代码",
            "错误编码",
            "错误编号",
            "错误码",
            "故障代码",
            "故障编码",
            "故障码",
            "报警代码",
            "报警码",
            "报错代码",
        ),
        *("异常代码", "异常码", "返回码", "状态码", "代码", "error code", "error no.", "error number", "error id"),
        *("fault code", "fault", "alarm code", "status code", "stop code", "error", "err", "code", "alarm"),
    ),
    "": ("错误信息", "错误描述", "故障描述", "message", "details", "时间", "time"),
}
CODE = re.compile(
    r"(?:0x[0-9A-Fa-f]{2,16}|(?:[A-Z]{2,10}_){1,4}[A-Z0-9_]{1,24}|[A-Za-z]{1,6}[-_ ]?\d{1,6}(?:[-.]\d{1,4})?|-?\d{2,8}"
    r"|\d{1,4}[-:][0-9A-Fa-f]{1,8})(?![0-9A-Za-z])"
)
HEXADECIMAL = re.compile(r"^[oO]x(?=[0-9A-Fa-f]{2})")
"""No word begins so: the letter is a misread nought."""
DISPLAYED = re.compile(
    r"(?:[A-Z]{1,3}[a-z]{0,2}|[bdortn]{1,2}[A-Z]?)-?\d{1,3}|Err|Er|oE|[A-Z]E|\dE|E-[A-Z]|F-[A-Z]|E[A-Z]"
)
"""What panels show: a letter or a few and up to three digits; time and temperature have no letter in front."""
BUTTON = re.compile(
    r"取消|确定|确认|重试|知道了|好的?|返回|关闭|联系客服|帮助"
    r"|ok|cancel|retry|close|try again|dismiss|help|done|back|continue",
    re.I,
)
MOST_PRINT = 80
LARGER = 1.4
"""Times the height of other print: a display's digits stand out from the names of keys."""
DOUBTED = 0.5
MESSAGE_CONFIDENCE = 0.9
MIN_MESSAGE = 6


def error_fields(page: Page) -> dict[str, PageField]:
    """Read an error's code and message."""
    fields: dict[str, PageField] = {}
    for anchored in anchored_values(page.lines, LABELS, readers=READERS):
        if anchored.field not in fields:
            fields[anchored.field] = trusted("error_code", anchored, page.lines)
    shown = displayed_code(page)
    if "error_code" not in fields and shown is not None:
        # Beside a panel's digits stand a brand and the names of keys, no message.
        return {"error_code": PageField(shown.text.strip(), round(min(0.99, shown.confidence), 4), shown.box)}
    if "error_code" in fields:
        message = _message(page.lines, fields["error_code"])
        if message is not None:
            fields["error_message"] = message
    return fields


def displayed_code(page: Page) -> Line | None:
    """Return the line that is a display's code: the form of one, and by far the largest print of little. Print that
    a bar code stands beside is a label's."""
    lines = page.lines
    if page.codes or sum(len(line.text) for line in lines) > MOST_PRINT:
        return None
    codes = [line for line in lines if DISPLAYED.fullmatch(line.text.strip())]
    if not codes:
        return None
    largest = max(codes, key=lambda line: height_of(line.box))
    others = [height_of(line.box) for line in lines if line is not largest and not _is_of(line, largest)]
    return largest if all(height_of(largest.box) > LARGER * other for other in others) else None


def _is_of(line: Line, code: Line) -> bool:
    """Tell what is no print beside a code: its own digits seen twice, and lit bars taken for a letter."""
    own = enclosing([code.box])
    (left, top), _, (right, bottom), _ = enclosing([line.box])
    is_inside = own[0][0] <= (left + right) / 2 <= own[2][0] and own[0][1] <= (top + bottom) / 2 <= own[2][1]
    return line.confidence < DOUBTED or (is_inside and line.text.strip() in code.text)


def read_error_code(text: str) -> str:
    """
    >>> read_error_code("E-1024)"), read_error_code("Ox80070005"), read_error_code("-1775"), read_error_code("occurred")
    ('E-1024', '0x80070005', '-1775', '')
    """
    match = CODE.match(HEXADECIMAL.sub("0x", plain(text)))
    return match.group() if match else ""


READERS: Mapping[str, Read] = {"error_code": read_error_code}


def _message(lines: Sequence[Line], code: PageField) -> PageField | None:
    """Join the sentences of a dialog: what stands above its code, without the heading and the buttons."""
    top = code.box[0][1]
    words = [
        line
        for line in lines
        if line.box[3][1] <= top + height_of(line.box)
        and not is_labelled(line.text, LABELS)
        and not BUTTON.fullmatch(line.text.strip())
        and code.value not in line.text
    ]
    long = [line for line in words if len(line.text.strip()) >= MIN_MESSAGE]
    sentences = long[1:] if len(long) > 1 and _is_heading(long[0], long[1:]) else long
    if not sentences or code.box == sentences[0].box:
        return None
    text = sentences[0].text.strip()
    for line in sentences[1:]:
        more = line.text.strip()
        text += more if text[-1:] > "\u2e80" or more[:1] > "\u2e80" else f" {more}"
    sure = min(line.confidence for line in sentences)
    return PageField(text, round(MESSAGE_CONFIDENCE * sure, 4), sentences[0].box)


def _is_heading(first: Line, others: Sequence[Line]) -> bool:
    """Tell a dialog's title: larger than the sentence below it, or no sentence itself."""
    is_larger = height_of(first.box) > 1.1 * height_of(others[0].box)
    return not _ends(first) and (is_larger or any(_ends(line) for line in others))


def _ends(line: Line) -> bool:
    return line.text.strip()[-1:] in ("。", ".", "!", "！", "?", "？")
