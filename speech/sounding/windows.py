"""A stretch of heard text that sounds like a term: may it have been meant?

In: an utterance's units and a window of them. Out: yes or no. Precision first: what the recogniser is sure of, ordinary
words and signs of a longer identifier are what was said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from speech.sounding.ordinary import is_ordinary, is_tiled, is_within_ordinary
from speech.sounding.sounds import Unit

Span = tuple[int, int]

GAPS = frozenset(("", " ", ", ", "，", "、"))
"""What may stand between the units of one term."""
MIN_HAN, FREE_HAN = 2, 4
"""Two and three syllables are common (of 3,510 sentences of customers in stc3, 9 held a homophone of one of 38 brands):
they are believed beside a word for a thing. From four on they stand for themselves."""
MIN_NAME_SOUNDS = 5
"""Shorter English names sound like too much: LG, Oppo, Nest. They are heard right or not at all."""
MIN_TILED_SOUNDS = 7
"""From so many sounds on several ordinary words may be one name: "pana sonic", "think pad"; not "does on"."""
CUE_CHARS = 5
_THING = re.compile(
    "的?(?:牌|家)?(?:的|新款|变频|智能|立式|挂式|柜式|中央|滚筒|双开门|洗?干?烘)?(?:空调|冰箱|冰柜|洗衣机|烘干机|洗碗机|电视|热水器|油烟机|抽?烟机"
    "|燃气灶|灶|烤箱|蒸箱|微波炉|电饭[煲锅]|电磁炉|豆浆机|破壁机|榨汁机|咖啡机|净水器|饮水机|吸尘器|扫地|拖地|洗地机|机器人|风扇|加湿器|净化器"
    "|吹风机"
    "|剃须刀|牙刷|手机|电脑|笔记本|平板|耳机|音[箱响]|路由器|打印机|投影|相机|手表|充电|壁挂炉|锅炉|浴霸|马桶|门锁|集成灶|电器|集团|客服|品牌)"
)
_ARTICLES = frozenset("AIO")


@dataclass(frozen=True, slots=True)
class Term:
    """A term and how it sounds."""

    text: str
    sounds: str
    is_code: bool  # it holds a digit or is spelled: KFR-35GW, 小米14, HDMI
    han: int = 0  # how many Chinese characters it has


@dataclass(frozen=True, slots=True)
class Utterance:
    """Heard text, its units, what the recogniser is sure of; running counts of ordinary units and others."""

    heard: str
    units: Sequence[Unit]
    sure: Sequence[Span]
    ordinary: list[int] = field(init=False)  # (units + 1,) running counts of Chinese units in ordinary words
    odd: list[int] = field(init=False)  # (units + 1,) running counts of English words that are not ordinary
    han: list[int] = field(init=False)  # (units + 1,) running counts of Chinese units

    def __post_init__(self) -> None:
        ordinary, odd, han = [0], [0], [0]
        for unit in self.units:
            is_han = unit.kind == "han"
            ordinary.append(ordinary[-1] + (is_han and is_within_ordinary(self.heard, unit.start, unit.end)))
            is_odd = unit.kind == "word" and not is_ordinary(self.heard[unit.start : unit.end])
            odd.append(odd[-1] + is_odd)
            han.append(han[-1] + is_han)
        object.__setattr__(self, "ordinary", ordinary)
        object.__setattr__(self, "odd", odd)
        object.__setattr__(self, "han", han)


@dataclass(frozen=True, slots=True)
class Window:
    """Units [first, last) of an utterance."""

    utterance: Utterance
    first: int
    last: int

    @property
    def start(self) -> int:
        return self.utterance.units[self.first].start

    @property
    def end(self) -> int:
        return self.utterance.units[self.last - 1].end

    @property
    def text(self) -> str:
        return self.utterance.heard[self.start : self.end]

    def may_be(self, term: Term) -> bool:
        """Say whether the term, which sounds the same, was meant."""
        if self._count(self.utterance.han) != term.han:
            return False
        if term.is_code:
            return self._stands_alone()
        if squeezed(self.text) == squeezed(term.text):
            return self.last - self.first > 1 or not is_ordinary(self.text)
        if self._is_sure():
            return False
        han = self._count(self.utterance.han)
        return self._may_be_chinese(term, han) if han else self._may_be_english(term)

    def may_be_near(self, term: Term | None = None) -> bool:
        """Say whether a term of which one sound differs may be meant: no ordinary word may stand for it."""
        han = self._count(self.utterance.han)
        if term is not None and (han != term.han or self._is_sure() or (term.is_code and not self._stands_alone())):
            return False
        if not han:
            return self._count(self.utterance.odd) > 0
        if han <= MIN_HAN or self._count(self.utterance.ordinary):
            return False
        return han >= FREE_HAN or self._names_a_thing()

    def _count(self, running: Sequence[int]) -> int:
        return running[self.last] - running[self.first]

    def _is_sure(self) -> bool:
        return any(start < self.end and end > self.start for start, end in self.utterance.sure)

    def _names_a_thing(self) -> bool:
        return _THING.match(self.utterance.heard, self.end) is not None

    def _stands_alone(self) -> bool:
        """Say whether no sign of a longer identifier stands on either side."""
        heard, units = self.utterance.heard, self.utterance.units
        if self.first > 0:
            unit = units[self.first - 1]
            if _is_sign(unit) and heard[unit.end : self.start] in GAPS:
                return False
        if self.last < len(units):
            unit = units[self.last]
            return not (_is_sign(unit) and heard[self.end : unit.start] in GAPS)
        return True

    def _may_be_chinese(self, term: Term, han: int) -> bool:
        heard, start, end = self.utterance.heard, self.start, self.end
        if han >= FREE_HAN:
            return not is_tiled(heard, start, end)
        if not self._names_a_thing():
            return False
        differing = [at for at in range(start, end) if heard[at] != term.text[at - start : at - start + 1]]
        return not any(is_within_ordinary(heard, at, at + 1) for at in differing)

    def _may_be_english(self, term: Term) -> bool:
        if len(term.sounds) < MIN_NAME_SOUNDS:
            return False
        return self._count(self.utterance.odd) > 0 or (
            self.last - self.first > 1 and len(term.sounds) >= MIN_TILED_SOUNDS
        )


def squeezed(text: str) -> str:
    """Return a text without spaces, marks and case.

    >>> squeezed("Robo-Rock S7")
    'roborocks7'
    """
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _is_sign(unit: Unit) -> bool:
    return unit.kind in ("digit", "letter", "mark") and unit.sounds not in _ARTICLES
