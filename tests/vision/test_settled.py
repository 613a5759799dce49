"""What a line's doubtful characters are is settled by how people write amounts and arithmetic, and by nothing else."""

from __future__ import annotations

import pytest

from tests.vision.drawings import line
from vision import Doubt, Line, Rival
from vision.readers.settled import settled


def doubtful(text: str, rival: str, share: float) -> Line:
    """Take the stretch in brackets for doubtful: "RM[O].65", "3[]00"."""
    start, end = text.index("["), text.index("]") - 1
    doubt = Doubt(start, end, 0.5, (Rival("#", 0.2), Rival(rival, share)))
    bare = line(text.replace("[", "").replace("]", ""), 0, 0)
    return Line(bare.text, bare.box, 0.9, (doubt,))


@pytest.mark.parametrize(
    ("text", "rival", "share", "expected"),
    [
        ("RM2.10 [≤]", "s", 0.1, "RM2.10 s"),
        ("[≤] = 6%", "S", 0.2, "S = 6%"),
        ("Ta[×](RM)", "x", 0.3, "Tax(RM)"),
        ("4 [×]", "X", 0.2, "4 X"),
        ("RM[O].65", "0", 0.3, "RM0.65"),
        ("合计 [B].99", "8", 0.2, "合计 8.99"),
        ("¥[B].99 元", "8", 0.2, "¥8.99 元"),
        ("47[]80", ".", 0.08, "47.80"),
        ("@3[]00", ".", 0.19, "@3.00"),
        ("￥128[]50", ".", 0.19, "￥128.50"),
    ],
)
def test_rule_settles_a_doubt(text: str, rival: str, share: float, expected: str) -> None:
    mended = settled(doubtful(text, rival, share))
    assert (mended.text, mended.doubts) == (expected, ())


@pytest.mark.parametrize(
    ("text", "rival", "share"),
    [
        ("噪声[≤]55dB", "S", 0.3),
        ("400[×]300mm", "X", 0.4),
        ("400mm[×]300mm", "x", 0.4),
        ("W[×]H", "x", 0.4),
        ("3 [×] 滤芯", "x", 0.4),
        ("[≤]", "<", 0.4),
        ("SN:CL3A[O]427", "0", 0.3),
        ("DB[O].650", "0", 0.3),
        ("KFRTB[B].99", "8", 0.3),
        ("RM[O].65", "0", 0.05),
        ("RM[5].65", "S", 0.4),
        ("220[]50Hz", ".", 0.3),
        ("Tel 12[]34", ".", 0.3),
        ("2[]87", ".", 0.02),
        ("12345678[]90", ".", 0.3),
        ("3[]000", ".", 0.3),
    ],
)
def test_other_doubts_stay(text: str, rival: str, share: float) -> None:
    read = doubtful(text, rival, share)
    assert settled(read) == read


def test_doubts_behind_what_was_put_in_move() -> None:
    last = Doubt(3, 4, 0.6, (Rival("8", 0.3),))
    read = Line("4790", line("4790", 0, 0).box, 0.9, (Doubt(2, 2, 0.5, (Rival(".", 0.2),)), last))
    mended = settled(read)
    assert mended.text == "47.90"
    assert mended.doubts == (Doubt(4, 5, 0.6, (Rival("8", 0.3),)),)


def test_line_without_doubts_is_itself() -> None:
    read = line("RMO.65 ≤", 0, 0)
    assert settled(read) is read
