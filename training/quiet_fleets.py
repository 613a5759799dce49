"""Months of devices that have nothing wrong with them, made here: what a detector says of them is false.

A kind of device, a number of devices and a seed go in; a (ticks, devices, 8) array comes out, one reading every ten
minutes. What is normal in the field is in it: days, working weeks and the weather, loads that somebody changes, duty
cycles, defrosting, bursts with heavy tails, sensors that round, repeat or wander, days off. The same seed gives the
same months. It does not know failures, nor pauses of reporting.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter  # type: ignore[import-untyped]

from predictive.records import Floats

TICK_S = 600.0
DAY = 144  # ticks
METRICS = 8
START_S = 1_780_272_000.0  # 2026-06-01, a Monday
Draw = np.random.Generator


def wander(draw: Draw, shape: tuple[int, ...], *, half_life: float) -> Floats:
    """Return noise of unit variance along axis 0 that forgets with a half-life in ticks."""
    keep = 0.5 ** (1.0 / half_life)
    steps = draw.normal(0.0, np.sqrt(1.0 - keep**2), shape)
    steps[0] = draw.normal(0.0, 1.0, shape[1:])
    return np.asarray(lfilter([1.0], [1.0, -keep], steps, axis=0))


def hours_of(ticks: int) -> Floats:
    return np.arange(ticks)[:, None] / 6.0


def weather(draw: Draw, ticks: int) -> Floats:
    """Return an outdoor temperature that all devices of a place share; (ticks, 1)."""
    daily = 6.0 * np.sin(2 * np.pi * (hours_of(ticks) - 9.0) / 24.0)
    front = 4.0 * wander(draw, (ticks, 1), half_life=3 * DAY)
    season = 0.05 * np.arange(ticks)[:, None] / DAY
    return np.asarray(18.0 + daily + front + season)


def office(draw: Draw, ticks: int, devices: int) -> Floats:
    """Return 0..1: who is there, on weekdays from eight to six, with a holiday a month."""
    hour, day = hours_of(ticks) % 24.0, (np.arange(ticks)[:, None] // DAY).astype(np.int64)
    ramp = np.clip((hour - 7.5) / 1.5, 0.0, 1.0) * np.clip((18.5 - hour) / 2.0, 0.0, 1.0)
    holiday = draw.integers(20, 45)
    open_day = (day % 7 < 5) & (day != holiday)
    daily = draw.normal(1.0, 0.08, (day.max() + 1, devices))[day[:, 0]]
    return np.asarray(np.clip(ramp * open_day * daily, 0.0, 1.3))


def air_conditioner(draw: Draw, ticks: int, devices: int) -> Floats:
    """Outdoor, indoor, supply and coil temperature, power, compressor share, fan speed, filter pressure."""
    outdoor, people = weather(draw, ticks), office(draw, ticks, devices)
    heat = np.clip((outdoor - 16.0) / 12.0, 0.05, 1.2) + 0.4 * people
    own = draw.normal(1.0, 0.1, (1, devices))
    load = np.clip(heat * own + 0.05 * wander(draw, (ticks, devices), half_life=6), 0.02, 1.5)
    setpoint = 24.0 + np.round(draw.normal(0.0, 0.8, (ticks // (2 * DAY) + 1, devices)) * 2) / 2
    indoor = setpoint[np.arange(ticks) // (2 * DAY)] + load + 0.2 * wander(draw, (ticks, devices), half_life=4)
    power = 300.0 + 1200.0 * load * draw.normal(1.0, 0.03, (ticks, devices))
    share = np.clip(load + draw.normal(0.0, 0.05, (ticks, devices)), 0.0, 1.0)
    fan = np.round(np.clip(600.0 + 700.0 * load, 0.0, 1300.0) / 50.0) * 50.0
    dust = 60.0 * (1.0 + 0.0005 * np.arange(ticks)[:, None] / DAY) * own + draw.normal(0.0, 1.5, (ticks, devices))
    outdoor_here = outdoor + draw.normal(0.0, 0.5, (1, devices)) + draw.normal(0.0, 0.2, (ticks, devices))
    supply, coil = indoor - 9.0 * share, 7.0 + 2.0 * load + draw.normal(0.0, 0.3, (ticks, devices))
    return np.stack([outdoor_here, indoor, supply, coil, power, share, fan, dust], 2)


def pump(draw: Draw, ticks: int, devices: int) -> Floats:
    """Speed, flow, inlet and outlet pressure, current, bearing and fluid temperature, vibration: production orders."""
    shift = (hours_of(ticks) % 24.0 >= 6.0) & (hours_of(ticks) % 24.0 < 22.0)
    order = np.round(draw.uniform(0.55, 1.0, (ticks // 48 + 1, devices)), 1)[np.arange(ticks) // 48]
    speed = np.where(shift, order, 0.35) * 2900.0 + draw.normal(0.0, 6.0, (ticks, devices))
    flow = speed / 2900.0 * 32.0 * draw.normal(1.0, 0.01, (ticks, devices))
    inlet = 1.5 + 0.1 * wander(draw, (ticks, devices), half_life=DAY)
    outlet = inlet + 4.0 * (speed / 2900.0) ** 2 + draw.normal(0.0, 0.03, (ticks, devices))
    current = 4.0 + 14.0 * (speed / 2900.0) ** 3 * draw.normal(1.0, 0.02, (ticks, devices))
    warm = lfilter([0.15], [1.0, -0.85], speed / 2900.0, axis=0)
    room = weather(draw, ticks) * 0.3 + 15.0
    bearing = room + 25.0 * warm + draw.normal(0.0, 0.3, (ticks, devices))
    fluid = np.round(room + 8.0 * warm + wander(draw, (ticks, devices), half_life=40), 1)
    vibration = 0.8 + 1.8 * speed / 2900.0 * draw.gamma(30.0, 1 / 30.0, (ticks, devices))
    return np.stack([speed, flow, inlet, outlet, current, bearing, fluid, vibration], 2)


def cold_room(draw: Draw, ticks: int, devices: int) -> Floats:
    """Air, product and evaporator temperature, power, door openings, humidity, compressor starts, battery voltage."""
    clock, shift = hours_of(ticks) % 24.0, draw.uniform(0.0, 6.0, (1, devices))
    defrosting = ((hours_of(ticks) + shift) % 6.0) < 0.5
    busy = (clock > 8.0) & (clock < 20.0)
    door = draw.poisson(np.where(busy, 2.0, 0.1), (ticks, devices)).astype(np.float64)
    disturbed = lfilter([1.0], [1.0, -0.7], 0.3 * door + 2.5 * defrosting, axis=0)
    air = -20.0 + disturbed + draw.normal(0.0, 0.4, (ticks, devices))
    product = -20.5 + lfilter([0.02], [1.0, -0.98], disturbed, axis=0) + draw.normal(0.0, 0.05, (ticks, devices))
    evaporator = np.where(defrosting, 6.0, -28.0) + draw.normal(0.0, 1.0, (ticks, devices))
    power = np.where(defrosting, 2500.0, 900.0 + 120.0 * disturbed) * draw.normal(1.0, 0.05, (ticks, devices))
    humid = np.round(np.clip(65.0 + 5.0 * disturbed + 4.0 * wander(draw, (ticks, devices), half_life=20), 20.0, 100.0))
    starts = draw.poisson(1.0 + 0.2 * disturbed).astype(np.float64)
    battery = np.round(3.6 - 1e-5 * np.arange(ticks)[:, None] + draw.normal(0.0, 0.004, (ticks, devices)), 2)
    return np.stack([air, product, evaporator, power, door, humid, starts, battery], 2)


def server(draw: Draw, ticks: int, devices: int) -> Floats:
    """CPU, memory, disk, network in and out, latency, errors, temperature: bursts, jobs at night, restarts."""
    day = 0.5 + 0.5 * np.sin(2 * np.pi * (hours_of(ticks) - 10.0) / 24.0)
    weekly = np.where((np.arange(ticks)[:, None] // DAY) % 7 < 5, 1.0, 0.6)
    burst = draw.pareto(2.5, (ticks, devices)) * 4.0
    job = np.where((hours_of(ticks) % 24.0 >= 2.0) & (hours_of(ticks) % 24.0 < 3.0), 30.0, 0.0)
    cpu = np.clip(10.0 + 35.0 * day * weekly + burst + job + 2.0 * wander(draw, (ticks, devices), half_life=6), 0, 100)
    restart = draw.random((ticks, devices)) < 1.0 / (10 * DAY)
    since = np.arange(ticks)[:, None] - np.maximum.accumulate(np.where(restart, np.arange(ticks)[:, None], 0), axis=0)
    memory = 40.0 + 30.0 * (1.0 - np.exp(-since / (3.0 * DAY))) + draw.normal(0.0, 0.5, (ticks, devices))
    disk = 30.0 + 0.2 * (np.arange(ticks)[:, None] % (30 * DAY)) / DAY + draw.normal(0.0, 0.05, (ticks, devices))
    inbound = np.exp(2.0 + 1.2 * day * weekly + 0.5 * draw.normal(0.0, 1.0, (ticks, devices)))
    outbound = 3.0 * inbound * draw.lognormal(0.0, 0.2, (ticks, devices))
    latency = 20.0 * np.exp(0.01 * cpu) * draw.lognormal(0.0, 0.25, (ticks, devices))
    errors = draw.poisson(0.3 + 0.02 * cpu).astype(np.float64)
    heat = np.round(35.0 + 0.25 * lfilter([0.2], [1.0, -0.8], cpu, axis=0) + draw.normal(0.0, 0.5, (ticks, devices)))
    return np.stack([cpu, memory, disk, inbound, outbound, latency, errors, heat], 2)


KINDS: dict[str, Callable[[Draw, int, int], Floats]] = {
    "air conditioner": air_conditioner,
    "pump": pump,
    "cold room": cold_room,
    "server": server,
}


def quiet_fleet(kind: str, *, devices: int, days: int, seed: int) -> Floats:
    """Return (ticks, devices, METRICS) readings of a kind.

    >>> quiet_fleet("pump", devices=3, days=2, seed=0).shape
    (288, 3, 8)
    """
    draw = np.random.default_rng([seed, list(KINDS).index(kind)])
    return KINDS[kind](draw, days * DAY, devices)
