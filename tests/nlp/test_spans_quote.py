"""Every mention's span quotes its source exactly, over composed documents of several messages, words and pages."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.document import compose, evidence_of
from nlp.extraction.registry import field_names, ticket_field
from nlp.records import Document, Part
from nlp.text import fold

FIELDS = field_names()
EXAMPLES = tuple(
    text for name in FIELDS for field in [ticket_field(name)]
    for text in (*(example.text for example in field.examples), *field.counter_examples)
)  # fmt: skip
# What chat exports, recognisers and cameras put in between: wide forms, marks nobody sees, traditional characters.
NOISE = (
    "",
    " ",
    "，",
    "\u200b",
    "\ufeff",
    "ﬁ",
    "Ⅷ",
    "㍿",
    "e\u0301",
    "訂單",
    "①",
    "…",
    "\u3000",
    "½",
    "幺",
    "oh",
    "\r\n",
    "🙂",
    "٣",
)


def parts() -> st.SearchStrategy[Part]:
    text = st.lists(st.sampled_from(EXAMPLES + NOISE), min_size=1, max_size=4).map("".join)
    message = st.builds(
        lambda text, source: Part(text, source, "text", "customer"), text, st.sampled_from(["m1", "m2"])
    )
    line = st.builds(lambda text: Part(text, "label.jpg", "image", page=0, box=((0, 0), (9, 0), (9, 9), (0, 9))), text)
    word = st.builds(
        lambda text: Part(text, "call.wav", "audio", "agent", joiner=" ", start_s=1.0, end_s=2.0),
        st.sampled_from(EXAMPLES),
    )
    return st.one_of(message, line, word)


def documents() -> st.SearchStrategy[Document]:
    return st.builds(
        lambda pieces, locale: compose(pieces, locale=locale),
        st.lists(parts(), min_size=1, max_size=4),
        st.sampled_from(["", "zh-CN", "en-US"]),
    )


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_spans_of_every_field_quote_their_sources(document: Document) -> None:
    """The evidence's quotes are the sources' own characters, at the places the evidence names."""
    texts = [(origin.part.source, origin.part.text) for origin in document.origins]
    for name in FIELDS:
        for mention in ticket_field(name).extract(document):
            assert 0 <= mention.start < mention.end <= len(document.text)
            evidence = evidence_of(document, mention.start, mention.end)
            assert evidence
            for proof in evidence:
                assert proof.quote
                assert proof.quote in document.text[mention.start : mention.end]
                if proof.kind == "text":
                    assert proof.quote in [
                        text[proof.start : proof.end] for source, text in texts if source == proof.source
                    ]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    front=st.lists(st.sampled_from(NOISE), max_size=4).map("".join),
    behind=st.lists(st.sampled_from(NOISE), max_size=4).map("".join),
    field_and_text=st.sampled_from(
        [("phone_number", "13800138000"), ("amount", "￥3,299.00"), ("email", "anna@example.com"), ("quantity", "两台")]
    ),
)
def test_a_value_is_quoted_whatever_stands_around_it(front: str, behind: str, field_and_text: tuple[str, str]) -> None:
    name, value = field_and_text
    text = f"{front}。{value}。{behind}"
    document = compose([Part("前面的话", "m0", "text"), Part(text, "m1", "text", "customer")], locale="zh-CN")
    quotes = [fold(document.text[m.start : m.end]).text for m in ticket_field(name).extract(document)]
    assert fold(value).text in quotes
