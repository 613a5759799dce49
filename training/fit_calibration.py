"""Fit the confidence table that ships with nlp, on conversations made here.

In: a size. Out: nlp/extraction/calibration.json, its checksum and figures in its card, and a table of how well it holds
on other such conversations. The same conversations give the same bytes.
Made conversations know slips, other numbers, agents who repeat, blurred labels and corrections, in both languages.
They are not anyone's tickets: a business's own corrections replace the table (`beforehand learn`).

    python -m training.fit_calibration --measured-on 2026-11-22
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

import nlp
from model_cards.card import FOLDER, Metric
from nlp.extraction.calibrate import DEFAULT_PROMISE, Calibration, read_calibration
from nlp.records import Part, Role
from training.card_metrics import write_metrics

CARD = FOLDER / "field-calibration.md"
COMMAND = "python -m training.fit_calibration --measured-on DATE"
CARD_FILE = re.compile(r"(?<=calibration.json, )sha256: \S+, bytes: \d+")
TABLE = Path(nlp.__file__).parent / "extraction" / "calibration.json"
SEED = 20261122
EDGES = (0.0, 0.15, 0.25, 0.35, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.94, 0.955, 0.97, 0.985, 0.995)
FIELDS = ("order_number", "device_model", "serial_number", "phone_number", "error_code")
SLIP_RATE = 0.015
"""One mistyped or misheard digit string in about seventy; assumed, not measured: the thresholds rest on it."""
RAW = Calibration("identity: confidence is belief", {})
OCR_SLIPS = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G", "3": "8", "7": "1"}

STATED = {
    "order_number": (
        *("订单号{v}", "订单编号：{v}，麻烦查一下", "我买的那个，{v}"),
        *("order number {v}", "My order is {v}, please check", "It's {v}."),
    ),
    "device_model": ("型号{v}", "我家的{v}坏了", "机型是{v}", "model {v}", "my {v} is broken", "the unit is a {v}"),
    "serial_number": ("序列号{v}", "SN {v}", "机身号是{v}", "serial number {v}", "S/N: {v}", "the serial reads {v}"),
    "phone_number": ("电话{v}", "打我手机{v}", "{v}", "call me on {v}", "my number is {v}", "phone: {v}"),
    "error_code": ("显示{v}", "故障代码{v}", "一直报{v}", "it shows {v}", "error {v}", "the display says {v}"),
}
NOISE = (
    *("上次那个订单{order}已经退了", "快递单号SF{n13}", "我朋友买的也是{model}", "账号{n9}", "已经等了3天"),
    *("2024年5月18日买的", "花了{n4}元", "工单{n10}", "reference {n10}", "it cost {n4} dollars"),
    *("my old order {order} was fine", "tracking 1Z{n9}AB12345", "account number {n9}", "my neighbour has a {model}"),
)
CORRECTED = ("说错了，应该是{s}", "sorry, I meant {s}", "不对，{s}")


@dataclass(frozen=True, slots=True)
class Conversation:
    parts: tuple[Part, ...]
    truth: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    field: str
    raw: float
    is_right: bool


def make_value(field: str, chance: random.Random) -> str:
    """Make a value of a field up."""
    digits, capitals = string.digits, string.ascii_uppercase
    if field == "order_number":
        date = f"20{chance.randint(22, 26)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        plain = "".join(chance.choices(digits[1:], k=chance.randint(10, 14)))
        return chance.choice((date + "".join(chance.choices(digits, k=3)), plain, f"DD{plain}"))
    if field == "device_model":
        return f"{''.join(chance.choices(capitals, k=3))}-{chance.randint(20, 999)}{chance.choice(capitals)}W"
    if field == "serial_number":
        return "".join(chance.choices(capitals, k=2)) + "".join(chance.choices(digits, k=10))
    if field == "phone_number":
        return f"1{chance.choice('3578')}{chance.randint(0, 9)}{''.join(chance.choices(digits, k=8))}"
    return f"{chance.choice('EFHP')}{chance.randint(1, 99)}"


def make_conversation(chance: random.Random) -> Conversation:
    """Make a conversation that states some fields, and other things beside."""
    truth: dict[str, str] = {}
    parts: list[Part] = []

    def say(text: str, role: Role) -> None:
        parts.append(Part(text, f"m{len(parts)}", "text", role))

    for field in chance.sample(FIELDS, k=chance.randint(1, len(FIELDS))):
        value = truth[field] = make_value(field, chance)
        written = slipped(value, chance) if chance.random() < SLIP_RATE else value
        statement = chance.choice(STATED[field]).format(v=written)
        say(statement, "customer" if chance.random() < 0.85 else "agent")
        if written != value and chance.random() < 0.6:
            say(chance.choice(CORRECTED).format(s=chance.choice(STATED[field]).format(v=value)), "customer")
        if chance.random() < 0.15:
            say(f"您的{statement}对吗？" if chance.random() < 0.5 else f"So {statement}, right?", "agent")
        if chance.random() < 0.3:
            label = {"order_number": "订单号", "device_model": "型号", "serial_number": "S/N"}.get(field)
            if label:
                shown = read_badly(value, chance)
                parts.append(Part(f"{label}: {shown}", "label.jpg", "image", page=0, confidence=chance.uniform(0.6, 1)))
    for _ in range(chance.randint(0, 2)):
        say(_noise(chance), "customer")
    return Conversation(tuple(parts), truth)


def _noise(chance: random.Random) -> str:
    numbers = {f"n{k}": "".join(chance.choices(string.digits[1:], k=k)) for k in (4, 9, 10, 13)}
    order, model = make_value("order_number", chance), make_value("device_model", chance)
    return chance.choice(NOISE).format(order=order, model=model, **numbers)


def slipped(value: str, chance: random.Random) -> str:
    """Change one digit, as typing does."""
    at = chance.choice([n for n, character in enumerate(value) if character.isdigit()])
    return value[:at] + str((int(value[at]) + chance.randint(1, 9)) % 10) + value[at + 1 :]


def read_badly(value: str, chance: random.Random) -> str:
    """Swap look-alikes, as a reader of a blurred label does."""
    return "".join(OCR_SLIPS.get(c, c) if chance.random() < 0.02 else c for c in value)


def outcomes_of(conversations: Sequence[Conversation]) -> list[Outcome]:
    """Run the conversations through, with belief in place of confidence."""
    template = nlp.load_template(
        {"$id": "calibration", "properties": {field: {"x-extract": {"field": field}} for field in FIELDS}}
    )
    extractors = nlp.build_extractors()
    found: list[Outcome] = []
    for conversation in conversations:
        document = nlp.compose(conversation.parts, locale="zh-CN")
        mentions = nlp.extract(document, extractors)
        resolution = nlp.resolve(mentions, document, template=template, calibration=RAW)
        for field, value in resolution.fields.items():
            best = value.candidates[0] if value.candidates else None
            if best is not None:
                wanted = conversation.truth.get(field, "")
                found.append(Outcome(field, best.confidence, best.value.removeprefix("+86") == wanted))
    return found


def table_of(outcomes: Sequence[Outcome]) -> dict[str, list[list[float]]]:
    """Count outcomes in bins of belief, by field and over all."""
    counts: dict[str, list[list[float]]] = defaultdict(lambda: [[edge, 0, 0] for edge in EDGES])
    for outcome in outcomes:
        at = max(n for n, edge in enumerate(EDGES) if outcome.raw >= edge)
        for field in ("", outcome.field):
            counts[field][at][1] += 1
            counts[field][at][2] += outcome.is_right
    return dict(counts)


def show(console: Console, calibration: Calibration, held_out: Sequence[Outcome]) -> None:
    """Print, by field, calibration error and what the promise really gives on conversations not fitted on."""
    table = Table(title=f"held-out conversations; promise {DEFAULT_PROMISE:.0%}")
    for column in ("field", "values", "right", "ECE", "threshold", "auto-filled", "right of those"):
        table.add_column(column)
    for field in FIELDS:
        rows = [outcome for outcome in held_out if outcome.field == field]
        threshold = calibration.threshold(field, DEFAULT_PROMISE)
        filled = [outcome for outcome in rows if outcome.raw >= threshold]
        right = sum(outcome.is_right for outcome in rows) / len(rows)
        kept = sum(outcome.is_right for outcome in filled) / len(filled) if filled else float("nan")
        figures = (right, _ece(calibration, field, rows), threshold, len(filled) / len(rows), kept)
        table.add_row(field, str(len(rows)), *(f"{figure:.3f}" for figure in figures))
    console.print(table)


def metrics_of(calibration: Calibration, held_out: Sequence[Outcome], *, at: date) -> list[Metric]:
    """Return what the card says of the table itself."""
    rows = {field: [outcome for outcome in held_out if outcome.field == field] for field in FIELDS}
    dataset = "made-up conversations, not fitted on"
    return [
        Metric(dataset, f"ECE of {field}", round(_ece(calibration, field, found), 4), at, COMMAND)
        for field, found in rows.items()
    ]


def as_text(derived_from: str, fitted: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Return the table as JSON, a row a line."""
    fields = ",\n".join(
        f"  {json.dumps(field)}: [\n" + ",\n".join(f"   {json.dumps(row)}" for row in rows) + "\n  ]"
        for field, rows in fitted.items()
    )
    source = json.dumps(derived_from, ensure_ascii=False)
    return f'{{\n "derived_from": {source},\n "outcomes": {{\n{fields}\n }}\n}}\n'


def note_file(card: Path, table: Path) -> None:
    """Write the table's checksum and size into its card."""
    content = table.read_bytes()
    noted = f"sha256: {hashlib.sha256(content).hexdigest()}, bytes: {len(content)}"
    card.write_text(CARD_FILE.sub(noted, card.read_text(encoding="utf-8")), encoding="utf-8")


def _ece(calibration: Calibration, field: str, rows: Sequence[Outcome]) -> float:
    """Return the expected calibration error over ten bins of confidence."""
    bins: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        confidence = calibration.confidence(field, row.raw)
        bins[min(int(confidence * 10), 9)].append(row.is_right - confidence)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / max(len(rows), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence table on conversations made here")
    parser.add_argument("--conversations", type=int, default=6_000)
    parser.add_argument("--measured-on", type=date.fromisoformat, required=True, help="written into table and card")
    parser.add_argument("--dry-run", action="store_true", help="Print the table, write nothing")
    arguments = parser.parse_args()
    chance = random.Random(SEED)
    conversations = [make_conversation(chance) for _ in range(arguments.conversations)]
    half = len(conversations) // 2
    fitted = table_of(outcomes_of(conversations[:half]))
    derived_from = (
        f"{half} conversations made by training/fit_calibration.py (seed {SEED}), {arguments.measured_on}; "
        "nobody's tickets: replace it with corrections of your own"
    )
    text = as_text(derived_from, fitted)
    calibration, held_out = read_calibration(text), outcomes_of(conversations[half:])
    show(Console(), calibration, held_out)
    if not arguments.dry_run:
        TABLE.write_text(text, encoding="utf-8")
        note_file(CARD, TABLE)
        write_metrics(CARD, metrics_of(calibration, held_out, at=arguments.measured_on))


if __name__ == "__main__":
    main()
