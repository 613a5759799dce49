"""The example's own records and catalogue, in a folder of their own: what it is checked against is not the user's data.

Deleting <data folder>/example takes all of it away; the next example makes it again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from api.catalogues import MAIN_CATALOGUE
from api.connectors.record_systems import RecordSystems
from api.engines import Engines
from api.errors import LANGUAGES, words

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
"""Beside the packages in a checkout; an installed wheel has none, and then the page offers none."""
RECORDS = ("orders.csv", "devices.csv")
_lock = threading.Lock()


def is_example(warnings: Sequence[str]) -> bool:
    """Return whether a draft was made of the example."""
    return any(words(language)("warning.example") in warnings for language in LANGUAGES)


def example_engines(engines: Engines) -> Engines:
    """Return engines that know the example's business and share the models."""
    folder = engines.settings.data_dir / "example"
    records = folder / "records"
    with _lock:
        records.mkdir(parents=True, exist_ok=True)
        for name in RECORDS:
            (records / name).write_bytes((EXAMPLES / name).read_bytes())
        beside = engines.beside(folder, find_records=RecordSystems(folder).current)
        beside.catalogues.put(MAIN_CATALOGUE, (EXAMPLES / "catalogue.csv").read_bytes(), suffix=".csv")
    return beside
