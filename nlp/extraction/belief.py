"""Weigh what was said: mentions of one field in, one belief for each value out.

Who said it, how it was read, whether it was denied or corrected later, and how many sources agree. It does not know
records.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

from nlp.document import evidence_of, origins_of
from nlp.extraction.field import is_negated
from nlp.records import Check, Document, Evidence, Mention

ROLE_WEIGHT = {"customer": 1.0, "unknown": 0.95, "agent": 0.6}
"""An agent repeats, guesses and quotes other tickets; six in ten keeps what only an agent said below any promise."""
MAX_BELIEF = 0.999
MAX_EVIDENCE = 20
"""More quotes of one value than anyone reads; without an end, a word pasted thirty thousand times took minutes."""
RECORD_SCORE = 0.9
"""A business's own record says it of this order or customer; that this is the order meant is the remaining doubt."""
STATED_SCORE = 0.8
"""A mention above it says what it is: behind its label, or in a shape that nothing else has. Below it is a guess at a
number: a guess is never filled in unasked, and never contradicts what was stated."""
MIN_READER_CONFIDENCE = 0.5
"""Recognisers' and readers' own confidence is badly scaled at the low end; below half it tells no more."""

_CORRECTION = re.compile(
    r"(?:更正|纠正|(?:[打写说弄搞看输记填念]错|发错了)|不对[了,.!\s]|错了|应该?是|应为|改[成为]|换成|是我记错"
    r"|不好意思|抱歉|重新发|重发一[下遍]|准确的是|正确的是"
    r"|(?<![a-z])(?:correction|sorry|i mean|i meant|actually|my mistake|my bad|wrong (?:number|one)|should be"
    r"|should have been|typo|oops|mistyped|misread|make that|scratch that|no wait|rather|instead"
    r"|the (?:right|correct) (?:one|number))(?![a-z]))",
    re.IGNORECASE,
)
_CORRECTION_BEHIND = re.compile(
    r"[\s,\"'*]{0,3}(?:(?:这个|这才是?)?(?:才对|才是对的|为准|是对的|才是)"
    r"|(?:is|was) the (?:right|correct) (?:one|number)|is (?:right|correct)(?![a-z])|instead(?![a-z]))",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"[\s,\"'*]{0,3}(?:(?:这个|那个|是)?(?:不对|错了|错的|[写打输]错的?|不是我的|作废|不用了|别用)"
    r"|(?:is|was|'s) (?:wrong|incorrect|not (?:mine|right|correct|it)|a typo|a mistake)(?![a-z]))",
    re.IGNORECASE,
)
_ASKED_BEHIND = re.compile(r"[\s,\"']{0,3}(?:吗|么|吧|\?|\uff1f)")
BEHIND_CHARS = 24
CORRECTION_CHARS = 40
_ANOTHERS = re.compile(
    r"(?:朋友|邻居|同事|别人|人家|上次|上回|之前那|以前那|另外?一|旧的?)[^。!?\n]{0,16}$"
    r"|(?<![a-z])(?:neighbou?r|friend|colleague|my old|previous|last time|another|other)(?![a-z])[^.!?\n]{0,24}$",
    re.IGNORECASE,
)
ANOTHERS_FACTOR = 0.5
"""A friend's device, last year's order: named in the conversation, but hardly ever what the ticket is about."""
ANOTHERS_CHARS = 40


@dataclass(slots=True)
class Belief:
    """How far one value of a field is believed, and why."""

    value: str
    by_source: dict[str, float] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    is_stated: bool = False  # by a label, an unmistakable shape or a record; else it is a guess
    factor: float = 1.0  # what record checks multiply the doubt-free part by

    @property
    def raw(self) -> float:
        """Noisy-or over sources: each independent source takes its share of the doubt away."""
        doubt = prod(1 - score for score in self.by_source.values())
        return min(MAX_BELIEF, (1 - doubt) * self.factor)

    def add(self, source: str, score: float, evidence: Iterable[Evidence], checks: Iterable[Check] = ()) -> None:
        """Add what one source says; a source that says it twice is believed once, at its best."""
        evidence = list(evidence)
        self.is_stated = self.is_stated or any(one.kind == "record" for one in evidence)
        self.by_source[source] = max(self.by_source.get(source, 0.0), score)
        room = max(0, MAX_EVIDENCE - len(self.evidence))
        self.evidence.extend([one for one in evidence if one not in self.evidence][:room])
        self.checks.extend(one for one in checks if one not in self.checks)


def canonical(value: str) -> str:
    """Return what two spellings of one value share: letters and digits, in capitals.

    >>> canonical("dd-2023 1105") == canonical("DD20231105")
    True
    """
    return "".join(filter(str.isalnum, value.upper()))


def weigh(mentions: Sequence[Mention], document: Document) -> dict[str, Belief]:
    """Return beliefs by canonical value, after denials and corrections."""
    beliefs: dict[str, Belief] = {}
    for mention in _standing(mentions, document):
        belief = beliefs.setdefault(canonical(mention.value), Belief(mention.value))
        evidence = evidence_of(document, mention.start, mention.end)
        source = evidence[0].source if evidence else ""
        belief.add(source, mention.score * _trust(document, mention), _grounds(document, mention), mention.checks)
        is_said = mention.is_labelled or mention.score > STATED_SCORE
        belief.is_stated = belief.is_stated or (is_said and not _is_agents_question(mention, document))
    return beliefs


def _grounds(document: Document, mention: Mention) -> list[Evidence]:
    """Quote what the mention rests on, then the mention itself."""
    grounds: list[Evidence] = []
    resting: Mention | None = mention
    while resting is not None:
        grounds = [*evidence_of(document, resting.start, resting.end), *grounds]
        resting = resting.base
    return grounds


def _standing(mentions: Sequence[Mention], document: Document) -> list[Mention]:
    """Drop what was denied, what was put right or corrected later, and bare numbers that fail their check."""
    over_until = _over_until(mentions, document)
    stated = [
        mention
        for mention in mentions
        if not _is_refuted(mention)
        and not _is_denied(mention, document)
        and (_is_on_page(document, mention) or mention.start >= over_until.get(canonical(mention.value), -1))
    ]
    corrected_at: dict[str, tuple[int, str]] = defaultdict(lambda: (-1, ""))
    for mention in stated:
        if _corrects(document, mention):
            role = _role(document, mention)
            corrected_at[role] = max(corrected_at[role], (mention.start, canonical(mention.value)))
    return [
        mention
        for mention in stated
        if mention.start >= corrected_at[_role(document, mention)][0]
        or canonical(mention.value) == corrected_at[_role(document, mention)][1]
    ]


def _over_until(mentions: Sequence[Mention], document: Document) -> dict[str, int]:
    """Return, by value, up to where it no longer stands: a denial ends what was said of it, so does putting it right.

    What a page shows stands against a word: both sides are then shown.
    """
    until: dict[str, int] = {}
    for mention in mentions:
        gone = []
        if _is_denied(mention, document):
            gone.append(mention.value)
        if mention.base is not None and canonical(mention.base.value) != canonical(mention.value):
            gone.append(mention.base.value)
        for value in gone:
            until[canonical(value)] = max(until.get(canonical(value), -1), mention.end)
    return until


def _corrects(document: Document, mention: Mention) -> bool:
    start = max(0, mention.start - CORRECTION_CHARS)
    before = document.text[_own_start(document, mention, start) : mention.start]
    behind = document.text[mention.end : mention.end + BEHIND_CHARS]
    return bool(_CORRECTION.search(before) or _CORRECTION_BEHIND.match(behind))


def _own_start(document: Document, mention: Mention, start: int) -> int:
    """Return where, from `start` on, the side that made the mention began to speak: another's "sorry" is its own."""
    origins = origins_of(document, start, mention.end)
    own = origins[-1].part if origins else None
    for origin in reversed(origins):
        if own is not None and (origin.part.role, origin.part.kind) != (own.role, own.kind):
            return max(start, origin.end)
    return start


def _is_denied(mention: Mention, document: Document) -> bool:
    """Say whether somebody who can know denies it; an agent's "isn't it 8871?" and a customer's own ask."""
    if _ASKED_BEHIND.match(document.text, mention.end) or _is_agents(document, mention):
        return False
    is_marked = any(check.name == "not_negated" and not check.passed for check in mention.checks)
    return (
        is_marked
        or is_negated(document.text, mention.start)
        or bool(_DENIED_BEHIND.match(document.text, mention.end, mention.end + BEHIND_CHARS))
    )


def _is_agents(document: Document, mention: Mention) -> bool:
    origins = origins_of(document, mention.start, mention.end)
    return bool(origins) and origins[0].part.role == "agent"


def _is_agents_question(mention: Mention, document: Document) -> bool:
    """Say whether an agent only asks about the value: that contradicts nothing that the customer said."""
    return _is_agents(document, mention) and _ASKED_BEHIND.match(document.text, mention.end) is not None


def _is_on_page(document: Document, mention: Mention) -> bool:
    origins = origins_of(document, mention.start, mention.end)
    return bool(origins) and origins[0].part.kind == "image"


def _is_refuted(mention: Mention) -> bool:
    failed = [check for check in mention.checks if not check.passed and check.name != "not_negated"]
    return not mention.is_labelled and bool(failed)


def _role(document: Document, mention: Mention) -> str:
    origins = origins_of(document, mention.start, mention.end)
    return f"{origins[0].part.kind}:{origins[0].part.role}" if origins else ""


def _trust(document: Document, mention: Mention) -> float:
    """Weigh by who spoke, of whose things, and by how surely it was read."""
    parts = [origin.part for origin in origins_of(document, mention.start, mention.end)]
    if not parts:
        return 1.0
    heard = min(part.confidence for part in parts)
    line_start = document.text.rfind("\n", 0, mention.start) + 1
    before = document.text[max(line_start, mention.start - ANOTHERS_CHARS) : mention.start]
    factor = ANOTHERS_FACTOR if _ANOTHERS.search(before) else 1.0
    return factor * ROLE_WEIGHT[parts[0].role] * max(heard, MIN_READER_CONFIDENCE)
