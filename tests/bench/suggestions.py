"""A question over HTTP to suggestions out, among ten thousand articles: how long one client waits, p50 and p99.

    python -m tests.bench.suggestions --data ../shared/data/kb/tidb_faq_zh --work FOLDER

The articles stand in the data folder --work, which a second run takes as it is. Words alone: --encoder "".
"""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api.engines import Engines
from api.settings import Settings
from tests.bench.load import Target, ask_all

WARM_S, MEASURED_S = 3.0, 20.0


def fill(work: Path, data: Path, *, encoder: str) -> int:
    """Index what is not indexed yet; return how many articles there are."""
    from training.kb_sets import read_kb_set

    engines = Engines(Settings(data_dir=work, encoder_model=encoder))
    base = engines.knowledge_base()
    with Console(stderr=True).status("indexing"):
        base.put_many(read_kb_set(data).articles)
        base.embed_missing()
    count = base.counts().articles
    engines.close()
    engines.encoder.close()
    return count


def main() -> None:
    from tests.systems.beforehand_process import BeforehandProcess
    from training.kb_sets import read_kb_set
    from training.live_service import free_port

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--encoder", default=Settings().encoder_model)
    options = parser.parse_args()
    articles = fill(options.work, options.data, encoder=options.encoder)
    questions = read_kb_set(options.data).questions.values()
    target = Target(
        "suggestions", "/v1/suggestions", tuple(json.dumps({"question": one}).encode() for one in questions)
    )
    environment = {
        "BEFOREHAND_LIMITS__REQUESTS_PER_MINUTE": "10000000",
        "BEFOREHAND_LOG_LEVEL": "warning",
        "BEFOREHAND_ENCODER_MODEL": options.encoder,
    }
    with ExitStack() as stack:
        service = BeforehandProcess(options.work, port=free_port(), environment=environment)
        service.make_key()
        service.start()
        stack.callback(service.stop)
        ask_all(service.url, service.key, target, clients=1, seconds=WARM_S)
        asked = ask_all(service.url, service.key, target, clients=1, seconds=MEASURED_S)
    table = Table("articles", "encoder", "answers a second", "p50 ms", "p99 ms", "refused", "load of the machine")
    rate = asked.rate
    load = f"{os.getloadavg()[0]:.1f}"
    numbers = (f"{rate.per_s:.0f}", f"{rate.p50_ms:.1f}", f"{rate.p99_ms:.1f}")
    table.add_row(str(articles), options.encoder or "words alone", *numbers, str(asked.refused), load)
    Console().print(table)


if __name__ == "__main__":
    main()
