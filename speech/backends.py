"""Find a recogniser, a voice detector or what tells voices apart by name: the folder is the registry.

In: a kind ("transcriber", "activity", "turns") and a name. Out: what `build(**options)` of
`<name>_<kind>.py` in the kind's folder returns.
A package from outside joins through the entry-point group `beforehand.<kind>`, whose target is such a `build`.
Nothing is loaded until it is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal

from speech.records import ModelUnavailable

Kind = Literal["transcriber", "activity", "turns"]
FOLDERS: dict[Kind, str] = {"transcriber": "recognisers", "activity": "voice_activity", "turns": "sides"}
"""Where the backends of a kind lie in this package."""


def backend_names(kind: Kind) -> tuple[str, ...]:
    """Return the names of one kind, in name order.

    Examples
    --------
    >>> backend_names("activity")
    ('energy', 'silero')
    """
    suffix = f"_{kind}"
    folder = Path(__file__).resolve().parent / FOLDERS[kind]
    ours = {path.stem.removesuffix(suffix) for path in folder.glob(f"*{suffix}.py")}
    return tuple(sorted(ours | {point.name for point in entry_points(group=f"beforehand.{kind}")}))


def build_backend(kind: Kind, name: str, **options: object) -> object:
    """Build the backend of this name.

    Raises
    ------
    ModelUnavailable
        There is no such backend, or its weights are not here.
    """
    for point in entry_points(group=f"beforehand.{kind}"):
        if point.name == name:
            return point.load()(**options)
    if name not in backend_names(kind):
        raise ModelUnavailable(
            f"There is no {kind} named {name[:80]!r}. Choose one of: {', '.join(backend_names(kind))}."
        )
    build: Callable[..., object] = import_module(f"speech.{FOLDERS[kind]}.{name}_{kind}").build
    return build(**options)
