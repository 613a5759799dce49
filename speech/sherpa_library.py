"""Whether sherpa-onnx is installed, an extra, and what brings it; the library is not imported for it."""

from __future__ import annotations

from importlib.util import find_spec

from speech.records import ModelUnavailable

EXTRA = "pip install 'beforehand[sherpa]'"


def is_installed() -> bool:
    """Say whether the library is here."""
    return find_spec("sherpa_onnx") is not None


def require_sherpa() -> None:
    """Refuse to go on without it.

    Raises
    ------
    ModelUnavailable
        It is not installed; the message names the command that brings it.
    """
    if not is_installed():
        raise ModelUnavailable(f"sherpa-onnx is not installed. Run: {EXTRA}")
