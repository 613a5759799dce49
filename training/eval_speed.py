"""How fast telemetry is judged and taken in, against what everybody would write, in one run.

    python -m training.eval_speed [--rounds 5]

10,000 devices x 8 metrics, made here. Out: a table of values per second of this process's CPU time (the least of the
repeats), and ratios: detector to the same arithmetic in a Python loop, to River's HalfSpaceTrees where river is
installed (it is no dependency), and to the time that memory needs to move the detector's state; the path from bytes to
state to json.loads with a loop. Not the server: no HTTP, no log on disk.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from api.ingest import parse_telemetry
from predictive import Monitor, build_detector
from predictive.records import Batch, Floats

DEVICES, METRICS = 10_000, 8
SERIES = DEVICES * METRICS
TICKS = 6
SLOW_SHARE = 20  # slow paths run on one series of so many, and are scaled
RIVER_READINGS = 2_000
COPIED_BYTES = 256 * 1024 * 1024  # beyond any cache
BATCH_BYTES = 24  # of a reading in a batch: row, time, value
START_S = 1.8e9


def least_s(work: Callable[[], object], *, rounds: int) -> float:
    """Return the least CPU time of some repeats."""
    spent: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def bandwidth(rounds: int) -> float:
    """Return bytes read and written a second by a plain copy."""
    source = np.ones(COPIED_BYTES // 8)
    target = np.empty_like(source)
    return 2.0 * COPIED_BYTES / least_s(lambda: np.copyto(target, source), rounds=rounds)


def detector_s(values: Floats, *, rounds: int) -> float:
    """Return the least CPU time that one tick of robust z takes, and count its state's bytes."""
    rows, spent = np.arange(SERIES), []
    detector = build_detector("robust_z")
    for number, row in enumerate(np.tile(values, (rounds, 1))):
        batch = Batch(rows, np.full(SERIES, START_S + 60.0 * number), row)
        start = time.process_time()
        detector.score(batch)
        detector.learn(batch)
        spent.append(time.process_time() - start)
    return min(spent[TICKS:])


def state_bytes() -> int:
    """Return what robust z keeps of a series."""
    detector = build_detector("robust_z")
    detector.learn(Batch(np.array([0]), np.array([START_S]), np.array([1.0])))
    return sum(np.asarray(array).nbytes for array in detector.state().values())


def loop(values: Floats) -> None:
    """Do robust z's arithmetic one reading at a time, as everybody would write it first."""
    state = [[0.0, 0.0, 0.0, 2.5] for _ in range(values.shape[1])]
    for row in values.tolist():
        for cell, value in zip(state, row, strict=True):
            judge_one(cell, value)


def judge_one(cell: list[float], value: float) -> float:
    """Judge and learn one reading."""
    mean, deviation, count, tail = cell
    scale = max(1.2533 * deviation, 1e-3 * abs(mean) + 1e-9)
    z = (value - mean) / scale
    ratio = min(abs(z) / max(6.0, 1.5 * tail), 1e6)
    share = max(1.0 / (count + 1.0), 0.0023)
    bound = 3.0 * scale if count >= 8 else float("inf")
    residual = 0.0 if count == 0 else max(-bound, min(bound, value - mean))
    cell[0] = value if count == 0 else mean + share * residual
    cell[1] = deviation + share * (abs(residual) - deviation)
    cell[2] = count + 1.0
    cell[3] = max(1.0, tail * (1.05 if abs(z) > tail else 0.9995))
    return ratio * ratio / (1.0 + ratio * ratio) if count >= 96 else 0.0


def lines_of(values: Floats) -> list[bytes]:
    """Return one NDJSON body a tick."""
    bodies = []
    for number, row in enumerate(values):
        at = datetime.fromtimestamp(START_S + 60.0 * number, UTC).isoformat()
        bodies.append(
            "\n".join(
                f'{{"device_id":"d{index // METRICS}","metric":"m{index % METRICS}","at":"{at}","value":{value:.3f}}}'
                for index, value in enumerate(row.tolist())
            ).encode()
        )
    return bodies


def whole_path_s(bodies: Sequence[bytes]) -> float:
    """Take bodies in: parse, order, judge with the defaults, keep alerts. Return the CPU time of the fastest body
    after the first, which brings 80,000 series that nobody knew."""
    monitor, spent = Monitor(), []
    for number, body in enumerate(bodies):
        start, at_s = time.process_time(), START_S + 60.0 * number
        read = parse_telemetry(body, media_type="application/x-ndjson", limit=10 * SERIES, received_at_s=at_s)
        monitor.observe_columns(read.columns, received_at=datetime.fromtimestamp(at_s, UTC))
        spent.append(time.process_time() - start)
    return min(spent[1:])


def parsed(bodies: Sequence[bytes]) -> None:
    """Only parse."""
    for body in bodies:
        parse_telemetry(body, media_type="application/x-ndjson", limit=10 * SERIES, received_at_s=START_S)


def plain_path(bodies: Sequence[bytes], share: int) -> None:
    """Do the least of the same on some of the lines, with json.loads: one detector, no order, no alerts."""
    state: dict[tuple[str, str], list[float]] = {}
    for body in bodies:
        for line in body.split(b"\n")[::share]:
            reading = json.loads(line)
            at_s = datetime.fromisoformat(reading["at"]).timestamp()
            cell = state.setdefault((reading["device_id"], reading["metric"]), [0.0, 0.0, 0.0, 2.5, at_s])
            held = cell[:4]
            judge_one(held, reading["value"])
            cell[:4] = held


def river_s() -> float | None:
    """Return the CPU time a reading takes in River's HalfSpaceTrees, None where river is not installed."""
    if importlib.util.find_spec("river") is None:
        return None
    model = importlib.import_module("river.anomaly").HalfSpaceTrees(seed=0)
    readings = np.random.default_rng(0).random(RIVER_READINGS).tolist()
    start = time.process_time()
    for value in readings:
        model.score_one({"value": value})
        model.learn_one({"value": value})
    return (time.process_time() - start) / RIVER_READINGS


def measure_speed(folder: Path, console: Console, *, rounds: int = 3) -> dict[str, object]:
    """Print and return values a second, and ratios."""
    del folder  # made here
    values = np.random.default_rng(0).normal(100.0, 5.0, (TICKS, SERIES))
    bodies = lines_of(values)
    moved_s = (2 * state_bytes() + BATCH_BYTES) * SERIES / bandwidth(rounds)
    vector_s = detector_s(values, rounds=rounds)
    loop_s = least_s(lambda: loop(values[:, : SERIES // SLOW_SHARE]), rounds=rounds) * SLOW_SHARE / TICKS
    path_s, parse_s = whole_path_s(bodies), least_s(lambda: parsed(bodies[:1]), rounds=rounds)
    plain_s = least_s(lambda: plain_path(bodies[:1], SLOW_SHARE), rounds=rounds) * SLOW_SHARE
    one_river_s = river_s()
    found: dict[str, object] = {
        "detector_values_per_s": round(SERIES / vector_s),
        "detector_to_python_loop": round(loop_s / vector_s, 1),
        "detector_to_river": None if one_river_s is None else round(one_river_s * SERIES / vector_s),
        "detector_time_to_memory_time": round(vector_s / moved_s, 1),
        "parsing_values_per_s": round(SERIES / parse_s),
        "bytes_to_state_values_per_s": round(SERIES / path_s),
        "bytes_to_state_to_json_loads_and_loop": round(plain_s / path_s, 2),
        "parsing_and_one_detector_to_json_loads_and_loop": round(plain_s / (parse_s + vector_s), 2),
    }
    shown = Table("what", "value", title=f"{DEVICES:,} devices x {METRICS} metrics, one process, CPU time")
    for name, value in found.items():
        shown.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int | float) else "river not installed")
    console.print(shown)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Race the ways to judge telemetry.")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    measure_speed(Path(), Console(), rounds=chosen.rounds)


if __name__ == "__main__":
    main()
