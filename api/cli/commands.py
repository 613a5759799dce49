"""Every command by its name; what each does stands in its own file."""

from __future__ import annotations

import typer

from api.cli import (
    audit,
    backtest,
    catalogue,
    classify,
    connectors,
    demo,
    doctor,
    erase,
    export,
    extract,
    failures,
    gaps,
    jobs,
    keys,
    knowledge,
    learn,
    media,
    models,
    past_cases,
    prefill,
    promises,
    read,
    records,
    serve,
    telemetry,
)

command = typer.Typer(
    name="beforehand",
    help="Fill tickets in, find answers and foresee failures, beforehand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
command.command("serve")(serve.serve)
command.command("transcribe")(media.transcribe)
command.command("read")(read.read)
command.command("extract")(extract.extract)
command.command("prefill")(prefill.prefill)
command.add_typer(catalogue.group, name="catalogue")
command.command("index")(knowledge.index)
command.command("past-cases")(past_cases.past_cases)
command.command("suggest")(knowledge.suggest)
command.add_typer(classify.group, name="classify")
command.command("detect")(telemetry.detect)
command.add_typer(failures.group, name="failures")
command.command("replay")(telemetry.replay)
command.command("backtest")(backtest.backtest)
command.command("export")(export.export)
command.command("learn")(learn.learn)
command.command("gaps")(gaps.gaps)
command.command("stale")(gaps.stale)
command.add_typer(promises.group, name="promises")
command.add_typer(keys.group, name="keys")
command.add_typer(audit.group, name="audit")
command.command("erase")(erase.erase)
command.add_typer(jobs.group, name="jobs")
command.add_typer(connectors.group, name="connectors")
command.add_typer(records.group, name="records")
command.add_typer(models.group, name="models")
command.command("doctor")(doctor.doctor)
command.command("demo")(demo.demo)
