"""Rules and a tagger together: a receipt's rows and what the rules took in, what the tagger takes out.

The tagger sees what the rules took as features of each line, so that it learns where they may be trusted. A field that
it tags nothing for stays as the rules had it. What this does not know: where the tagger comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vision.lines.layout import Row
from vision.receipts.receipt_features import head_features, head_lines
from vision.receipts.receipt_tagger import ReceiptTagger
from vision.records import Line


@dataclass(frozen=True, slots=True)
class SellerLines:
    """The lines of the company's name and of its address."""

    company: tuple[Line, ...]
    address: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class HeadSeen:
    """The lines of a head and the features of each."""

    lines: tuple[Line, ...]
    features: tuple[tuple[str, ...], ...]


def seen(rows: Sequence[Row], lines: Sequence[Line], rules: SellerLines) -> HeadSeen:
    """Return what a tagger is shown of a receipt."""
    head = head_lines(rows)
    if not head:
        return HeadSeen((), ())
    features = head_features(head, lines, company=rules.company, address=rules.address)
    return HeadSeen(tuple(one.line for one in head), tuple(tuple(names) for names in features))


def tagged_seller(rows: Sequence[Row], lines: Sequence[Line], rules: SellerLines, tagger: ReceiptTagger) -> SellerLines:
    """Return the lines the tagger takes; a labelled address further down than it looks stays."""
    head = seen(rows, lines, rules)
    tags = tagger.tag(head.features)
    company = tuple(line for line, tag in zip(head.lines, tags, strict=True) if tag == "C")
    address = tuple(line for line, tag in zip(head.lines, tags, strict=True) if tag == "A")
    return SellerLines(company or rules.company, address or rules.address)
