"""A request's files in, transcripts and pages out, each engine's time noted. Knows no field and keeps nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.engines import Engines
from api.errors import EXPECTED_ERRORS, problem_of
from api.prefill.files import Attachment, kind_of
from api.schemas.prefill import CustomerChannel, PrefillRequest
from speech.records import Transcript
from speech.transcribe import Sides
from speech.writing import MAX_TERMS
from vision.records import Page

Report = Callable[[int, int, str], None]
"""Told how many of how many files are done, and the name of the next."""

CUSTOMER_CHANNELS: Mapping[CustomerChannel, int | None] = {"left": 0, "right": 1, "auto": None}
HOTWORDS = 40
"""Whisper's prompt holds 224 tokens; a model code takes five."""
SPOKEN_VALUES = ("device_model", "serial_number", "order_number", "product_name")
"""Of a record, in the order they are worth listening for. Terms of nothing but digits are not looked for by sound."""


def silent(done: int, total: int, note: str) -> None:
    """Report to nobody."""


@dataclass(slots=True)
class Heard:
    """What the files held, in the order they came."""

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


def hear(
    request: PrefillRequest,
    files: Sequence[Attachment],
    *,
    engines: Engines,
    watch: Stopwatch,
    report: Report = silent,
) -> Heard:
    """Write down recordings and read pictures, and report before each.

    Raises:
        Problem: a file that cannot be used; it names the file.
    """
    heard = Heard()
    kinds = [kind_of(file) for file in files]
    terms = terms_of(request, engines) if "audio" in kinds else ()
    language = request.locale.partition("-")[0].lower()
    for number, (file, kind) in enumerate(zip(files, kinds, strict=True)):
        report(number, len(files), file.name)
        with watch.step("speech" if kind == "audio" else "vision"), _named(file):
            if kind == "image":
                heard.pages += engines.read(file.content, name=file.name)
                continue
            heard.transcripts[file.name] = engines.transcribe(
                file.content,
                name=file.name,
                language=language if language in ("zh", "en") else "auto",
                hotwords=hotwords_among(terms, engines),
                terms=terms,
                sides=Sides(customer_channel=CUSTOMER_CHANNELS[request.customer_channel]),
            )
    report(len(files), len(files), "")
    return heard


@contextmanager
def _named(file: Attachment) -> Iterator[None]:
    """Make an engine's refusal name the file."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        raise problem_of(error, where=file.name) from error


def terms_of(request: PrefillRequest, engines: Engines) -> tuple[str, ...]:
    """Return names and codes that may be spoken: the customer's own orders first, then the catalogue."""
    system, customer_id = engines.records, request.customer.id
    records = system.of_customer(customer_id) if system is not None and customer_id else ()
    words = [record.values.get(field, "") for field in SPOKEN_VALUES for record in records]
    catalogue = engines.catalogues.of_devices()
    if catalogue is not None:
        words += list(catalogue.products)
        words += [name for product in catalogue.products.values() for name in product.names]
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_TERMS]


def hotwords_among(terms: Sequence[str], engines: Engines) -> tuple[str, ...]:
    """Return the few that the recogniser itself listens for: a large catalogue's are not among them."""
    catalogue = engines.catalogues.of_devices()
    if catalogue is None or len(catalogue) <= HOTWORDS:
        return tuple(terms[:HOTWORDS])
    return tuple(term for term in terms[:HOTWORDS] if term not in catalogue)
