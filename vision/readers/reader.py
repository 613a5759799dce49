"""What reads print: a decoded Image goes in, its lines come out. Backends are found by file name.

`build_reader("ppocr")` imports `vision/readers/ppocr_reader.py` and calls its `build(**options)`: the folder is the
registry. What this does not know: any library; each is imported by its own file, inside build.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol, cast

from vision.records import Image, Line, ReaderUnknown

SUFFIX = "_reader"


class Reader(Protocol):
    """Reads the lines of one picture, in no particular order. Safe to share between threads."""

    @property
    def engine(self) -> str:
        """Name what reads, e.g. "ppocr:ppocr-v6"."""
        ...

    def read(self, image: Image) -> tuple[Line, ...]: ...


def reader_names() -> tuple[str, ...]:
    """List the backends at hand.

    >>> "ppocr" in reader_names()
    True
    """
    folder = str(Path(__file__).parent)
    modules = (module.name for module in pkgutil.iter_modules([folder]))
    return tuple(sorted(name.removesuffix(SUFFIX) for name in modules if name.endswith(SUFFIX)))


def build_reader(name: str = "ppocr", **options: object) -> Reader:
    """Load a backend with its own options.

    Raises:
        ReaderUnknown: no backend of that name.
    """
    if name not in reader_names():
        raise ReaderUnknown(f"No reader is called {name!r}. Choose one of {', '.join(reader_names())}.")
    module = importlib.import_module(f"vision.readers.{name}{SUFFIX}")
    return cast(Reader, module.build(**options))
