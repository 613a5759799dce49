"""A question and passages in, a drafted answer out whose every sentence its source carries; or why there is none.

The model is any endpoint that speaks OpenAI's chat completions, named in settings; without one nothing is ever sent.
What is sent: the sources that may be seen by who asks, and the question, personal data masked. A day's tokens are
counted before the model is asked. After a failure it is left alone for a while, so that a broken endpoint slows no
answer. The key stands in one header, in no log and in no message.

    drafted      its sentences, checked             nothing_left  none of them is carried by its source
    spent        the day's tokens are               resting       it failed a moment ago
    timed_out, unreachable, refused, unreadable     what went wrong this time
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from api.outgoing import outgoing_client
from api.settings import Drafting

if TYPE_CHECKING:
    from nlp.answers.draft_answer import DraftPrompt
    from nlp.records import Answer, Passage

log = structlog.get_logger(__name__)

Outcome = Literal[
    "drafted", "nothing_left", "spent", "resting", "timed_out", "unreachable", "refused", "unreadable"
]  # fmt: skip
ANSWER_BYTES = 256 * 1024
"""An answer of tokens_per_answer in JSON is a few kilobytes."""
REST_S = 30.0
"""Left alone after a failure: whoever asks meanwhile gets the extractive answer at once."""
WRITTEN_TOKENS = 500
"""Six short sentences with their marks are 300 in either language."""
HAN_PER_TOKEN, LATIN_PER_TOKEN = 0.8, 3.0
"""Characters of a token, so low that real tokenizers count fewer tokens: an estimate must not pass a limit."""
FRAME_TOKENS = 300
"""The instruction to the model, roles and marks."""


class Usages(Protocol):
    """Where a tenant's tokens are counted."""

    def set_aside(self, tokens: int, *, limit: int, at: datetime) -> bool: ...

    def settle(self, *, set_aside: int, used: int, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Drafted:
    """What became of one drafted answer."""

    outcome: Outcome
    answer: Answer | None = None
    kept: int = 0
    dropped: int = 0
    tokens: int = 0
    seconds: float = 0.0


NoteDraft = Callable[[str, Drafted], None]
"""A tenant's name and what became of their draft."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    content: str | None = None


class _Choice(BaseModel):
    model_config = ConfigDict(extra="ignore")
    message: _Message


class _Usage(BaseModel):
    model_config = ConfigDict(extra="ignore")
    total_tokens: int = 0


class _Completion(BaseModel):
    """The part of a chat completion that is read."""

    model_config = ConfigDict(extra="ignore")
    choices: list[_Choice]
    usage: _Usage | None = None


class _Failed(Exception):
    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome: Outcome = outcome


class Drafter:
    """Asks one endpoint; safe to share between threads and tenants."""

    def __init__(
        self,
        options: Drafting,
        *,
        hosts: Sequence[str] = (),
        note: NoteDraft = lambda tenant, drafted: None,
        client: httpx.Client | None = None,
    ) -> None:
        self._options = options
        self._hosts = tuple(hosts)
        self._note = note
        self._client = client
        self._lock = threading.Lock()
        self._rests_until: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self._options.is_on

    @property
    def engine(self) -> str:
        """Name who writes, as the answer does: "openai:<model>"."""
        return f"openai:{self._options.model}" if self.is_on else ""

    def draft(
        self, question: str, passages: Sequence[Passage], *, usages: Usages, tenant: str, at: datetime
    ) -> Drafted:
        """Return a drafted answer, or why there is none; it never raises for what the endpoint does."""
        drafted = self._draft(question, passages, usages=usages, at=at)
        self._note(tenant, drafted)
        log.info(
            "draft", outcome=drafted.outcome, kept=drafted.kept, dropped=drafted.dropped, tokens=drafted.tokens
        )  # fmt: skip
        return drafted

    def _draft(self, question: str, passages: Sequence[Passage], *, usages: Usages, at: datetime) -> Drafted:
        from nlp.answers.draft_answer import check_draft, draft_prompt
        from nlp.personal import redacted

        with self._lock:
            if self._rests_until is not None and at < self._rests_until:
                return Drafted("resting")
        asked = question if self._options.personal else redacted(question)
        sources = self._affordable(asked, passages)
        if not sources:
            return Drafted("nothing_left")
        prompt = draft_prompt(asked, sources, fence=f"⟦{secrets.token_hex(6)}⟧")
        estimate = tokens_of(prompt.system + prompt.user) + WRITTEN_TOKENS
        if not usages.set_aside(estimate, limit=self._options.tokens_per_day, at=at):
            return Drafted("spent")
        try:
            text, used = self._complete(prompt)
        except _Failed as failure:
            with self._lock:
                self._rests_until = at + timedelta(seconds=REST_S)
            log.warning("draft_failed", outcome=failure.outcome, detail=str(failure))
            return Drafted(failure.outcome, tokens=estimate)
        used = used if 0 < used <= 2 * estimate else estimate
        usages.settle(set_aside=estimate, used=used, at=at)
        checked = check_draft(text, sources, question=asked, engine=self.engine)
        kept = len(checked.answer.lines) if checked.answer else 0
        outcome: Outcome = "drafted" if checked.answer else "nothing_left"
        return Drafted(outcome, checked.answer, kept, len(checked.dropped), used)

    def _affordable(self, question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Return as many sources, best first, as one answer may cost."""
        left = self._options.tokens_per_answer - WRITTEN_TOKENS - FRAME_TOKENS - tokens_of(question)
        chosen: list[Passage] = []
        for passage in passages:
            left -= tokens_of(passage.title + passage.heading + passage.text)
            if left < 0:
                break
            chosen.append(passage)
        return tuple(chosen)

    def _complete(self, prompt: DraftPrompt) -> tuple[str, int]:
        """Return what the model wrote and what it says that cost."""
        messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        body = {"model": self._options.model, "messages": messages, "temperature": 0, "max_tokens": WRITTEN_TOKENS}
        try:
            key = self._options.secret()
        except OSError as error:
            raise _Failed("refused", "the file with its key cannot be read") from error
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            answer = self._opened().post(
                f"{self._options.url.rstrip('/')}/chat/completions", json=body, headers=headers
            )
        except httpx.TimeoutException as error:
            raise _Failed("timed_out", f"no answer within {self._options.timeout_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Failed("unreachable", type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise _Failed("refused", f"status {answer.status_code}")
        try:
            completion = _Completion.model_validate_json(answer.content)
        except ValidationError as error:
            raise _Failed("unreadable", "the answer is no chat completion") from error
        text = completion.choices[0].message.content if completion.choices else None
        if not text:
            raise _Failed("unreadable", "the answer holds no text")
        return text, completion.usage.total_tokens if completion.usage else 0

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = outgoing_client(
                    allow_hosts=self._hosts, timeout_s=self._options.timeout_s, answer_bytes=ANSWER_BYTES
                )
            return self._client


def tokens_of(text: str) -> int:
    """Estimate what a text costs, rather too much than too little.

    >>> tokens_of("空调显示E4"), tokens_of("The display shows E4.")
    (6, 7)
    """
    han = sum(character >= "\u2e80" for character in text)
    return round(han / HAN_PER_TOKEN + (len(text) - han) / LATIN_PER_TOKEN)
