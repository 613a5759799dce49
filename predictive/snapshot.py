"""Named arrays and one JSON header in bytes: what a monitor is made of, without pickle.

Arrays and a JSON-able header go in, bytes come out, and back. Does not know what they mean.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictive.records import StateMismatch

FORMAT_VERSION = 1
HEADER = "header"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Arrays by name, and the rest as JSON values."""

    header: Mapping[str, object]
    arrays: Mapping[str, npt.NDArray[np.generic]]


def pack(snapshot: Snapshot) -> bytes:
    """Write the snapshot as npz; the same snapshot gives the same bytes."""
    header = {**snapshot.header, "format_version": FORMAT_VERSION}
    text = json.dumps(header, ensure_ascii=True, sort_keys=True, allow_nan=True)
    stored = io.BytesIO()
    arrays: dict[str, npt.NDArray[np.generic]] = {
        HEADER: np.frombuffer(text.encode("ascii"), dtype=np.uint8),
        **{name: snapshot.arrays[name] for name in sorted(snapshot.arrays)},
    }
    np.savez(stored, **arrays)  # type: ignore[arg-type]
    return stored.getvalue()


def unpack(content: bytes) -> Snapshot:
    """Read a snapshot.

    Raises:
        StateMismatch: not a snapshot, or of another version.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = json.loads(arrays.pop(HEADER).tobytes())
    except (ValueError, KeyError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise StateMismatch(f"{len(content)} bytes are not a snapshot of a monitor ({error}); start afresh") from error
    version = header.pop("format_version", None)
    if version != FORMAT_VERSION:
        raise StateMismatch(f"snapshot has version {version}, this program reads {FORMAT_VERSION}; start afresh")
    return Snapshot(header, arrays)
