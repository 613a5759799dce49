"""Walk real data through the product's own door, the `beforehand` command and HTTP, and say how it fared.

In: the folder of public evaluation data. Out: one table a journey (documents, call, questions, machine, dialogues).
It knows nothing of the inside: what a stranger with the contract could measure, and no more.
Run: python -m training.eval_journeys --data ../shared/data [--only documents,call,questions,machine,dialogues]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ir_measures
import jiwer
from ir_measures import Success, nDCG
from rich.console import Console
from rich.table import Table

from training.live_service import live_service

CONSOLE = Console()
INVOICE_ORDER = "94859303935"
FAILURE_CSV = "realKnownCause/machine_temperature_system_failure.csv"
Row = Mapping[str, Any]


def beforehand(*arguments: str, rows: Iterable[Row] = (), data_dir: Path | None = None) -> list[dict[str, Any]]:
    """Run one command as a process; return its JSON lines. Raises CalledProcessError on a usage error (exit 2)."""
    where = ["--data-dir", str(data_dir)] if data_dir else []
    ran = subprocess.run(
        [sys.executable, "-m", "api", arguments[0], *where, "--json", *arguments[1:]],
        input="".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode not in {0, 1}:
        CONSOLE.print(ran.stderr)
        ran.check_returncode()
    return [json.loads(line) for line in ran.stdout.splitlines()]


def show(title: str, rows: Sequence[tuple[str, str]]) -> None:
    table = Table(title=title, show_header=False)
    for name, value in rows:
        table.add_row(name, value)
    CONSOLE.print(table)


def documents(data: Path) -> None:
    """An e-invoice and ten receipts through `read`; the invoice through `prefill`."""
    vision = data / "vision"
    truth = [json.loads(line) for line in (vision / "sroie/receipts.jsonl").read_text(encoding="utf-8").splitlines()][
        :10
    ]
    files = [vision / "zh/电子发票.png", *(vision / "sroie" / row["image"] for row in truth)]
    started = time.perf_counter()
    pages = beforehand("read", *map(str, files))
    seconds = (time.perf_counter() - started) / len(files)
    boxes = [line["box"] for page in pages[0]["pages"] for line in page["lines"] if INVOICE_ORDER in line["text"]]
    right = Counter(
        name
        for row, page in zip(truth, pages[1:], strict=True)
        for name, value in row["fields"].items()
        if plain(page["fields"].get(name, {}).get("value", "")) == plain(value)
    )
    (draft,) = beforehand("prefill", "--image", str(files[0]))
    order = draft["fields"].get("order_number", {})
    box = next((e["box"] for e in order.get("evidence", []) if e["kind"] == "image"), None)
    show(
        "Documents",
        [
            ("e-invoice: order number read, box", f"{INVOICE_ORDER if boxes else 'not found'} {boxes[:1]}"),
            ("e-invoice: order number prefilled", f"{order.get('value')} ({order.get('status')}) box {box}"),
            (
                "10 receipts: fields right",
                ", ".join(f"{name} {right[name]}/10" for name in ("company", "date", "address", "total")),
            ),
            ("seconds a page", f"{seconds:.2f}"),
        ],
    )


def plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def call(data: Path) -> None:
    """Every English telephone clip through `transcribe`: WER where the words are known, else keywords heard."""
    clips = data / "speech/clips"
    manifest = [json.loads(line) for line in (clips / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in manifest if row["language"] == "en" and row["sample_rate"] == 8000]
    with tempfile.TemporaryDirectory() as scratch:
        files = [with_header(clips / row["file"], folder=Path(scratch)) for row in rows]
        heard = beforehand("transcribe", "--language", "en", *map(str, files))
    show(
        "Calls at 8 kHz",
        [
            (row["file"], f"{transcript['engine']}  {verdict(row, transcript['text'])}  “{transcript['text'][:70]}”")
            for row, transcript in zip(rows, heard, strict=True)
        ],
    )


def with_header(clip: Path, *, folder: Path) -> Path:
    """Return the clip itself, or a WAV of it where it is headerless 8 kHz PCM16: a caller has to know such a rate."""
    if clip.suffix != ".raw":
        return clip
    wav = folder / f"{clip.stem}.wav"
    with wave.open(str(wav), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(clip.read_bytes())
    return wav


def verdict(row: Row, text: str) -> str:
    if row.get("text"):
        return f"WER {jiwer.wer(plain_words(row['text']), plain_words(text)):.2f}"
    keywords = [plain_words(keyword) for keyword in row["keywords"].split(",")]
    return f"keywords {sum(keyword in plain_words(text) for keyword in keywords)} of {len(keywords)}"


def plain_words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in text.lower()).split())


def questions(data: Path) -> None:
    """Twenty documentation questions, evenly spaced, through `index` and `suggest`."""
    folder = data / "kb/docs_zh"
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as corpus:
        articles = [{"id": row["_id"], "title": "", "body": row["text"]} for row in map(json.loads, corpus)]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = queries[:: max(1, len(queries) // 20)][:20]
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "docs_zh.jsonl"
        source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in articles), encoding="utf-8")
        started = time.perf_counter()
        (report,) = beforehand("index", str(source), data_dir=Path(scratch))
        index_s = time.perf_counter() - started
        asked = [{"id": row["_id"], "question": row["text"]} for row in queries]
        answers = beforehand("suggest", "--top-k", "10", rows=asked, data_dir=Path(scratch))
    wanted = {row["_id"] for row in queries}
    qrels = [qrel for qrel in qrels_of(folder / "qrels.tsv") if qrel.query_id in wanted]
    run = [
        ir_measures.ScoredDoc(answer["id"], hit["article_id"], hit["score"])
        for answer in answers
        for hit in answer["suggestions"]
    ]
    measured = ir_measures.calc_aggregate([Success @ 1, nDCG @ 10], qrels, run)
    show(
        "Questions: 20 of docs_zh",
        [
            ("index", f"{report} in {index_s:.1f} s"),
            ("hit@1", f"{measured[Success @ 1]:.3f}"),
            ("nDCG@10", f"{measured[nDCG @ 10]:.3f}"),
            ("abstained", f"{sum(answer['abstained'] for answer in answers)} of {len(answers)}"),
        ],
    )


def qrels_of(path: Path) -> list[ir_measures.Qrel]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [ir_measures.Qrel(row[0], row[1], int(row[2])) for row in rows if len(row) == 3 and row[2].isdigit()]


def machine(data: Path) -> None:
    """NAB's failing machine through `detect` and `replay`."""
    nab = data / "predictive/nab"
    labels = json.loads((nab / "labels/combined_labels.json").read_text(encoding="utf-8"))[FAILURE_CSV]
    windows = json.loads((nab / "labels/combined_windows.json").read_text(encoding="utf-8"))[FAILURE_CSV]
    with gzip.open(nab / f"data/{FAILURE_CSV}.gz", "rt", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    with tempfile.TemporaryDirectory() as scratch:
        plain_csv = Path(scratch) / "machine.csv"
        with plain_csv.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerows([("timestamp", "value"), *((row["timestamp"], row["value"]) for row in rows)])
        beforehand("detect", str(plain_csv), "--out", str(Path(scratch) / "out"))
        (scored,) = (Path(scratch) / "out").glob("*.csv")
        with scored.open(encoding="utf-8") as handle:
            onsets = [moment(row["timestamp"]) for row in csv.DictReader(handle) if row["onset"] in {"1", "1.0"}]
        stream = Path(scratch) / "machine.ndjson"
        stream.write_text("".join(reading(row) for row in rows), encoding="utf-8")
        drafts = beforehand("replay", str(stream))
    opened = sorted({moment(draft["opened_at"]) for draft in drafts})
    show("NAB machine_temperature_system_failure", lead_times("detect", onsets, labels, windows))
    show("the same through replay", lead_times("replay", opened, labels, windows))


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def reading(row: Row) -> str:
    at = moment(row["timestamp"]).isoformat()
    return json.dumps({"device_id": "machine", "metric": "temperature", "at": at, "value": float(row["value"])}) + "\n"


def lead_times(
    name: str, onsets: Sequence[datetime], labels: Sequence[str], windows: Sequence[Sequence[str]]
) -> list[tuple[str, str]]:
    """Hours from each labelled failure back to the first ticket in its window; tickets in no window are false."""
    rows = []
    spans = [(moment(start), moment(end)) for start, end in windows]
    for label, (start, end) in zip(labels, spans, strict=True):
        hit = next((onset for onset in onsets if start <= onset <= end), None)
        lead = "no ticket" if hit is None else f"{(moment(label) - hit).total_seconds() / 3600:+.1f} h before"
        rows.append((f"failure {label}", lead))
    false = [onset for onset in onsets if not any(start <= onset <= end for start, end in spans)]
    rows.append(
        (
            f"{name}: tickets outside every window",
            f"{len(false)} of {len(onsets)} {[f'{at:%m-%d %H:%M}' for at in false]}",
        )
    )
    return rows


def dialogues(data: Path) -> None:
    """A hundred helpdesk dialogues (fifty a language) over HTTP through /v1/prefill."""
    found: Counter[str] = Counter()
    seconds: list[float] = []
    with live_service() as client:
        for language, locale in (("zh", "zh-CN"), ("en", "en-US")):
            with gzip.open(data / f"nlp/stc3/{language}.jsonl.gz", "rt", encoding="utf-8") as handle:
                rows = [json.loads(line) for _, line in zip(range(50), handle, strict=False)]
            for row in rows:
                started = time.perf_counter()
                answer = client.post("/v1/prefill", json=prefill_request(row, locale))
                seconds.append(time.perf_counter() - started)
                answer.raise_for_status()
                fields = answer.json()["fields"]
                found.update(f"{language} {name}" for name, field in fields.items() if field["status"] != "missing")
    show(
        "Dialogues: 100 of stc3 over HTTP",
        [
            ("fields found", ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"),
            ("ms a dialogue, median / worst", f"{1000 * statistics.median(seconds):.0f} / {1000 * max(seconds):.0f}"),
        ],
    )


def prefill_request(dialogue: Row, locale: str) -> dict[str, Any]:
    roles = {"customer": "customer", "helpdesk": "agent"}
    said = [
        (roles[turn["sender"]], utterance)
        for turn in dialogue["turns"]
        for utterance in turn["utterances"]
        if utterance.strip()
    ]
    messages = [{"id": f"m{i}", "role": role, "text": text} for i, (role, text) in enumerate(said, 1)]
    return {
        "ticket_id": dialogue["id"],
        "template": "general",
        "channel": "chat",
        "locale": locale,
        "messages": messages,
    }


JOURNEYS: dict[str, Callable[[Path], None]] = {
    "documents": documents,
    "call": call,
    "questions": questions,
    "machine": machine,
    "dialogues": dialogues,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", default=",".join(JOURNEYS), help="comma separated journeys")
    options = parser.parse_args()
    for name in options.only.split(","):
        JOURNEYS[name](options.data)


if __name__ == "__main__":
    main()
