"""Measure what a long call costs in memory: made here, decoded and searched for speech in a process of its own.

In: hours. Out: seconds, and the greatest resident memory of each step. The call is two channels of noise bursts in
turn, 8 kHz mu-law WAV, written to a temporary file block by block.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

RATE_HZ = 8_000
TURN_S = 10
STEPS = {
    "import": "import speech",
    "decode": "recording = speech.read_audio(path, name='call.wav')",
    "gate": "detector = speech.build_activity(); found = [detector.detect(one) for one in recording.channels]",
}
MEASURED = """
import json, resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
for name, step in json.loads(sys.argv[2]).items():
    began_s = time.perf_counter()
    exec(step)
    print(json.dumps([name, time.perf_counter() - began_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
COMMAND = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "api", "transcribe", "--language", "en", "--json", sys.argv[1]], check=True,
    stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def memory(console: Console, *, hours: float, engine: bool) -> None:
    """Show the time and the peak of memory after each step."""
    table = Table("step", "s", "peak MB", title=f"a call of {hours:g} h, two channels")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.wav"
        _write_call(path, hours=hours)
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(path), json.dumps(STEPS)], check=True, capture_output=True, text=True
        )
        for line in done.stdout.splitlines():
            name, took_s, peak_mb = json.loads(line)
            table.add_row(name, f"{took_s:.1f}", f"{peak_mb:.0f}")
        if engine:
            whole = subprocess.run(
                [sys.executable, "-c", COMMAND, str(path)], check=True, capture_output=True, text=True
            )
            table.add_row("transcribe --language en", "", f"{float(whole.stdout):.0f}")
    console.print(table)


def _write_call(path: Path, *, hours: float) -> None:
    """Write the call: each side has a turn of bursts as loud as speech, then listens."""
    import struct

    rng = np.random.default_rng(0)
    count = round(hours * 3600) * RATE_HZ
    layout = struct.pack("<IHHIIHH", 16, 1, 2, RATE_HZ, RATE_HZ * 4, 4, 16)
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", min(count * 4 + 36, 0xFFFFFFFF)) + b"WAVEfmt " + layout)
        file.write(b"data" + struct.pack("<I", count * 4))
        for turn in range(count // (TURN_S * RATE_HZ)):
            block = rng.normal(0, 30, (TURN_S * RATE_HZ, 2))
            block[:, turn % 2] *= 50 * (1 + np.sin(np.arange(TURN_S * RATE_HZ) / 300))
            file.write(block.astype("<i2").tobytes())
