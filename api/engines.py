"""Settings in, one shared engine of each kind out: built when first used, one semaphore each, rung and reason
known before.

Values in, values out; an engine that raises on an input becomes EngineFailed. Knows no HTTP and no storage.
`import api.engines` loads no model library: each is imported by its backend, inside build.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.batching import Batched, BatchOptions
from api.drafting import Drafted, Drafter
from api.encoder import Encoder
from api.errors import EngineFailed, Language, Problem, say, words
from api.learned import Learned
from api.schemas.ops import EngineState
from api.settings import VERSION, Settings
from api.shared import NoteTurn, Shared, note_nothing
from api.taggers import Taggers
from model_cards import ModelCardError, locate

if TYPE_CHECKING:
    from nlp import Catalogue, Classifier, KnowledgeBase
    from nlp.encoders.embed import Embedder, Vectors
    from nlp.records import RecordSystem, Retriever
    from speech import ActivityDetector, Transcriber
    from speech.records import Transcript
    from vision import Reader
    from vision.records import Page

log = structlog.get_logger(__name__)

CATALOGUE_SUFFIXES = (".csv", ".jsonl")
MAIN_CATALOGUE = "devices"
INTENT_FOLDER = Path("classifiers") / "intent"
WEIGHTS_FILE, TEMPLATES_FILE = "weights.npz", "templates.json"
STORED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}\Z")
"""A name that may be a file's: no separator, no leading dot."""
FLOOR_MODEL = "pocketsphinx-en-us"
FIELDS_ENGINE = f"rules:{VERSION}"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What hears a recording: who speaks when, and what."""

    transcriber: Transcriber
    activity: ActivityDetector


@dataclass(frozen=True, slots=True)
class StandIns:
    """Engines given from outside in place of the ones that settings name: tests, and people with their own."""

    transcriber: Transcriber | None = None
    activity: ActivityDetector | None = None
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
        note_draft: Callable[[str, Drafted], None] = lambda tenant, drafted: None,
    ) -> None:
        self.settings = settings
        self._find_records = find_records
        self._stand_ins = stand_ins
        self._hearing: Shared[Hearing] = Shared("speech", self._build_hearing, note_turn=note_turn)
        self._reader: Shared[Reader] = Shared("vision", self._build_reader, note_turn=note_turn)
        options = BatchOptions(waiting=settings.encoder_waiting)
        self.encoder = Encoder(self._build_embedder, options=options, on_batch=note_batch)
        self.drafter = Drafter(settings.drafting, hosts=settings.outgoing_hosts, note=note_draft)
        self._lock = threading.Lock()
        self._knowledge_bases: dict[str, KnowledgeBase] = {}
        self._catalogues: dict[Path, tuple[float, Catalogue]] = {}
        self._intent: tuple[float, Classifier] | None = None
        self.learned = Learned(settings.data_dir / "learned")
        self.taggers = Taggers(settings.data_dir)

    def beside(self, data_dir: Path, *, find_records: Callable[[], RecordSystem | None]) -> Engines:
        """Return engines on other data that share this one's models and turns."""
        changes = {
            "data_dir": data_dir,
            "models_dir": self.settings.models_folder,
            "database_url": self.settings.database,
        }
        other = Engines(self.settings.model_copy(update=changes), find_records=find_records, stand_ins=self._stand_ins)
        other._hearing, other._reader, other.encoder = self._hearing, self._reader, self.encoder
        other.drafter = self.drafter
        return other

    @property
    def records(self) -> RecordSystem | None:
        """Return the business's records, None while there are none: then nothing is checked against them."""
        return self._find_records()

    # --- speech

    def transcribe(self, content: bytes, *, name: str, language: str, hotwords: Sequence[str] = ()) -> Transcript:
        """Decode a recording and write down what was said."""
        from speech import read_audio, transcribe_recording

        recording = read_audio(content, name=name)
        with _engine_errors("speech", name), self._hearing.turn() as hearing:
            return transcribe_recording(
                recording,
                transcriber=hearing.transcriber,
                activity=hearing.activity,
                language=language,
                hotwords=hotwords,
            )

    def speech_state(self) -> EngineState:
        """Say which recogniser will speak, and what mends it where it is only the floor."""
        if self._stand_ins.transcriber is not None:
            return EngineState(name="speech", engine=self._stand_ins.transcriber.engine, rung="given")
        model = self.settings.whisper_model
        if self.settings.transcriber == "sphinx":
            return EngineState(name="speech", engine=f"sphinx:{FLOOR_MODEL}", rung="package")
        try:
            located = locate(model, models_dir=self.settings.models_folder)
        except ModelCardError as error:
            is_floor = self.settings.transcriber == "auto"
            return EngineState(
                name="speech",
                engine=f"sphinx:{FLOOR_MODEL}" if is_floor else f"whisper:{model}",
                rung="package" if is_floor else "none",
                degraded=True,
                reason=str(error),
                fix=f"beforehand models pull {model}",
            )
        return EngineState(name="speech", engine=f"whisper:{located.card.name}", rung=located.rung)

    def _build_hearing(self) -> Hearing:
        from speech import build_activity

        given = self._stand_ins
        return Hearing(given.transcriber or self._build_transcriber(), given.activity or build_activity())

    def _build_transcriber(self) -> Transcriber:
        from speech import build_transcriber
        from speech.whisper_transcriber import WhisperOptions

        state = self.speech_state()
        if state.degraded:
            log.warning("engine_degraded", engine=state.engine, reason=state.reason, fix=state.fix)
        folder = self.settings.models_folder
        if state.engine.startswith("sphinx:"):
            return build_transcriber("sphinx", models_dir=folder)
        options = WhisperOptions(threads=self.settings.threads)
        return build_transcriber("whisper", model=self.settings.whisper_model, models_dir=folder, options=options)

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
        return EngineState(name="vision", engine=f"{self.settings.reader}:{located.card.name}", rung=located.rung)

    def _build_reader(self) -> Reader:
        from vision import build_reader

        if self._stand_ins.reader is not None:
            return self._stand_ins.reader
        return build_reader(self.settings.reader, models_dir=self.settings.models_folder, threads=self.settings.threads)

    # --- text

    def encoder_state(self) -> EngineState:
        """Say which sentence encoder answers; none is no lower rung: only /v1/embeddings asks for it."""
        if self._stand_ins.embedder is not None:
            return EngineState(name="encoder", engine=self._stand_ins.embedder.engine, rung="given")
        name = self.settings.encoder_model
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

    def knowledge_base(self, name: str | None = None) -> KnowledgeBase:
        """Return the knowledge base of that name; it is made where there is none yet."""
        from nlp import KnowledgeBase
        from nlp.search.article_dates import watch_dates

        name = name or self.settings.default_knowledge_base
        _require_stored_name(name, "knowledge_base")
        with self._lock:
            if name not in self._knowledge_bases:
                path = self.knowledge_base_path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._knowledge_bases[name] = KnowledgeBase(path)
                watch_dates(path)
            return self._knowledge_bases[name]

    def knowledge_base_path(self, name: str) -> Path:
        """Return the file that a knowledge base is."""
        return self.settings.data_dir / "kb" / f"{name}.sqlite3"

    def retriever(self, name: str | None = None) -> Retriever:
        """Return a knowledge base of that name with what its people's verdicts taught."""
        return self.learned.retriever(self.knowledge_base(name), name or self.settings.default_knowledge_base)

    def catalogue_names(self) -> tuple[str, ...]:
        """Return the names of the catalogues at hand."""
        folder = self.settings.data_dir / "catalogues"
        return tuple(sorted(path.stem for path in folder.glob("*") if path.suffix in CATALOGUE_SUFFIXES))

    def catalogue(self, name: str) -> Catalogue:
        """Return a loaded catalogue; a file that changed is read again."""
        from nlp import read_catalogue

        path = self._catalogue_path(name)
        if path is None:
            raise Problem(
                "catalogue_invalid",
                say("detail.catalogue_unknown", name=repr(name), names=", ".join(self.catalogue_names()) or "-"),
                fix=say("fix.catalogue_unknown", name=name),
            )
        changed_at = path.stat().st_mtime
        with self._lock:
            known = self._catalogues.get(path)
            if known is None or known[0] != changed_at:
                known = (changed_at, read_catalogue(path))
                self._catalogues[path] = known
            return known[1]

    def device_catalogue(self) -> Catalogue | None:
        """Return the catalogue that prefill resolves device models against; None where none is loaded."""
        names = self.catalogue_names()
        name = self.settings.catalogue or (names[0] if len(names) == 1 else MAIN_CATALOGUE)
        return self.catalogue(name) if self.settings.catalogue or name in names else None

    def put_catalogue(self, name: str, content: bytes, *, suffix: str) -> int:
        """Check a catalogue and keep it in place of the one of that name; return how many products it has."""
        from nlp import read_catalogue

        _require_stored_name(name, "catalogue")
        catalogue = read_catalogue(content, suffix)
        folder = self.settings.data_dir / "catalogues"
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{name}{'.csv' if suffix.lower() == '.csv' else '.jsonl'}"
        fresh = folder / f"{name}.new"
        fresh.write_bytes(content)
        fresh.replace(kept)
        for other in CATALOGUE_SUFFIXES:
            if other != kept.suffix:
                (folder / f"{name}{other}").unlink(missing_ok=True)
        return len(catalogue)

    def _catalogue_path(self, name: str) -> Path | None:
        if not STORED_NAME.match(name):
            return None
        paths = (self.settings.data_dir / "catalogues" / f"{name}{suffix}" for suffix in CATALOGUE_SUFFIXES)
        return next((path for path in paths if path.is_file()), None)

    def intent_classifier(self) -> Classifier | None:
        """Return what tells a ticket's intent, None where none is in force; one that changed is read again.

        Raises:
            nlp.records.LabelsInvalid: its files do not fit together.
        """
        from nlp import Classifier

        folder = self.settings.data_dir / INTENT_FOLDER
        if not (folder / WEIGHTS_FILE).is_file():
            return None
        changed_at = (folder / WEIGHTS_FILE).stat().st_mtime
        with self._lock:
            if self._intent is None or self._intent[0] != changed_at:
                self._intent = (changed_at, self._with_encoder(Classifier.load(folder)))
            return self._intent[1]

    def _with_encoder(self, classifier: Classifier) -> Classifier:
        """Give a classifier the encoder that it was fitted with; without it the n-grams answer, with a warning."""
        state = self.encoder_state()
        if not classifier.encoder:
            return classifier
        if state.engine != classifier.encoder:
            log.warning("classifier_without_encoder", wanted=classifier.encoder, found=state.engine, fix=state.fix)
            return classifier
        return classifier.with_encoder(self._encode, engine=state.engine)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        return np.stack(self.encoder.encode(texts).vectors)

    def intent_templates(self) -> Mapping[str, str]:
        """Return which template stands for which label; a label that is not named stands for itself."""
        path = self.settings.data_dir / INTENT_FOLDER / TEMPLATES_FILE
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    # --- all

    def states(self) -> tuple[EngineState, ...]:
        """Say which engine and rung each job has; nothing is loaded for it."""
        return (
            self.speech_state(),
            self.vision_state(),
            self.encoder_state(),
            EngineState(name="search", engine="lexical:bm25", rung="built_in"),
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
        for shared in (self._hearing, self._reader, self.encoder):
            if idle_s:
                shared.unload_idle(idle_s)

    def close(self) -> None:
        """Release files."""
        self.learned.close()
        with self._lock:
            for base in self._knowledge_bases.values():
                base.close()
            self._knowledge_bases.clear()


def _require_stored_name(name: str, noun: str) -> None:
    if not STORED_NAME.match(name):
        raise Problem(
            "validation_failed",
            say("detail.name_unusable", name=repr(name[:50]), what=say(f"what.{noun}")),
            fix=say("fix.name_unusable"),
        )


@contextmanager
def _engine_errors(engine: str, name: str) -> Iterator[None]:
    """Turn what native code throws at an input into an error of ours, with the trace in the log."""
    try:
        yield
    except (RuntimeError, ArithmeticError, IndexError, MemoryError) as error:
        log.exception("engine_failed", engine=engine, file=name)
        raise EngineFailed(f"{name}: the {engine} engine could not work on it ({type(error).__name__})") from error
