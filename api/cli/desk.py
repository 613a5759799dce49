"""What every command works with: settings from its options, and the engines and store they name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.connectors.record_systems import RecordSystems
from api.engines import Engines
from api.settings import Settings
from api.store import Store, open_store_for

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where everything is kept; BEFOREHAND_DATA_DIR or ./beforehand-data where absent."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
KnowledgeBase = Annotated[str | None, typer.Option("--kb", help="Knowledge base; the default one where absent.")]


def settings_for(data_dir: Path | None) -> Settings:
    """Return the settings, with the data folder of the command line where one was given."""
    return Settings() if data_dir is None else Settings(data_dir=data_dir)


def open_engines(settings: Settings) -> Engines:
    """Return engines that know the records beside the data; models load when first used."""
    return Engines(settings, find_records=open_records(settings).current)


def open_records(settings: Settings) -> RecordSystems:
    """Return the record systems beside the data; each is opened when first asked."""
    return RecordSystems(settings.data_dir, region=settings.default_region)


def open_data(settings: Settings) -> Store:
    """Return the store of the data folder, which is made where there is none."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_store_for(settings)
