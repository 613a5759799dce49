"""Compare our Whisper with openai-whisper and transformers on the same weights: the same tokens, how quickly, in how
much memory.

In: sizes of Whisper, drawn at random in their true shapes, and recordings to hear. Out: two tables. `parity` counts the
greedy tokens that ours (in float32) shares with each reference; `speed` lets each write equally many tokens of the
same sound on the same threads, in a process of its own, and prints time and peak memory (resident set) as ratios.
Random weights say nothing of accuracy.

    python -m training.eval_whisper parity --sizes tiny,base,small
    python -m training.eval_whisper speed --sizes tiny,base,small --beam 5
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from speech import SAMPLE_RATE_HZ, read_audio
from speech.records import Samples
from training.random_whisper import SHAPES, convert_source, save_random_source
from training.whisper_backends import LOADERS, Search

WINDOW_SAMPLES = 28 * SAMPLE_RATE_HZ  # as the service cuts them
KIB_A_MIB = 1024
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Run:
    """What one backend did. `cpu_s` is of all its threads: with one thread the fair figure on a busy machine, with more
    it counts their waiting for each other, too.
    """

    tokens: list[list[int]]
    elapsed_s: float
    cpu_s: float
    peak_mib: float

    @property
    def count(self) -> int:
        return sum(map(len, self.tokens))


@dataclass(frozen=True, slots=True)
class Weights:
    """The same weights twice: as transformers has them, and as CTranslate2 has them."""

    source: Path
    converted: Path

    def of(self, backend: str) -> Path:
        return self.converted if backend == OURS else self.source


def read_windows(paths: Sequence[Path], count: int) -> list[Samples]:
    """Return windows of speech, recordings after one another and again from the start where they are too short."""
    channels = [audio.samples for path in paths for audio in read_audio(path, name=path.name).channels]
    sound = np.concatenate(channels)
    return [np.take(sound, range(at, at + WINDOW_SAMPLES), mode="wrap") for at in _starts(count)]


def make_weights(folder: Path, size: str, *, quantization: str) -> Weights:
    """Draw the weights of one size."""
    source = save_random_source(folder / f"{size}-source", shape=SHAPES[size], seed=0)
    return Weights(source, convert_source(source, folder / f"{size}-ours", seed=0, quantization=quantization))


def run_alone(backend: str, folder: Path, windows: Path, search: Search) -> Run:
    """Run one backend in a process of its own."""
    asked = json.dumps({"backend": backend, "folder": str(folder), "windows": str(windows), **asdict(search)})
    command = [sys.executable, "-W", "ignore", "-m", "training.eval_whisper", "one", "--asked", asked]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Run(**json.loads(told.splitlines()[-1]))


def shared_tokens(ours: Run, theirs: Run) -> int:
    """Count the tokens that stand at the same place."""
    pairs = zip(ours.tokens, theirs.tokens, strict=True)
    return sum(one == other for mine, other_s in pairs for one, other in zip(mine, other_s, strict=True))


def _starts(count: int) -> range:
    return range(0, count * WINDOW_SAMPLES, WINDOW_SAMPLES)


def _one(asked: str) -> None:
    """Be the process that runs one backend; loading is not timed, hearing is."""
    told = json.loads(asked)
    backend, folder, path = told.pop("backend"), Path(told.pop("folder")), told.pop("windows")
    windows = list(np.load(path))
    decode = LOADERS[backend](folder, Search(**told))
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    tokens = decode(windows)
    elapsed_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    sys.stdout.write("\n" + json.dumps(asdict(Run(tokens, elapsed_s, cpu_s, _peak_mib()))) + "\n")


def _peak_mib() -> float:
    """Return this process's largest resident set so far; what getrusage tells begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / KIB_A_MIB


def _compare(arguments: argparse.Namespace, search: Search, *, quantization: str) -> dict[str, dict[str, Run]]:
    """Run every backend on every size."""
    runs: dict[str, dict[str, Run]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        windows = Path(scratch) / "windows.npy"
        np.save(windows, np.stack(read_windows(arguments.audio, arguments.windows)))
        for size in arguments.sizes:
            weights = make_weights(Path(scratch), size, quantization=quantization)
            runs[size] = {name: run_alone(name, weights.of(name), windows, search) for name in LOADERS}
    return runs


def _show_parity(runs: dict[str, dict[str, Run]], console: Console) -> None:
    table = Table("size", "reference", "same tokens", "of", "different ones", title="greedy, float32")
    for size, by_name in runs.items():
        ours = by_name[OURS]
        kinds = len({token for window in ours.tokens for token in window})
        for name, run in by_name.items():
            if name != OURS:
                table.add_row(size, name, str(shared_tokens(ours, run)), str(ours.count), str(kinds))
    console.print(table)


def _show_speed(runs: dict[str, dict[str, Run]], search: Search, console: Console) -> None:
    title = f"int8 against float32, beam {search.beam}, {search.threads} threads, batch {search.batch}"
    columns = ("size", "backend", "tokens", "s", "CPU s", "peak MiB", "times quicker", "by CPU", "memory ratio")
    table = Table(*columns, title=title)
    for size, by_name in runs.items():
        ours = by_name[OURS]
        for name, run in by_name.items():
            row = (size, name, str(run.count), f"{run.elapsed_s:.2f}", f"{run.cpu_s:.2f}", f"{run.peak_mib:.0f}")
            ratios = run.elapsed_s / ours.elapsed_s, run.cpu_s / ours.cpu_s, ours.peak_mib / run.peak_mib
            table.add_row(*row, *(f"{ratio:.2f}" for ratio in ratios))
    console.print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.eval_whisper", description="Compare three Whispers.")
    parser.add_argument("what", choices=("parity", "speed", "one"))
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=list(SHAPES))
    parser.add_argument("--audio", type=Path, nargs="+", default=[Path("examples/call_zh.wav")])
    parser.add_argument("--windows", type=int, default=8, help="windows of 28 s to hear")
    parser.add_argument("--tokens", type=int, default=50, help="tokens to write of each")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=Search(tokens=1).batch, help="windows side by side")
    parser.add_argument("--asked", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Compare and show."""
    arguments = _arguments()
    if arguments.what == "one":
        _one(arguments.asked)
        return
    console = Console()
    search = Search(arguments.tokens, arguments.beam, arguments.threads, arguments.batch)
    if arguments.what == "parity":
        greedy = Search(arguments.tokens, 1, arguments.threads, arguments.batch, compute_type="float32")
        _show_parity(_compare(arguments, greedy, quantization="float32"), console)
    else:
        _show_speed(_compare(arguments, search, quantization="int8"), search, console)


if __name__ == "__main__":
    main()
