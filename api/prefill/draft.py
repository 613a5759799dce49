"""A ticket's messages, recordings and photos in, its draft out: what each engine does is one step here, timed by name.

A file that cannot be used is a Problem that names it, and nothing is stored. Knows no HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from api.engines import Engines
from api.errors import EXPECTED_ERRORS, problem_of
from api.prefill.answer import field_body, page_body, transcript_body
from api.prefill.files import Attachment, kind_of
from api.prefill.limits import check_request
from api.prefill.parts import message_parts, page_parts, transcript_parts
from api.prefill.templates import find_template
from api.schemas import prefill as shapes
from api.security import make_id
from api.store import Store
from speech.records import Transcript
from vision.records import Page

HOTWORDS = 40
"""Whisper's prompt holds 224 tokens; a model code takes five."""
QUESTION_CHARS = 1_000
"""Of what the customer wrote, kept as the question for suggestions: a lexical ranking gains nothing from more."""


@dataclass(slots=True)
class Heard:
    """What the files held."""

    transcripts: dict[str, Transcript] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by step; a step entered twice adds up."""

    timing_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed_ms = (time.perf_counter() - started) * 1000
            self.timing_ms[name] = round(self.timing_ms.get(name, 0.0) + elapsed_ms, 1)


def prefill(
    request: shapes.PrefillRequest, files: Sequence[Attachment], *, engines: Engines, store: Store, at: datetime
) -> shapes.PrefillResponse:
    """Fill in a ticket and keep the draft for its suggestions and feedback.

    Raises:
        Problem: a limit, an unknown template, or a file that cannot be used.
    """
    check_request(request, files, limits=engines.settings.limits, at=at)
    watch = Stopwatch()
    with watch.step("total"):
        heard = _hear(request, files, engines=engines, watch=watch)
        draft = _draft(request, heard, engines=engines, store=store, watch=watch, at=at)
    response = draft.model_copy(update={"timing_ms": watch.timing_ms})
    store.drafts.add_prefill(response, text=_question(request, heard, response))
    return response


def _hear(request: shapes.PrefillRequest, files: Sequence[Attachment], *, engines: Engines, watch: Stopwatch) -> Heard:
    heard = Heard()
    kinds = [kind_of(file) for file in files]
    hotwords = _hotwords(request, engines) if "audio" in kinds else ()
    language = request.locale.partition("-")[0].lower()
    for file, kind in zip(files, kinds, strict=True):
        with watch.step("speech" if kind == "audio" else "vision"), _named(file):
            if kind == "image":
                heard.pages += engines.read(file.content, name=file.name)
                continue
            heard.transcripts[file.name] = engines.transcribe(
                file.content,
                name=file.name,
                language=language if language in ("zh", "en") else "auto",
                hotwords=hotwords,
            )
    return heard


@contextmanager
def _named(file: Attachment) -> Iterator[None]:
    """Make an engine's refusal name the file."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        raise problem_of(error, where=file.name) from error


def _draft(
    request: shapes.PrefillRequest,
    heard: Heard,
    *,
    engines: Engines,
    store: Store,
    watch: Stopwatch,
    at: datetime,
) -> shapes.PrefillResponse:
    import nlp

    settings = engines.settings
    template_name = request.template or settings.default_template
    template = find_template(template_name, store=store)
    locale = request.locale or settings.default_locale
    catalogue = engines.device_catalogue()
    with watch.step("extract"):
        document = nlp.compose(
            chain(
                message_parts(request.messages),
                *(transcript_parts(transcript, source=name) for name, transcript in heard.transcripts.items()),
                *(page_parts(page) for page in heard.pages),
            ),
            locale=request.locale,
            reference_time=request.reference_time or at,
            region=_region(request.locale, settings.default_region),
        )
        mentions = nlp.extract(document, nlp.build_extractors(catalogue=catalogue))
    with watch.step("resolve"):
        resolution = nlp.resolve(
            mentions,
            document,
            template=template,
            records=engines.records,
            customer_id=request.customer.id,
            customer_phone=request.customer.phone,
        )
        question = nlp.next_question(resolution.fields, template, locale=locale)
        classification = nlp.classify(document, resolution.fields)
        summary = nlp.summarise(document, resolution.fields, locale=locale)
    return shapes.PrefillResponse(
        id=make_id(),
        ticket_id=request.ticket_id,
        template=template_name,
        fields={name: field_body(value) for name, value in resolution.fields.items()},
        missing=list(nlp.missing_fields(resolution.fields, template)),
        next_question=None
        if question is None
        else shapes.NextQuestion(field=question.field, text=question.text, choices=list(question.choices)),
        classification=shapes.Classification(
            intent=classification.intent, priority=classification.priority, language=classification.language
        ),
        summary=summary,
        transcripts=[transcript_body(transcript, file=name) for name, transcript in heard.transcripts.items()],
        pages=[page_body(page) for page in heard.pages],
        models=_models(heard, engines),
        timing_ms=watch.timing_ms,
        warnings=[*_warnings(heard, engines), *resolution.warnings],
        created_at=at,
    )


def _models(heard: Heard, engines: Engines) -> dict[str, str]:
    """Name what was really used, by job."""
    used = {state.name: state.engine for state in engines.states() if state.name == "fields"}
    for transcript in heard.transcripts.values():
        used["speech"] = transcript.engine
    for page in heard.pages:
        used["vision"] = page.engine
    return used


def _warnings(heard: Heard, engines: Engines) -> list[str]:
    state = engines.speech_state()
    warnings = [f"{name}: {text}" for name, transcript in heard.transcripts.items() for text in transcript.warnings]
    if heard.transcripts and state.degraded:
        warnings.insert(0, f"Speech ran on its floor, {state.engine}. Mend it with: {state.fix}")
    warnings += [f"{page.name}: page {page.page} is {word}" for page in heard.pages for word in page.quality]
    return warnings


def _hotwords(request: shapes.PrefillRequest, engines: Engines) -> tuple[str, ...]:
    """Return words worth listening for: the customer's own orders first, then a small catalogue's codes."""
    system, customer_id = engines.records, request.customer.id
    records = system.of_customer(customer_id) if system is not None and customer_id else ()
    words = [record.values.get("device_model", "") for record in records]
    catalogue = engines.device_catalogue()
    if catalogue is not None and len(catalogue) <= HOTWORDS:
        words += list(catalogue.products)
    return tuple(dict.fromkeys(word for word in words if word))[:HOTWORDS]


def _region(locale: str, default: str) -> str:
    region = locale.rpartition("-")[2]
    return region.upper() if len(region) == 2 and "-" in locale else default


def _question(request: shapes.PrefillRequest, heard: Heard, response: shapes.PrefillResponse) -> str:
    """Return what the customer wants, in their words and with the values that articles name."""
    named = [response.fields[name].value for name in ("error_code", "device_model") if name in response.fields]
    written = [message.text for message in request.messages if message.role != "agent"]
    spoken = [
        segment.text
        for transcript in heard.transcripts.values()
        for segment in transcript.segments
        if segment.speaker != "agent"
    ]
    words = "\n".join(written) or "\n".join(spoken)
    return " ".join(text for text in (words[:QUESTION_CHARS], *named) if text)
