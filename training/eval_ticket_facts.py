"""Measure what a draft's facts add to a ticket's search: whole past tickets in, hit@1 with and without them out.

Two sets. The examples' past tickets, each with the article that solved it: their messages are searched as they stand,
the error code and the model are those of the ticket. And a base in which each of those articles has twins for other
models, with the same words and a tag: only the model tells which one is right. The twins are made up.

    python -m training.eval_ticket_facts --examples examples
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp import load_articles
from nlp.answers.draft_question import NO_FACTS, ModelAwareRetriever, TicketFacts
from nlp.answers.ticket_suggest import suggest_for_ticket
from nlp.records import Article
from nlp.search.knowledge_base import KnowledgeBase

MODELS = ("KFR-35GW", "YX-W3", "HB-FR320", "LW-AX30")
"""Of the twins; a ticket's own model is added."""


@dataclass(frozen=True, slots=True)
class PastTicket:
    text: str
    article_id: str
    facts: TicketFacts


def read_tickets(path: Path) -> list[PastTicket]:
    """Return the tickets that an article solved, as the customer wrote them."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        said = "\n".join(message["text"] for message in row["messages"] if message["role"] == "customer")
        fields = row["fields"]
        facts = TicketFacts(
            models=tuple(filter(None, (fields.get("device_model"),))),
            error_codes=tuple(filter(None, (fields.get("error_code"),))),
        )
        if row.get("article_id") and said:
            found.append(PastTicket(said, row["article_id"], facts))
    return found


def with_twins(articles: Sequence[Article], models: Sequence[str]) -> list[Article]:
    """Return each article once for every model, tagged with it."""
    return [
        replace(article, id=f"{article.id}/{model}", tags=(*article.tags, model))
        for article in articles
        for model in models
    ]


def measure(base: KnowledgeBase, tickets: Sequence[PastTicket], *, uses_facts: bool, by_model: bool) -> tuple[int, int]:
    """Return how many tickets' first article is right, and how many were offered it."""
    right = offered = 0
    for ticket in tickets:
        facts = ticket.facts if uses_facts else NO_FACTS
        retriever = ModelAwareRetriever(base, facts.models, article_of=base.get)
        found = suggest_for_ticket(ticket.text, retriever=retriever, facts=facts)
        wanted = f"{ticket.article_id}/{ticket.facts.models[0]}" if by_model else ticket.article_id
        first = found.suggestions[0].article_id if found.suggestions else ""
        right += first == wanted
        offered += first == wanted and not found.is_abstained
    return right, offered


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, default=Path("examples"))
    options = parser.parse_args()
    articles = list(load_articles(options.examples / "kb"))
    tickets = read_tickets(options.examples / "past_tickets.jsonl")
    named = [ticket for ticket in tickets if ticket.facts.models]
    models = sorted({*MODELS, *(ticket.facts.models[0] for ticket in named)})
    table = Table("base", "tickets", "facts", "hit@1", "right and offered")
    for label, base_articles, asked, by_model in (
        ("as it is", articles, tickets, False),
        ("twins by model", with_twins(articles, models), named, True),
    ):
        with KnowledgeBase(":memory:") as base:
            base.put_many(base_articles)
            for uses_facts in (False, True):
                right, offered = measure(base, asked, uses_facts=uses_facts, by_model=by_model)
                shares = (f"{count / len(asked):.3f}" for count in (right, offered))
                table.add_row(label, str(len(asked)), "with" if uses_facts else "without", *shares)
    Console(width=90).print(table)


if __name__ == "__main__":
    main()
