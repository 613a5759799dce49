"""Settings in, one shared engine of each kind out: built when first used, one semaphore each, rung and reason
known before.

Values in, values out; an engine that raises on an input becomes EngineFailed. Knows no HTTP and no storage.
`import api.engines` loads no model library: each is imported by its backend, inside build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.batching import Batched, BatchOptions
from api.catalogues import Catalogues
from api.drafting import Drafted, Drafter
from api.encoder import Encoder, search_embedder, search_state
from api.errors import EngineFailed, Language, words
from api.intents import Intents
from api.knowledge_bases import KnowledgeBases
from api.learned import Learned
from api.receipt_taggers import ReceiptTaggers
from api.recognisers import build_recogniser, choose_recognisers
from api.reranker import open_reranker, reranker_state
from api.schemas.ops import EngineState
from api.settings import VERSION, Settings
from api.shared import NoteTurn, Shared, note_nothing
from api.speaker_turns import open_turns, turns_state
from api.taggers import Taggers
from model_cards import ModelCardError, locate
from speech.records import ModelUnavailable

if TYPE_CHECKING:
    from nlp import KnowledgeBase
    from nlp.encoders.embed import Embedder, Vectors
    from nlp.records import RecordSystem, Retriever
    from speech import ActivityDetector, RawFormat, Recording, Sides, SpeakerTurns, Transcriber
    from speech.records import Transcript
    from speech.spoken_digits.digits import DigitTeller
    from vision import Reader
    from vision.records import Page

log = structlog.get_logger(__name__)

FIELDS_ENGINE = f"rules:{VERSION}"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What hears a recording: when somebody speaks, who, and what."""

    transcriber: Transcriber
    activity: ActivityDetector
    digits: Mapping[str, DigitTeller]  # by language; empty where numbers are not heard again
    turns: SpeakerTurns | None = None  # where a model tells the voices of one channel apart


@dataclass(frozen=True, slots=True)
class StandIns:
    """Engines given from outside in place of the ones that settings name: tests, and people with their own."""

    transcriber: Transcriber | None = None
    activity: ActivityDetector | None = None
    turns: SpeakerTurns | None = None
    reader: Reader | None = None
    embedder: Embedder | None = None


NO_STAND_INS = StandIns()


class Engines:
    """The engines of one process."""

    def __init__(
        self,
        settings: Settings,
        *,
        find_records: Callable[[], RecordSystem | None] = lambda: None,
        stand_ins: StandIns = NO_STAND_INS,
        note_turn: NoteTurn = note_nothing,
        note_batch: Callable[[Batched], None] = lambda batched: None,
        note_picture: Callable[[bool], None] = lambda was_remembered: None,
        note_draft: Callable[[str, Drafted], None] = lambda tenant, drafted: None,
    ) -> None:
        self.settings = settings
        self._find_records = find_records
        self._stand_ins = stand_ins
        self._note_picture = note_picture
        self._hearing: Shared[Hearing] = Shared("speech", self._build_hearing, note_turn=note_turn)
        self._reader: Shared[Reader] = Shared("vision", self._build_reader, note_turn=note_turn)
        options = BatchOptions(waiting=settings.encoder_waiting)
        self.encoder = Encoder(self._build_embedder, options=options, on_batch=note_batch)
        self.reranker = open_reranker(settings)
        self.drafter = Drafter(settings.drafting, hosts=settings.outgoing_hosts, note=note_draft)
        data_dir = settings.data_dir
        self.knowledge_bases = KnowledgeBases(
            data_dir / "kb",
            default=settings.default_knowledge_base,
            find_embedder=self._find_embedder,
            find_reranker=lambda: self.reranker,
        )
        self.catalogues = Catalogues(data_dir / "catalogues", chosen=settings.catalogue)
        self.intents = Intents(data_dir, encode=self.encode, encoder_state=self.encoder_state)
        self.learned = Learned(data_dir / "learned")
        self.taggers = Taggers(data_dir)
        self.receipt_taggers = ReceiptTaggers(settings.models_folder)

    def beside(self, data_dir: Path, *, find_records: Callable[[], RecordSystem | None]) -> Engines:
        """Return engines on other data that share this one's models and turns."""
        changes = {
            "data_dir": data_dir,
            "models_dir": self.settings.models_folder,
            "database_url": self.settings.database,
        }
        other = Engines(self.settings.model_copy(update=changes), find_records=find_records, stand_ins=self._stand_ins)
        other._hearing, other._reader, other.encoder = self._hearing, self._reader, self.encoder
        other.reranker, other.drafter = self.reranker, self.drafter
        other.receipt_taggers = self.receipt_taggers
        return other

    @property
    def records(self) -> RecordSystem | None:
        """Return the business's records, None while there are none: then nothing is checked against them."""
        return self._find_records()

    # --- speech

    def listen(self, content: bytes | Path, *, name: str, raw: RawFormat | None = None) -> Recording:
        """Decode a recording within this service's limits."""
        from speech import AudioLimits, read_audio

        limits = AudioLimits(max_duration_s=self.settings.limits.audio_hours * 3600)
        return read_audio(content, name=name, limits=limits, raw=raw)

    def transcribe(
        self,
        content: bytes | Path | Recording,
        *,
        name: str,
        language: str,
        hotwords: Sequence[str] = (),
        terms: Sequence[str] = (),
        sides: Sides | None = None,
    ) -> Transcript:
        """Write down what was said in a recording, which is decoded first where it is not yet; `terms` are looked
        for in what was heard."""
        from speech import Recording, Sides, transcribe_recording

        recording = content if isinstance(content, Recording) else self.listen(content, name=name)
        with _engine_errors("speech", name), self._hearing.turn() as hearing:
            return transcribe_recording(
                recording,
                transcriber=hearing.transcriber,
                activity=hearing.activity,
                language=language,
                hotwords=hotwords,
                terms=terms,
                sides=replace(sides or Sides(), turns=hearing.turns),
                digits=hearing.digits,
            )

    def hearing(self) -> Hearing:
        """Return what hears, for a call that is heard while it is spoken: a recogniser bounds its own work, and nobody
        is kept from it between two pieces."""
        return self._hearing.get()

    def speech_state(self) -> EngineState:
        """Say which recogniser will speak, and what mends it where it is only the floor."""
        if self._stand_ins.transcriber is not None:
            return EngineState(name="speech", engine=self._stand_ins.transcriber.engine, rung="given")
        return choose_recognisers(self.settings).state()

    def _build_hearing(self) -> Hearing:
        from speech import build_activity

        given = self._stand_ins
        transcriber = given.transcriber or self._build_transcriber()
        turns = given.turns or open_turns(self.settings)
        return Hearing(transcriber, given.activity or build_activity(), self._build_digits(), turns)

    def _build_digits(self) -> Mapping[str, DigitTeller]:
        """Return the networks that hear numbers again; one that is not whole is told in the log, and none is there."""
        from speech.spoken_digits.onnx_digits import MODELS, build

        if not self.settings.spoken_digits:
            return {}
        tellers: dict[str, DigitTeller] = {}
        for language in MODELS:
            try:
                tellers[language] = build(language=language, models_dir=self.settings.models_folder)
            except (ModelUnavailable, ModelCardError) as error:
                log.warning("engine_degraded", engine=f"digits:{MODELS[language]}", reason=str(error))
        return tellers

    def _build_transcriber(self) -> Transcriber:
        state = self.speech_state()
        if state.degraded:
            log.warning("engine_degraded", engine=state.engine, reason=state.reason, fix=state.fix)
        return build_recogniser(self.settings)

    # --- vision

    def read(self, content: bytes, *, name: str) -> tuple[Page, ...]:
        """Decode an image or PDF and read its pages."""
        from vision import read_images, read_page

        images = read_images(content, name=name)
        with _engine_errors("vision", name), self._reader.turn() as reader:
            return tuple(read_page(image, reader=reader) for image in images)

    def vision_state(self) -> EngineState:
        """Say which reader reads."""
        if self._stand_ins.reader is not None:
            return EngineState(name="vision", engine=self._stand_ins.reader.engine, rung="given")
        try:
            located = locate("ppocr-v6", models_dir=self.settings.models_folder)
        except ModelCardError as error:
            fix = "pip install 'rapidocr>=3.10'"
            return EngineState(
                name="vision", engine=self.settings.reader, rung="none", degraded=True, reason=str(error), fix=fix
            )
        engine = f"{self.settings.reader}:{located.card.name}"
        if self.settings.reader == "openvino" and find_spec("openvino") is None:
            reason, fix = "openvino is not installed", "pip install 'beforehand[openvino]', or BEFOREHAND_READER=ppocr"
            return EngineState(name="vision", engine=engine, rung="none", degraded=True, reason=reason, fix=fix)
        return EngineState(name="vision", engine=engine, rung=located.rung)

    def _build_reader(self) -> Reader:
        from vision import RememberingReader, build_reader

        settings = self.settings
        reader = self._stand_ins.reader or build_reader(
            settings.reader, models_dir=settings.models_folder, threads=settings.threads
        )
        room_bytes = int(settings.pictures_kept_mib * 1024 * 1024)
        return RememberingReader(reader, room_bytes=room_bytes, note=self._note_picture) if room_bytes else reader

    # --- text

    def encoder_state(self) -> EngineState:
        """Say which sentence encoder answers; without one articles are found by their words alone."""
        if self._stand_ins.embedder is not None:
            return EngineState(name="encoder", engine=self._stand_ins.embedder.engine, rung="given")
        name = self.settings.encoder_model
        if not name:
            reason, fix = "encoder_model is empty", "BEFOREHAND_ENCODER_MODEL=minilm-l6-zh-en-tuned"
            return EngineState(name="encoder", engine="", rung="none", reason=reason, fix=fix)
        try:
            located = locate(name, models_dir=self.settings.models_folder)
        except ModelCardError as error:
            return EngineState(
                name="encoder", engine="", rung="none", reason=str(error), fix=f"beforehand models pull {name}"
            )
        return EngineState(name="encoder", engine=f"onnx:{located.card.name}", rung=located.rung)

    def _build_embedder(self) -> Embedder:
        from nlp.encoders.embed import build_embedder

        if self._stand_ins.embedder is not None:
            return self._stand_ins.embedder
        return build_embedder(
            "onnx",
            model=self.settings.encoder_model,
            models_dir=self.settings.models_folder,
            threads=self.settings.threads,
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""
        import numpy as np

        return np.stack(self.encoder.encode(texts).vectors)

    def knowledge_base(self, name: str | None = None) -> KnowledgeBase:
        """Return the knowledge base of that name; it is made where there is none yet."""
        return self.knowledge_bases.get(name)

    def retriever(self, name: str | None = None) -> Retriever:
        """Return a knowledge base of that name with what its people's verdicts taught."""
        return self.learned.retriever(self.knowledge_base(name), name or self.knowledge_bases.default)

    def _find_embedder(self) -> Embedder | None:
        return search_embedder(self.encoder, self.encoder_state())

    # --- all

    def states(self) -> tuple[EngineState, ...]:
        """Say which engine and rung each job has; nothing is loaded for it."""
        reranker, turns = reranker_state(self.settings), turns_state(self.settings)
        return (
            self.speech_state(),
            *([turns] if turns else []),
            self.vision_state(),
            self.encoder_state(),
            search_state(self.encoder_state()),
            *([reranker] if reranker else []),
            EngineState(name="fields", engine=FIELDS_ENGINE, rung="built_in"),
            EngineState(name="telemetry", engine="monitor", rung="built_in"),
        )

    def states_in(self, language: Language) -> tuple[EngineState, ...]:
        """Say it with the reasons in a language."""
        said = words(language)
        return tuple(
            state.model_copy(update={"reason": said("reason.model_missing", original=state.reason)})
            if state.reason
            else state
            for state in self.states()
        )

    def unload_idle(self) -> None:
        """Forget the models that were not used for long."""
        idle_s = self.settings.idle_unload_s
        for shared in (self._hearing, self._reader, self.encoder, self.reranker):
            if idle_s and shared is not None:
                shared.unload_idle(idle_s)

    def close(self) -> None:
        """Release files."""
        self.learned.close()
        self.knowledge_bases.close()


@contextmanager
def _engine_errors(engine: str, name: str) -> Iterator[None]:
    """Turn what native code throws at an input into an error of ours, with the trace in the log."""
    try:
        yield
    except (RuntimeError, ArithmeticError, IndexError, MemoryError) as error:
        log.exception("engine_failed", engine=engine, file=name)
        raise EngineFailed(f"{name}: the {engine} engine could not work on it ({type(error).__name__})") from error
