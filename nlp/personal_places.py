"""Where a postal address stands, by its street and house number: a light rule, for redaction.

In: folded text. Out: spans. It goes out from a house number behind a street (路12号, 12 High Street) to both sides as
far as the words are those of a place. The parts of an address, and
addresses without a number, nlp/fields/address reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BACK_CHARS = 24
"""省 + 市 + 区 + 街道 before a street's name: 浙江省杭州市余杭区五常街道 is 13 characters, autonomous ones up to 24."""

_NUMBER = r"(?:\d{1,5}(?:[-之]\d{1,4})?[A-Z]?|[零一二三四五六七八九十百]{1,5})"
_ROAD = re.compile(
    r"[\u4e00-\u9fff0-9]{1,8}?(?:路|大街|街|大道|道|巷|弄|胡同|里|村|屯|小区|花园|家园|公寓|苑|园|城|广场|大厦|工业园|园区)"
    rf"[ ,]{{0,2}}(?:[东西南北中]段?)?{_NUMBER}[ ]?(?:号|弄|栋|幢|单元|楼|室|座|层|组)(?!线|机|业|码|员|店)"
)
_MORE = re.compile(
    rf"[ ,]{{0,2}}(?:[\u4e00-\u9fff]{{0,8}}?{_NUMBER}[ ]?(?:号楼|号院|号|弄|栋|幢|座|单元|楼层|楼|层|室|户|门|组)"
    r"|[A-Z][座栋区]|\d{3,4}(?!\d|[年月日元块]))"
)
_ROAD_ENDS = frozenset("路街道巷弄同里村屯区园寓苑城场厦")
_LEAD = re.compile(r"地址|住在|送到|寄到|寄往|位于|家住|我在|我家|[^\u4e00-\u9fff0-9 ,]|[在住到是于的给请为]")
_MARKER = re.compile(r"省|自治区|市|自治州|盟|区|县|旗|街道|镇|乡")
MARKER_NAME_CHARS = 3
"""黑龙江省, 内蒙古: names before the first marker have two or three characters, nearly always."""
ROAD_NAME_CHARS = 4

_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Close|Terrace|Square|Sq|Parkway"
    r"|Pkwy|Highway|Hwy|Crescent|Way|Row|Gardens|Grove|Walk)"
)
_ENGLISH = re.compile(
    rf"(?<![0-9A-Za-z.-])\d{{1,5}}[A-Z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][A-Za-z0-9'’.-]{{0,20}} ){{1,4}}"
    rf"{_STREET}(?![a-z])\.?"
    r"(?:,? (?:Apt|Apartment|Flat|Unit|Suite|Ste|Floor|Room|#)\.? ?[0-9A-Z-]{1,6})?"
    r"(?:, [A-Z][A-Za-z'’.-]{1,20}(?: [A-Z][a-z'’.-]{2,20}){0,2}){0,3}"
    r"(?:,? (?:[A-Z]{2} )?\d{5}(?:-\d{4})?(?!\d)|,? [A-Z]{1,2}\d[0-9A-Z]? \d[A-Z]{2}(?![0-9A-Z]))?"
)


def address_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each address with a street and a number.

    >>> text = "地址：浙江省杭州市余杭区文一西路969号3幢502室，谢谢"
    >>> [text[start:end] for start, end in address_spans(text)]
    ['浙江省杭州市余杭区文一西路969号3幢502室']
    >>> text = "Send it to 221B Baker Street, London NW1 6XE please"
    >>> [text[start:end] for start, end in address_spans(text)]
    ['221B Baker Street, London NW1 6XE']
    """
    at = 0
    while (match := _ROAD.search(text, at)) is not None:
        end = match.end()
        for _ in range(6):
            more = _MORE.match(text, end)
            if more is None:
                break
            end = more.end()
        start = _start(text, match.start(), at)
        yield start + len(text[start:end]) - len(text[start:end].lstrip(" ,")), end
        at = end
    for match in _ENGLISH.finditer(text):
        yield match.span()


def _start(text: str, start: int, floor: int) -> int:
    """Go back over province, city and district, and forward over "地址是" and "住在"."""
    first = max(floor, start - BACK_CHARS)
    road = next((at for at in range(start, len(text)) if text[at] in _ROAD_ENDS), start)
    begin = first
    for lead in _LEAD.finditer(text, first, road):
        begin = lead.end()
    marker = _MARKER.search(text, begin + 1, road)
    return max(begin, marker.start() - MARKER_NAME_CHARS if marker else road - ROAD_NAME_CHARS)
