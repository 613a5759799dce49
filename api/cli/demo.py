"""`demo`: the three jobs on the examples, shown to a person and written as three files."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import BaseModel, JsonValue
from rich.console import Console
from rich.markup import escape

from api.app import utc_now
from api.catalogues import MAIN_CATALOGUE
from api.cli.desk import open_data, open_engines
from api.cli.output import SOME_FAILED, Row, console, error_console, log_to_stderr, read_file, reported, with_progress
from api.cli.show import show_prefill, show_suggestions, show_ticket
from api.cli.telemetry import read_parts
from api.engines import Engines
from api.errors import Problem, say
from api.prefill import Attachment, prefill
from api.routes.prefill_call import parse_request
from api.schemas.knowledge import SuggestionRequest, SuggestionResponse
from api.schemas.ops import EngineState
from api.schemas.prefill import PrefillResponse
from api.schemas.telemetry import Ticket
from api.settings import Settings
from api.store import Store
from api.suggest import suggest
from api.upkeep.rehearsal import Rehearsal

RECORDS = ("orders.csv", "devices.csv")
SICK_DEVICE = "AC-003"
"""The one that loses refrigerant in the examples' telemetry."""


class Scenario(BaseModel):
    """A prefill request, the files that come with it, and what a right draft holds."""

    about: str
    request: dict[str, JsonValue]
    files: list[str]
    expected: dict[str, str]


class Question(BaseModel):
    id: str
    question: str
    expected: list[str] = []
    abstains: bool = False


@dataclass(frozen=True, slots=True)
class ShownDraft:
    scenario: str
    expected: dict[str, str]
    wrong: tuple[str, ...]
    draft: PrefillResponse

    def body(self) -> Row:
        """Return the draft as POST /v1/prefill answers it, with what was expected beside it."""
        return self.draft.model_dump(mode="json") | {
            "scenario": self.scenario,
            "expected": dict(self.expected),
            "wrong": list(self.wrong),
        }


@dataclass(frozen=True, slots=True)
class ShownSuggestions:
    question: Question
    response: SuggestionResponse

    @property
    def is_right(self) -> bool:
        if self.question.abstains:
            return self.response.abstained
        best = self.response.suggestions[0].article_id if self.response.suggestions else ""
        return not self.response.abstained and best in self.question.expected

    def body(self) -> Row:
        """Return the answer as POST /v1/suggestions gives it, with its question beside it."""
        return self.response.model_dump(mode="json") | {
            "question": self.question.question,
            "expected": list(self.question.expected),
            "is_right": self.is_right,
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """The examples, and a data folder that is thrown away afterwards."""

    examples: Path
    engines: Engines
    store: Store
    console: Console


def demo(
    out: Annotated[Path, typer.Option(help="Folder of the three results.")] = Path("demo-output"),
    examples: Annotated[Path, typer.Option(help="Folder of the examples.")] = Path("examples"),
    models_dir: Annotated[Path | None, typer.Option(help="Where models lie; as the settings say if absent.")] = None,
) -> None:
    """Run the three jobs on the examples."""
    log_to_stderr(logging.ERROR)
    folder = models_dir or Settings().models_folder
    with reported(), TemporaryDirectory(prefix="beforehand-demo-") as scratch:
        settings = Settings(data_dir=Path(scratch), models_dir=folder.resolve(), database_url="")
        stage = Stage(examples, open_engines(settings), open_data(settings), console())
        _load(stage)
        drafts, answers = _show_drafts(stage), _show_suggestions(stage)
        tickets = _show_maintenance(stage, out)
        speech = stage.engines.speech_state()
        stage.engines.close()
        stage.store.database.close()
    _write(out / "prefill.json", [shown.body() for shown in drafts])
    _write(out / "suggestions.json", [shown.body() for shown in answers])
    _write(out / "maintenance.json", [ticket.model_dump(mode="json") for ticket in tickets])
    is_right = _tell(stage.console, drafts, answers, tickets)
    _tell_next(stage.console, out, speech)
    if not is_right:
        raise typer.Exit(SOME_FAILED)


def _tell(
    console: Console, drafts: list[ShownDraft], answers: list[ShownSuggestions], tickets: tuple[Ticket, ...]
) -> bool:
    """Sum up what came out right; return whether all of it did."""
    console.rule("What came out", align="left")
    expected = sum(len(shown.expected) for shown in drafts)
    wrong = [f"{shown.scenario}: {name}" for shown in drafts for name in shown.wrong]
    _line(console, "Prefill", f"{expected - len(wrong)} of {expected} expected fields right", wrong)
    missed = [f"{shown.question.id}: {shown.question.question}" for shown in answers if not shown.is_right]
    _line(console, "Suggest", f"{len(answers) - len(missed)} of {len(answers)} questions right", missed)
    devices = [ticket.device_id for ticket in tickets]
    stray = [] if devices == [SICK_DEVICE] else [f"expected one ticket, for {SICK_DEVICE}"]
    found = f"{len(tickets)} maintenance ticket(s) in a month of five devices ({', '.join(devices) or 'none'})"
    _line(console, "Foresee", found, stray)
    return not wrong and not missed and not stray


def _line(console: Console, job: str, found: str, wrong: list[str]) -> None:
    mark = "[red]✗[/red]" if wrong else "[green]✓[/green]"
    console.print(f"{mark} [bold]{job}[/bold]: {found}", highlight=False)
    for entry in wrong:
        console.print(f"    [red]wrong[/red] {escape(entry)}", highlight=False)


def _tell_next(console: Console, out: Path, speech: EngineState) -> None:
    """Say where the results are and what to type next."""
    console.rule("Where it is, and what next", align="left")
    console.print(f"Results: {out}/prefill.json, {out}/suggestions.json, {out}/maintenance.json", highlight=False)
    console.print("[bold]make serve[/bold]    the service and its console, http://127.0.0.1:8000/console/")
    if speech.degraded:
        console.print(
            f"[bold]make models[/bold]   the recommended models: speech ran on its floor, {speech.engine}, which knows "
            "English only"
        )


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _load(stage: Stage) -> None:
    """Load the examples' catalogue, records and articles as an administrator would."""
    from nlp import load_articles

    if not stage.examples.is_dir():
        raise Problem("not_found", say("detail.no_examples", path=stage.examples), fix=say("fix.no_examples"))
    stage.engines.catalogues.put(MAIN_CATALOGUE, read_file(stage.examples / "catalogue.csv"), suffix=".csv")
    records = stage.engines.settings.data_dir / "records"
    records.mkdir()
    for name in RECORDS:
        (records / name).write_bytes(read_file(stage.examples / name))
    base = stage.engines.knowledge_base()
    report = base.put_many(load_articles(stage.examples / "kb"), source="examples")
    stage.console.print(
        f"[dim]{report.added} articles, {report.passages} passages, the catalogue and the orders are loaded"
    )


def _show_drafts(stage: Stage) -> list[ShownDraft]:
    """Fill in the ticket of every scenario."""
    shown: list[ShownDraft] = []
    for path in sorted(stage.examples.glob("scenario_*.json")):
        scenario = Scenario.model_validate_json(read_file(path))
        stage.console.rule(f"Prefill: {scenario.about}", align="left")
        request = parse_request(json.dumps(scenario.request).encode(), depth=stage.engines.settings.limits.json_depth)
        files = [Attachment(name, read_file(stage.examples / name)) for name in scenario.files]
        with error_console().status(f"listening and reading: {', '.join(scenario.files)}"):
            draft = prefill(request, files, engines=stage.engines, store=stage.store, at=utc_now())
        show_prefill(draft, stage.console)
        values = {name: field.value for name, field in draft.fields.items()}
        wrong = tuple(name for name, value in scenario.expected.items() if values.get(name) != value)
        shown.append(ShownDraft(path.stem, scenario.expected, wrong, draft))
    return shown


def _show_suggestions(stage: Stage) -> list[ShownSuggestions]:
    """Ask every question of the examples."""
    stage.console.rule("Suggest: questions to the knowledge base", align="left")
    shown: list[ShownSuggestions] = []
    lines = read_file(stage.examples / "questions.jsonl").splitlines()
    for line in with_progress(lines, what="search", total=len(lines)):
        question = Question.model_validate_json(line)
        request = SuggestionRequest(question=question.question, top_k=3)
        response = suggest(request, engines=stage.engines, store=stage.store, at=utc_now())
        show_suggestions(question.question, response, stage.console)
        shown.append(ShownSuggestions(question, response))
    return shown


def _show_maintenance(stage: Stage, out: Path) -> tuple[Ticket, ...]:
    """Play the month of telemetry; draw each ticket's plot."""
    stage.console.rule("Foresee: a month of telemetry of five air conditioners", align="left")
    rehearsal = Rehearsal(engines=stage.engines)
    limit = stage.engines.settings.limits.measurements
    for readings in with_progress(read_parts(stage.examples / "telemetry.ndjson.gz", limit=limit), what="replay"):
        rehearsal.take(readings)
    tickets = rehearsal.tickets()
    for number, ticket in enumerate(tickets, start=1):
        show_ticket(ticket, stage.console, zone=stage.engines.settings.time_zone)
        if plot := rehearsal.plot(ticket):
            out.mkdir(parents=True, exist_ok=True)
            (out / f"maintenance-{number}.svg").write_text(plot, encoding="utf-8")
    return tickets
