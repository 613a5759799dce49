"""Settings in: environment (BEFOREHAND_*) or keyword arguments.
Out: one frozen object that everything in api/ is built from.

Knows no engine and opens no file. Every limit says where it comes from;
a limit is an upper bound on memory or time that one request may cost.
"""

from __future__ import annotations

import json
from datetime import tzinfo
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

VERSION = version("beforehand")
MIB = 1024 * 1024


def known_zone(name: str) -> str:
    """Check a time zone's name; "" stands for none."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}; write e.g. Asia/Shanghai or Europe/London") from error


def listed(names: object) -> object:
    """Take a JSON list, or names with commas between, apart.

    >>> listed(' peers, shape') == listed('["peers", "shape"]') == ["peers", "shape"]
    True
    """
    if not isinstance(names, str):
        return names
    if names.lstrip().startswith("["):
        return json.loads(names)
    return [name.strip() for name in names.split(",") if name.strip()]


def known_detectors(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check the names of detectors."""
    if names:
        from predictive import detector_names  # only who asks for one pays for the import

        there = detector_names()
        if unknown := sorted(set(names) - set(there)):
            raise ValueError(f"no detector is called {', '.join(map(repr, unknown))}; there are {', '.join(there)}")
    return names


class Limits(BaseSettings):
    """What one request may cost."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    json_bytes: int = Field(default=4 * MIB, gt=0)
    """A prefill request at the text limit, with four-byte characters all escaped as \\uXXXX pairs, still fits."""
    upload_bytes: int = Field(default=384 * MIB, gt=0)
    """Three hours of both sides of a call as 8 kHz 16-bit WAV are 330 MiB."""
    audio_hours: float = Field(default=4.0, gt=0, le=24)
    """Of one recording: the longest calls last three. While it is heard an hour of two sides takes 230 MB of the
    temporary folder, not of memory."""
    hook_bytes: int = Field(default=1 * MIB, gt=0)
    """A webhook names a ticket or holds one message, and is read before its sender is known."""
    telemetry_bytes: int = Field(default=32 * MIB, gt=0)
    """About 300,000 readings of 100 bytes as NDJSON."""
    measurements: int = Field(default=500_000, gt=0)
    """Readings in one request: the telemetry_bytes above in the tersest format."""
    text_chars: int = Field(default=200_000, gt=0)
    """All messages of one prefill together: 100 pages of text, forty times the longest helpdesk dialogue seen
    (stc3)."""
    messages: int = Field(default=1_000, gt=0)
    files: int = Field(default=20, gt=0)
    question_chars: int = Field(default=10_000, gt=0)
    article_chars: int = Field(default=1_000_000, gt=0)
    articles: int = Field(default=10_000, gt=0)
    """Articles in one import request."""
    json_depth: int = Field(default=32, gt=0)
    """Deepest legitimate body (a template's JSON Schema) is 8; CPython's parser overflows near 1,000."""
    requests_at_once: int = Field(default=6_000, gt=0)
    requests_per_minute: float = Field(default=60_000, gt=0)
    """Of one key: more than two cores answer, so it stops a caller gone wild, not a busy one."""
    failures_at_once: int = Field(default=30, gt=0)
    failures_per_minute: float = Field(default=10, gt=0)
    """Wrong keys, sign-ins and signatures of one address: a gateway with an old key is told, a guesser gets nowhere."""
    uploads_at_once: int = Field(default=24, gt=0)
    """Forms worked on at once, of the 40 threads that answer: others always find one."""
    uploads_total_bytes: int = Field(default=1024 * MIB, gt=0)
    """Bodies in memory at once, all together: two uploads of the largest size, or hundreds of usual ones."""
    body_grace_s: float = Field(default=20.0, gt=0)
    body_bytes_per_s: float = Field(default=4_096, gt=0)
    """A body has this long, and longer for each so many bytes that came: a telephone line passes, a dripper does not.
    Apache's mod_reqtimeout: body=20,MinRate=500; ours sends photos."""
    head_wait_s: float = Field(default=20.0, gt=0)
    """For the whole head of a request, from its first byte or the connection's start. Apache's mod_reqtimeout: 20 s."""
    answer_wait_s: float = Field(default=60.0, gt=0)
    """For a client to take 64 KiB of its answer, the usual socket buffer: 1 kB/s is slower than any line in use."""
    rejections: int = Field(default=1_000, gt=0)
    """Rejected readings listed one by one in an answer; more are counted in one last entry."""


class Costs(BaseModel):
    """What a minute and each small task cost, behind every figure of time and money saved. Assumptions of ours, to be
    replaced by measurements of your own; only exchanges_per_question is quoted from the trade (1.5 for each ticket that
    lacks a field)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cost_per_minute: float = Field(default=0.5, ge=0, le=1e6)
    """Of an agent's time, in your currency: about 30 an hour."""
    minutes_per_field: float = Field(default=0.5, ge=0, le=1e4)
    """To find a value in what the customer sent and type it in."""
    minutes_per_glance: float = Field(default=0.1, ge=0, le=1e4)
    """To look at an offered value and take it, or not."""
    minutes_per_correction: float = Field(default=2.0, ge=0, le=1e4)
    """To notice a value that was filled in wrongly and mend it."""
    minutes_per_question: float = Field(default=2.0, ge=0, le=1e4)
    """To write one question to a customer and read the answer."""
    exchanges_per_question: float = Field(default=1.5, ge=0, le=100)
    """Exchanges with the customer until a missing field is known."""
    minutes_per_search: float = Field(default=3.0, ge=0, le=1e4)
    """To find the article that answers."""
    cost_per_month: float = Field(default=0.0, ge=0, le=1e9)
    """Of running the service."""
    tickets_per_month: int = Field(default=0, ge=0, le=10**9)
    """Of yours; 0 where you do not say: then nothing is projected to a month."""


class Drafting(BaseModel):
    """A language model that may word answers, by an endpoint of OpenAI's form; off while `url` and `model` are empty.
    What it may see and cost; what it writes is held against its sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    """Up to, without, /chat/completions: https://api.example/v1. One inside your network is named in outgoing_hosts,
    too."""
    model: str = ""
    key: SecretStr = SecretStr("")
    key_file: Path | None = None
    """A file that holds the key, e.g. /run/secrets/drafting."""
    timeout_s: float = Field(default=8.0, gt=0, le=120)
    """For a whole draft; then the answer is extractive. An agent waits no longer than for a page."""
    tokens_per_answer: int = Field(default=4_000, ge=1_000, le=200_000)
    """Sources and draft together: three passages of 500 Chinese characters are 2,000."""
    tokens_per_day: int = Field(default=400_000, ge=0)
    """Of each tenant: a hundred answers at the most one may cost; usual ones cost a quarter."""
    personal: bool = False
    """Whether personal data (nlp/personal.py) may stand in the question that is sent."""

    @property
    def is_on(self) -> bool:
        """Return whether there is a model to ask."""
        return bool(self.url and self.model)

    def secret(self) -> str:
        """Return the key, from its file where one is named; "" where the endpoint needs none."""
        return self.key_file.read_text(encoding="utf-8").strip() if self.key_file else self.key.get_secret_value()


class Settings(BaseSettings):
    """Everything that an administrator may set."""

    model_config = SettingsConfigDict(env_prefix="BEFOREHAND_", env_nested_delimiter="__", frozen=True, extra="ignore")

    data_dir: Path = Path("beforehand-data")
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in data_dir."""
    secret: SecretStr = SecretStr("")
    """What key digests, sessions, signed links and the audit log are made with, at least 32 characters; empty: from
    secret_file, else made once as data_dir/secret. Every process on one database needs the same."""
    secret_file: Path | None = None
    """A file that holds it, e.g. /run/secrets/beforehand."""
    public_url: str = ""
    """Where people reach this service, e.g. https://beforehand.example; comments in tickets then link to the panel."""
    catch_up_every_s: float = Field(default=300.0, gt=0)
    """How often ticket systems are asked for tickets whose webhook never came."""
    follow_up_days: float = Field(default=7.0, gt=0, le=365)
    """A ticket of a connector is read again so many days after its draft: what people typed in the end is learnt."""
    models_dir: Path | None = None
    """Folder with one sub-folder a model; empty means data_dir/models."""

    transcriber: Literal["auto", "whisper", "sherpa", "sphinx"] = "auto"
    """auto: for each language the best that is at hand (Chinese: sherpa, then Whisper; English: Whisper, then sherpa),
    pocketsphinx otherwise, with a warning. Another name: that recogniser alone."""
    whisper_model: str = "whisper-small"
    sherpa_model: str = "sherpa-sense-voice"
    """SenseVoice, Paraformer or a streaming zipformer (sherpa-zipformer-zh-en: words while somebody still speaks) for
    sherpa-onnx, where pip install 'beforehand[sherpa]' was run: a card's name, or a folder in models_dir with its own
    card."""
    spoken_digits: bool = True
    """Listen a second time, by a network of digits alone, where numbers were read out digit by digit. It costs some
    tenths of a second a number; false where only the recogniser's own hearing is wanted."""
    reader: str = "ppocr"
    """What reads pictures: ppocr, or openvino for less CPU where pip install 'beforehand[openvino]' was run."""
    pictures_kept_mib: float = Field(default=16.0, ge=0, le=4_096)
    """Lines of pictures that were read are kept so that the same picture is not read again: 16 MiB are some 300 pages.
    Kept in memory, forgotten with the reader (idle_unload_s); 0: nothing is kept."""
    threads: int = Field(default=2, gt=0)
    """Intra-op threads of each engine; fixed, so that two engines at once do not fight for cores."""

    default_template: str = "appliance_repair"
    maintenance_template: str = "manufacturing_repair"
    """Whose "x-maintenance" names parts and steps for maintenance tickets."""
    default_locale: str = "zh-CN"
    default_region: str = Field(default="CN", pattern="^[A-Z]{2}$")
    default_time_zone: Annotated[str, AfterValidator(known_zone)] = ""
    """Where customers live, e.g. Europe/London: "this afternoon" is theirs. Empty: Asia/Shanghai in the region CN, else
    UTC."""
    default_knowledge_base: str = "default"
    catalogue: str = ""
    """Name of the catalogue prefill resolves device models against; empty: the only one loaded, else "devices"."""

    encoder_model: str = "minilm-l6-zh-en-tuned"
    """Sentence encoder of search and of POST /v1/embeddings: a card's name, or a folder in models_dir that holds its
    own card. Empty: none, and articles are found by their words alone."""
    cross_encoder_model: str = ""
    """Cross-encoder (bge-reranker, mMARCO and the like as ONNX) that orders the passages found, named as an encoder is.
    Empty: none. It reads the question with each of twenty passages, so a question takes twenty runs of it longer."""
    encoder_waiting: int = Field(default=1_024, gt=0)
    """Texts that may wait for the encoder; the next ones are told 429."""
    idle_unload_s: float = Field(default=1_800.0, ge=0)
    """A model that was not used for so long is forgotten and its memory given back; 0: never."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_personal: bool = False
    """Whether personal data (nlp/personal.py) may stand in logs; secrets never do."""
    export_personal: bool = False
    """Whether it may stand in exported tables; else fields that are personal, and what free text holds, are masked."""
    summary_personal: bool = False
    """Whether it may stand in a draft's summary, which ticket lists and webhooks carry on."""
    drain_notice_s: float = Field(default=1.0, ge=0, le=600)
    """After SIGTERM, /readyz says 503 for so long before connections are refused: as long as a load balancer needs to
    notice (its interval times its failures)."""
    drain_s: float = Field(default=20.0, gt=0, le=3_600)
    """Given to requests under way when the service is told to stop; the longest call that must not be broken off."""

    worker: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,40}$")
    """This process's name where several serve one database: each needs its own, the same after a restart, because a
    broker keeps its session under it."""
    telemetry_lateness_s: float = Field(default=0.0, ge=0, le=30 * 86_400)
    """Readings wait so long for earlier ones of their series before they are judged; 0: they are judged at once, and
    earlier ones that come afterwards are late. Alerts come later by as much."""
    monitor_detectors: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(listed), AfterValidator(known_detectors)
    ] = ()
    """Detectors that judge beside those that do so unasked, by name, e.g. peers,shape. Each costs time and memory for
    every series. `peers` compares the devices of one model, five or more, and only readings that come in one request or
    wait together for telemetry_lateness_s. Where the list changes, the kept readings are judged anew at the start."""
    failures_model: Path | None = None
    """Folder that `beforehand failures fit` wrote: the default tenant's devices are scored by it once a day, and
    tickets opened before the failures that it foresees. None: nothing is foreseen but what monitors see."""
    mqtt_url: SecretStr = SecretStr("")
    """A broker to listen to, e.g. mqtt://user:password@broker:1883 or mqtts://broker:8883; what there is more to say
    (topics, tenants, certificates) stands in data_dir/mqtt.toml."""
    snapshot_every_s: float = Field(default=60.0, gt=0)
    """How often the telemetry monitor's state is written; a restart replays what came after."""
    advance_every_s: float = Field(default=30.0, gt=0)
    """How often silence is looked at: gaps open and quiet alerts resolve without a new reading."""
    telemetry_waiting: int = Field(default=16, ge=0)
    """Telemetry requests taken in at once, one working and the rest waiting; the next ones are told 429. It bounds the
    memory that parsed requests hold."""
    false_tickets_per_1000: float = Field(default=2.0, gt=0, le=1000)
    """False maintenance tickets per 1,000 device-months that are borne, where a tenant set nothing of its own: a fleet
    of five hundred sees one a month. Held once people judged some tickets."""
    useful_lead_h: float = Field(default=72.0, ge=0, le=2160)
    """How long before a failure a ticket helps: a technician, a part and a slot are found within three days."""
    telemetry_keep_days: float = Field(default=32.0, ge=0)
    """Accepted batches are kept this long, so that a changed detector can be replayed over a whole month. 0: until a
    snapshot covers them; a new version with other detectors then learns from the beginning."""
    telemetry_keep_readings: int = Field(default=500_000_000, ge=0)
    """And not more than so many, the newest ones, of what a snapshot covers: about 20 bytes each, 10 GB."""
    trusted_hosts: tuple[str, ...] = ()
    """Names that this service goes by, as a JSON list; requests for any other are refused. Empty: any name."""
    session_hours: float = Field(default=12.0, gt=0)
    session_idle_hours: float = Field(default=4.0, gt=0)
    """A console session that nobody used for so long is over: a shift's half."""
    job_keep_days: float = Field(default=30.0, gt=0)
    """How long a job that is over can be looked up, and a delivered message."""
    job_drain_s: float = Field(default=10.0, ge=0)
    """What running jobs are given to end when the service stops; after it they are left to the next start."""
    outgoing_hosts: list[str] = []
    """Hosts, host:port, addresses or networks inside your own network that webhooks may call; public ones need none."""
    prefill_keep_days: float = Field(default=180.0, ge=0)
    """Drafts with what was said in them and all that hangs on them; 0 keeps them for ever, here and below. Half a year
    is what learning from feedback and the panel's past tickets look back on."""
    suggestion_keep_days: float = Field(default=180.0, ge=0)
    feedback_keep_days: float = Field(default=730.0, ge=0)
    change_keep_days: float = Field(default=180.0, ge=0)
    """Values written into other systems, with those that stood there before; a forgotten change cannot be undone."""
    ticket_keep_days: float = Field(default=730.0, ge=0)
    """Maintenance tickets after they were resolved, with what stands for them elsewhere."""
    audit_keep_days: float = Field(default=730.0, ge=0)
    """Two years: an audit of a year looks back on the year before."""
    media_keep_days: float = Field(default=30.0, gt=0)
    """How long the pictures and sound of a draft can be looked at beside its values."""
    media_keep_mib: int = Field(default=4096, gt=0)
    """Room for them, each tenant: 2,000 drafts of 2 MB (a three-minute call and three photos)."""
    live_at_once: int = Field(default=6, ge=0)
    """Calls heard while they are spoken, in one process; the next is told to come back; 0: none is taken. Six on two
    cores are heard by the floor 0.0 to 0.6 s behind (median; 2026-11-23, `training.eval_live --only many --streams 6`),
    a second of speech costs it 0.28 s of a core."""
    live_max_minutes: float = Field(default=180.0, gt=0, le=1_440)
    """The longest such call."""
    live_idle_s: float = Field(default=30.0, gt=0, le=3_600)
    """One that sends nothing for so long has ended: what was heard is kept. Silence is sound, too, and is sent."""
    live_behind_s: float = Field(default=120.0, gt=0, le=3_600)
    """Sound that may wait to be heard, of one call: where the machine is slower than people speak it grows to this, and
    the call ends with what was heard. Two minutes of two channels at 48 kHz are 23 MB."""
    live_ahead_s: float = Field(default=60.0, gt=0, le=3_600)
    """Sound may come so much faster than it is spoken, after a stalled line; who sends files is told to upload them."""
    drafting: Drafting = Drafting()
    limits: Limits = Limits()
    costs: Costs = Costs()

    @property
    def database(self) -> str:
        """Return the database's URL."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'beforehand.sqlite3').as_posix()}"

    @property
    def time_zone(self) -> tzinfo:
        """Return where customers live."""
        return ZoneInfo(self.default_time_zone or ("Asia/Shanghai" if self.default_region == "CN" else "UTC"))

    @property
    def models_folder(self) -> Path:
        """Return the folder that `models pull` fills and engines load from."""
        return self.models_dir or self.data_dir / "models"
