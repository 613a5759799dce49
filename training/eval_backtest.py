"""Backtest on real past tickets: the Chinese fault tickets of ict-fault in, the summary's figures out.

Each ticket's text is its description of the problem; its final values are the columns that people filled in: when the
fault began, and which company it was at (a closed set). No moment of creation is recorded, so the fault's end is taken
for it: it tells the year, which the texts leave out, and no more. It does not measure order numbers, models or phone
numbers: these tickets have none.

Run: python -m training.eval_backtest --data FOLDER [--report OUT.html]
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from api.backtest import Replay, Run, export_source, html_report, summary_line
from api.backtest.columns import Columns
from api.engines import Engines
from api.report.sameness import Sameness
from api.settings import Costs, Settings
from nlp import Template, load_template

SOURCE = "nlp/ict-fault/ict_fault.jsonl.gz"
COLUMNS = {"created_at": "故障结束时间", "text": "问题现象", "fault_time": "故障开始时间", "unit": "单位简称"}


def read_rows(data: Path) -> list[dict[str, str]]:
    """Return the tickets with a description."""
    with gzip.open(data / SOURCE, "rt", encoding="utf-8") as file:
        return [row for row in map(json.loads, file) if row.get("问题现象", "").strip()]


def fault_template(rows: list[dict[str, str]]) -> Template:
    """Return a template for them: the time of the fault, and the company out of those that there are."""
    units = [unit for unit, _ in Counter(row["单位简称"] for row in rows if row["单位简称"]).most_common()]
    choices = [{"value": unit, "zh": [unit], "en": []} for unit in units]
    properties = {
        "fault_time": {"x-extract": {"field": "fault_time", "required": True}},
        "unit": {"title": "单位", "x-extract": {"choices": choices, "required": True}},
    }
    return load_template({"$id": "ict_fault", "type": "object", "properties": properties})


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    rows = read_rows(given.data)
    template = fault_template(rows)
    columns = Columns(template, own=COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "ict_fault.jsonl"
        export.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        source = export_source(export, columns, zone=ZoneInfo("Asia/Shanghai"))
        engines = Engines(Settings(data_dir=Path(folder)))
        replay = Replay(
            engines=engines,
            template=template,
            columns=columns,
            sameness=Sameness(),
            costs=Costs(),
            fields=source.fields,
        )
        run = Run(replay, source)
        for _ in run.outcomes():
            pass
        print(json.dumps(summary_line(run.summary(), run.caveats(), costs=Costs()), ensure_ascii=False))  # noqa: T201
        if given.report:
            from datetime import UTC, datetime

            given.report.write_text(html_report(run, language="zh", at=datetime.now(UTC)), encoding="utf-8")


if __name__ == "__main__":
    main()
