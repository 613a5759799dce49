"""Settings in, the monitor that they ask for out: which detectors judge, how long readings wait, what models are known.

Keeps nothing and judges nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.settings import Settings
from api.store import Store

if TYPE_CHECKING:
    from predictive import Monitor, MonitorOptions


def live_options(settings: Settings) -> MonitorOptions:
    """Return the options of the monitor that goes on day and night."""
    from predictive import MonitorOptions, StreamOptions

    return MonitorOptions(
        stream=StreamOptions(allowed_lateness_s=settings.telemetry_lateness_s), detectors=_detectors(settings)
    )


def replay_options(settings: Settings) -> MonitorOptions:
    """Return those of a fresh monitor for past readings: none of them waits for another."""
    from predictive import MonitorOptions

    return MonitorOptions(detectors=_detectors(settings))


def replay_monitor(settings: Settings, *, store: Store) -> Monitor:
    """Return a fresh monitor that knows the devices' models."""
    from predictive import Monitor

    monitor = Monitor(replay_options(settings))
    tell_models(monitor, store=store)
    return monitor


def tell_models(monitor: Monitor, *, store: Store) -> None:
    """Tell a monitor that compares them of what models devices are; any process may have learned of one."""
    if monitor.compares_models:
        monitor.tell_models(store.devices.models())


def _detectors(settings: Settings) -> dict[str, dict[str, object]]:
    from predictive import default_detectors

    return default_detectors() | default_detectors(settings.monitor_detectors)
