"""A ticket's messages, recordings and photos in, its draft out: what each engine does is one step here, timed by name.

A file that cannot be used is a Problem that names it, and nothing is stored. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from api.engines import FIELDS_ENGINE, Engines
from api.errors import Said, language_of_locale, words
from api.prefill.answer import Findings, draft_body
from api.prefill.caveats import warnings_of
from api.prefill.files import Attachment
from api.prefill.guard import GuardedExtractors
from api.prefill.hear import Heard, Report, Stopwatch, hear, silent
from api.prefill.intent import Choose, Chosen, chosen_by_intent, label_of
from api.prefill.limits import check_request
from api.prefill.parts import message_parts, page_parts, transcript_parts
from api.prefill.promises import NOTHING_PROMISED, Promised, calibration_for, promised_by, with_promises
from api.prefill.retakes import or_retake
from api.prefill.templates import find_template
from api.schemas.prefill import PrefillRequest, PrefillResponse
from api.security import make_id
from api.settings import Settings
from api.store import ASKED, DraftOrigin, Store
from nlp import LabelResult, Template
from nlp.personal import redacted
from nlp.records import Document, Question, RecordSystem, Resolution
from vision.records import Page

if TYPE_CHECKING:
    from nlp.entities.tagged_field import TaggedField

NAMED_BY_ARTICLES = ("error_code", "device_model")
KEPT_IN_WORDS = frozenset({*NAMED_BY_ARTICLES, "product_name"})
"""What is not the customer's alone; without the product "my washing machine does not drain" asks for any drain."""
QUESTION_CHARS = 1_000
"""Of what the customer wrote, kept as the question for suggestions: a lexical ranking gains nothing from more."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, and what the customer wants, to look for suggestions with."""

    response: PrefillResponse
    question: str
    template: Template


def prefill(
    request: PrefillRequest,
    files: Sequence[Attachment],
    *,
    engines: Engines,
    store: Store,
    at: datetime,
    notes: Sequence[Said] = (),
    origin: DraftOrigin = ASKED,
    draft_id: str | None = None,
    report: Report = silent,
    heard: Heard | None = None,
) -> PrefillResponse:
    """Fill in a ticket and keep the draft for its suggestions and feedback; `notes` stand first in its warnings,
    `origin` says where the ticket came from; without `draft_id` a new one is made. What was `heard` already (a live
    call) stands in place of files.

    Raises:
        Problem: a limit, an unknown template, or a file that cannot be used.
    """
    if heard is None:
        check_request(request, files, limits=engines.settings.limits, at=at)
    template = find_template(request.template or engines.settings.default_template, store=store)
    choose = None if request.template else chosen_by_intent(engines=engines, store=store)
    drafted = draft_ticket(
        request,
        files,
        engines=engines,
        template=template,
        records=engines.records,
        at=at,
        promised=promised_by(store),
        choose=choose,
        report=report,
        heard=heard,
    )
    said = words(language_of_locale(request.locale or engines.settings.default_locale))
    warnings = [*(said.said(note) for note in notes), *drafted.response.warnings]
    response = drafted.response.model_copy(update={"warnings": warnings, "id": draft_id or drafted.response.id})
    origin = replace(origin, customer_id=origin.customer_id or request.customer.id)
    required = [field.name for field in drafted.template.fields if field.is_required]
    store.drafts.add_prefill(response, text=drafted.question, origin=origin, required=required)
    return response


def draft_ticket(
    request: PrefillRequest,
    files: Sequence[Attachment],
    *,
    engines: Engines,
    template: Template,
    records: RecordSystem | None,
    at: datetime,
    promised: Promised = NOTHING_PROMISED,
    choose: Choose | None = None,
    report: Report = silent,
    heard: Heard | None = None,
) -> Drafted:
    """Fill in a ticket and keep nothing; `records` are those to check against, which may not be today's; with `choose`
    the template is picked by what the customer said."""
    watch = Stopwatch()
    with watch.step("total"):
        heard = heard or hear(request, files, engines=engines, watch=watch, report=report)
        document = _document(request, heard, settings=engines.settings, at=at)
        label = label_of(document, engines=engines)
        chosen = choose(label) if choose else Chosen(request.template or template.name, template)
        draft = _draft(
            request, heard, document, chosen, label=label, engines=engines, records=records, promised=promised,
            watch=watch, at=at,
        )  # fmt: skip
    response = draft.model_copy(update={"ticket_id": request.ticket_id, "timing_ms": watch.timing_ms})
    return Drafted(response, _question(request, heard, response), chosen.template)


def _draft(
    request: PrefillRequest,
    heard: Heard,
    document: Document,
    chosen: Chosen,
    *,
    label: LabelResult | None,
    engines: Engines,
    records: RecordSystem | None,
    promised: Promised,
    watch: Stopwatch,
    at: datetime,
) -> PrefillResponse:
    import nlp

    settings, template = engines.settings, chosen.template
    with watch.step("extract"):
        names = nlp.needed_fields(field.field for field in template.fields)
        tagged = {name: one for name, one in engines.taggers.current().items() if name in names}
        guarded = _extractors(names, heard, tagged=tagged, engines=engines)
        mentions = nlp.extract(document, guarded.extractors)
    with watch.step("resolve"):
        kinds = [field.kind for field in template.fields]
        calibration = calibration_for(kinds, promised, learned=engines.learned)
        resolution = nlp.resolve(
            mentions,
            document,
            template=template,
            records=records,
            customer_id=request.customer.id,
            customer_phone=request.customer.phone,
            calibration=calibration,
            promise=promised.shares(),
        )
        classification = nlp.classify(document, resolution.fields, label=label)
        locale = request.locale or ("en-US" if classification.language == "en" else engines.settings.default_locale)
        findings = Findings(
            fields=resolution.fields,
            missing=nlp.missing_fields(resolution.fields, template),
            question=_asked(resolution, document, template, pages=heard.pages, locale=locale),
            classification=classification,
            summary=_summary(nlp.summarise(document, resolution.fields, locale=locale), settings=settings),
            transcripts=heard.transcripts,
            pages=heard.pages,
        )
    said = words(language_of_locale(locale))
    warnings = warnings_of(heard, speech=engines.speech_state(), broken=guarded.warnings(), records=resolution.warnings)
    draft = draft_body(findings, draft_id=make_id(), template=chosen.name, language=said.language, at=at)
    draft = with_promises(draft, template, calibration=calibration, shares=promised.shares())
    told = [said.said(warning) for warning in warnings]
    return draft.model_copy(update={"models": _models(heard, tagged), "warnings": told})


def _asked(
    resolution: Resolution, document: Document, template: Template, *, pages: Sequence[Page], locale: str
) -> Question | None:
    """Return the one question worth asking; another photo is offered where the one sent hides what is asked for."""
    import nlp

    question = nlp.next_question(resolution.fields, template, locale=locale, document=document)
    language = language_of_locale(locale)
    return or_retake(question, template=template, pages=pages, language=language, fields=resolution.fields)


def _extractors(
    names: Sequence[str], heard: Heard, *, tagged: Mapping[str, TaggedField], engines: Engines
) -> GuardedExtractors:
    """Read fields by their rules, by a business's own taggers and by what pages name."""
    import nlp
    from api.prefill.page_values import joined, page_extractors

    catalogue, tagger = engines.catalogues.of_devices(), engines.receipt_taggers.current()
    own = joined(tagged, page_extractors(heard.pages, names, catalogue=catalogue, receipt_tagger=tagger))
    return GuardedExtractors(nlp.build_extractors(names, catalogue=catalogue, own=own))


def _document(request: PrefillRequest, heard: Heard, *, settings: Settings, at: datetime) -> Document:
    import nlp

    return nlp.compose(
        chain(
            message_parts(request.messages),
            *(transcript_parts(transcript, source=name) for name, transcript in heard.transcripts.items()),
            *(page_parts(page) for page in heard.pages),
        ),
        locale=request.locale,
        reference_time=request.reference_time or at.astimezone(settings.time_zone),
        region=region_of(request.locale, settings.default_region),
    )


def _summary(quoted: str | None, *, settings: Settings) -> str | None:
    """Return the customer's words without what names them: a summary is carried on to lists and other services."""
    return quoted if quoted is None or settings.summary_personal else redacted(quoted)


def _models(heard: Heard, tagged: Mapping[str, TaggedField]) -> dict[str, str]:
    """Name what was really used, by job."""
    used = {"fields": FIELDS_ENGINE, **{f"fields.{name}": one.tagger.name for name, one in tagged.items()}}
    if heard.transcripts:
        used["speech"] = " + ".join(dict.fromkeys(transcript.engine for transcript in heard.transcripts.values()))
    if told := {transcript.voices_engine for transcript in heard.transcripts.values()} - {""}:
        used["speakers"] = " + ".join(sorted(told))
    for page in heard.pages:
        used["vision"] = page.engine
    return used


def region_of(locale: str, default: str) -> str:
    """Return the region of a locale.

    >>> region_of("en-US", "CN"), region_of("zh", "CN")
    ('US', 'CN')
    """
    region = locale.rpartition("-")[2]
    return region.upper() if len(region) == 2 and "-" in locale else default


def _question(request: PrefillRequest, heard: Heard, response: PrefillResponse) -> str:
    """Return what the customer wants, in their words and with the values that articles name."""
    named = [response.fields[name].value for name in NAMED_BY_ARTICLES if name in response.fields]
    written = [message.text for message in request.messages if message.role != "agent"]
    spoken = [
        segment.text
        for transcript in heard.transcripts.values()
        for segment in transcript.segments
        if segment.speaker != "agent"
    ]
    words = _without_numbers("\n".join(written) or "\n".join(spoken), response)
    words = redacted(words[:QUESTION_CHARS])
    return "\n".join(text for text in (words, " ".join(filter(None, named))) if text)


def _without_numbers(text: str, response: PrefillResponse) -> str:
    """Take out what stands for this customer alone: an order or phone number is in no article, and a question of which
    half is unknown words is abstained from."""
    for name, field in response.fields.items():
        if name not in KEPT_IN_WORDS:
            for evidence in field.evidence:
                if evidence.kind in ("text", "audio") and evidence.quote:
                    text = text.replace(evidence.quote, " ")
    return text
