"""Write what was read out as it is written: "幺三八零零" is 13800, "nine four double eight" 9488, "KFR杠三五" KFR-35.

In: any text. Out: folded text, whose spans still map to the source. It reads codes, numbers and addresses that are said
sign by sign: amounts and counts ("二十三", "twenty three") are numbers, and belong to nlp/dates and nlp/fields.
"""

from __future__ import annotations

from functools import lru_cache

from nlp.extraction.said import rewrite
from nlp.extraction.spoken_en import en_addresses, en_runs
from nlp.extraction.spoken_zh import zh_runs
from nlp.text import Folded, fold


@lru_cache(maxsize=16)
def read_spoken(text: str) -> Folded:
    """Fold `text` and write what was spelled out in it.

    >>> read_spoken("订单号幺二三四五六").text, read_spoken("it's nine four double eight, ok").text
    ('订单号123456', "it's 9488, ok")
    >>> read_spoken("E as in echo, zero five").text, read_spoken("型号是KFR杠三五GW").text
    ('E05', '型号是KFR-35GW')
    """
    view = fold(text)
    for find in (en_addresses, zh_runs, en_runs):
        view = rewrite(view, find(view.text))
    return view
