"""Decode every clip of the manifest and hold its length against what is written there, or against its own bytes.

In: the folder of speech data. Out: a table of those that differ, and how many are exact. A length is exact within
10 ms, to which the manifest is rounded; a headerless file's is its bytes by its rate, to the sample.
"""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from speech import AudioRejected, RawFormat, read_audio

ROUNDED_S = 0.01
SAMPLE_BYTES = 2


def lengths(folder: Path, console: Console) -> None:
    """Show the clips whose length differs."""
    table = Table("file", "written s", "decoded s", title="lengths that differ")
    lines = (folder / "clips" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    exact = 0
    for line in lines:
        row = json.loads(line)
        path = folder / "clips" / row["file"]
        raw = RawFormat(rate_hz=row["sample_rate"]) if path.suffix == ".raw" else None
        written_s = row.get("seconds", path.stat().st_size / SAMPLE_BYTES / row["sample_rate"])
        try:
            decoded_s = read_audio(path, name=path.name, raw=raw).duration_s
        except AudioRejected as refusal:
            table.add_row(row["file"], f"{written_s:.3f}", str(refusal))
            continue
        if abs(decoded_s - written_s) < ROUNDED_S:
            exact += 1
        else:
            table.add_row(row["file"], f"{written_s:.3f}", f"{decoded_s:.3f}")
    if table.row_count:
        console.print(table)
    console.print(f"{exact} of {len(lines)} exact")
