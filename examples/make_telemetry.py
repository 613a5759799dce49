"""Make `telemetry.ndjson.gz`: a month of five SIMULATED air conditioners, one of them losing refrigerant.

A seed goes in, the same file comes out every time. No device ever sent these numbers: a simple model of split-type
inverter units (weather, day and night, load, sensor noise) made them. From day 18 on AC-003 loses 4.5% of its charge a
day; on day 27 its low-pressure switch trips and the compressor stays off.

    python -m examples.make_telemetry
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

START = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 30
CADENCE_S = 600
DAY_S = 86_400
SEED = 20260601
LEAK_DEVICE = "AC-003"
LEAK_FROM_DAY = 18.0
LEAK_A_DAY = 0.045  # share of the charge
TRIP_KPA = 480.0  # low-pressure switch of an R32 unit in cooling, gauge; normal suction is near 850 kPa
STANDBY_W = 6.0

UNITS = {
    "suction_pressure": "kPa",
    "discharge_temperature": "°C",
    "supply_air_temperature": "°C",
    "room_temperature": "°C",
    "compressor_current": "A",
    "power": "W",
}


@dataclass(frozen=True, slots=True)
class Conditioner:
    """One unit: its size and its room."""

    device_id: str
    model: str
    rated_w: float
    load_share: float  # of the rated power on an average day
    setpoint_c: float


CONDITIONERS = (
    Conditioner("AC-001", "KFR-72LW/CL2A", 2300.0, 0.55, 25.0),
    Conditioner("AC-002", "KFR-72LW/CL2A", 2300.0, 0.60, 26.0),
    Conditioner("AC-003", "KFR-120LW/CL5C", 3900.0, 0.58, 25.0),
    Conditioner("AC-004", "KFR-120LW/CL5C", 3900.0, 0.50, 24.0),
    Conditioner("AC-005", "KFR-50LW/CL2A", 1650.0, 0.62, 22.0),
)


def simulate(conditioner: Conditioner, *, seed: int = SEED) -> tuple[Floats, dict[str, Floats]]:
    """Return the seconds since START and each metric of one unit."""
    at_s = np.arange(0, DAYS * DAY_S, CADENCE_S, dtype=np.float64)
    outdoor = _outdoor(at_s, seed)
    noise = np.random.default_rng([seed, *conditioner.device_id.encode()])
    wander = _smooth(noise.normal(0, 1, len(at_s)), 36)
    charge = np.ones(len(at_s))
    if conditioner.device_id == LEAK_DEVICE:
        charge -= LEAK_A_DAY * np.clip(at_s / DAY_S - LEAK_FROM_DAY, 0, None)
    load = np.clip(conditioner.load_share + 0.028 * (outdoor - 29.0) + 0.05 * wander, 0.15, 1.1)
    load = np.minimum(load * (1.0 + 0.5 * (1.0 - charge)), 1.15)  # less charge: runs harder for the same cold
    lost = 1.0 - charge
    metrics = {
        "suction_pressure": 900.0 - 90.0 * load + 3.0 * (outdoor - 29.0) - 880.0 * lost,
        "discharge_temperature": 58.0 + 22.0 * load + 0.6 * (outdoor - 29.0) + 65.0 * lost,
        "supply_air_temperature": 12.5 + 2.0 * (1.0 - load) + 14.0 * lost,
        "room_temperature": conditioner.setpoint_c + 0.06 * (outdoor - 29.0) + 0.25 * wander + 5.0 * lost,
        "compressor_current": load * conditioner.rated_w / 205.0,
        "power": load * conditioner.rated_w + 25.0,
    }
    spread = (6.0, 0.8, 0.25, 0.15, 0.05, 12.0)
    noisy = {
        name: values + noise.normal(0, sigma, len(at_s))
        for (name, values), sigma in zip(metrics.items(), spread, strict=True)
    }
    return at_s, _trip(noisy, outdoor)


def trip_at(conditioner: Conditioner, *, seed: int = SEED) -> datetime | None:
    """Return when the low-pressure switch stops the unit, None where it never does."""
    at_s, metrics = simulate(conditioner, seed=seed)
    off = np.flatnonzero(metrics["power"] < 3 * STANDBY_W)
    return START + timedelta(seconds=float(at_s[off[0]])) if len(off) else None


def readings(*, seed: int = SEED) -> Iterator[dict[str, object]]:
    """Yield every reading, oldest first, as `/v1/telemetry` takes it."""
    months = {unit.device_id: simulate(unit, seed=seed) for unit in CONDITIONERS}
    decimals = {"suction_pressure": 0, "power": 0, "compressor_current": 2}
    for index in range(DAYS * DAY_S // CADENCE_S):
        for device_id, (at_s, metrics) in months.items():
            at = (START + timedelta(seconds=float(at_s[index]))).strftime("%Y-%m-%dT%H:%M:%SZ")
            for metric, values in metrics.items():
                value = round(float(values[index]), decimals.get(metric, 1))
                yield {"device_id": device_id, "metric": metric, "at": at, "value": value, "unit": UNITS[metric]}


def write(path: Path, *, seed: int = SEED) -> int:
    """Write the readings as gzipped NDJSON, the same bytes for the same seed; return how many."""
    count = 0
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="\n")
        for reading in readings(seed=seed):
            text.write(json.dumps(reading, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        text.flush()
    return count


def _outdoor(at_s: Floats, seed: int) -> Floats:
    """Return early-summer air, one for all: a daily wave, top at 15:00 local (07:00 UTC), and weather over days."""
    weather = np.random.default_rng([seed, 0])
    daily = 4.5 * np.cos(2 * np.pi * (at_s / DAY_S - 7.0 / 24.0))
    fronts = 1.6 * _smooth(weather.normal(0, 1, len(at_s)), 2 * DAY_S // CADENCE_S)
    return np.asarray(29.0 + daily + fronts + weather.normal(0, 0.15, len(at_s)))


def _smooth(noise: Floats, steps: int) -> Floats:
    """Low-pass unit noise over about `steps` readings and bring it back to unit variance."""
    share = 1.0 / steps
    level, smoothed = 0.0, np.empty(len(noise))
    for index, value in enumerate(noise):
        level += share * (value - level)
        smoothed[index] = level
    return smoothed * np.sqrt((2 - share) / share)


def _trip(metrics: dict[str, Floats], outdoor: Floats) -> dict[str, Floats]:
    """Stop the compressor for good at the first three readings in a row below the switch."""
    below = metrics["suction_pressure"] < TRIP_KPA
    tripped = below & np.roll(below, 1) & np.roll(below, 2)
    tripped[:2] = False
    if not tripped.any():
        return metrics
    stop = int(np.argmax(tripped))
    after = np.arange(len(outdoor) - stop)
    settle = 1.0 - np.exp(-after / 6.0)  # about an hour
    rest = outdoor[stop:]
    targets = {
        "suction_pressure": 620.0 + 8.0 * (rest - 29.0),  # equalised at what charge is left
        "discharge_temperature": rest,
        "supply_air_temperature": rest - 1.5,
        "room_temperature": rest - 1.0,
    }
    stopped = {name: values.copy() for name, values in metrics.items()}
    for name, target in targets.items():
        stopped[name][stop:] += settle * (target - stopped[name][stop:])
    stopped["compressor_current"][stop:] = 0.0
    stopped["power"][stop:] = STANDBY_W
    return stopped


if __name__ == "__main__":
    write(Path(__file__).with_name("telemetry.ndjson.gz"))
