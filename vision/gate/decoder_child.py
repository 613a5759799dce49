"""The worst pictures, decoded in a process of their own: bytes in, pages out, bounded in time and memory.

`python -m vision.gate.decoder_child` is that process: one file after another on stdin, one answer for each on stdout (a
line of JSON, then the pixels it announces). It is kept for the next file unless one broke it or took too long; what it
answers is checked against the limits like anything from outside. A crash in it is an ImageRejected here.

What this does not know: which files are the worst; vision.gate.image decides.
"""

from __future__ import annotations

import atexit
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import IO, Any

import numpy as np

from vision.gate.image_limits import ImageLimits
from vision.gate.pdf import read_pdf
from vision.gate.raster import decode_raster
from vision.records import Image, ImageRejected, Line, Pixels

MEMORY_BYTES = 1_500_000_000
"""Address space that a file may add to the empty child: 120 megapixels as RGB are 360 MB, twice that while a page is
turned, and libheif's tiles and PDFium's scans come on top."""
CHILDREN = 2
"""Files decoded at once: the recogniser behind takes one at a time, and each child is some 60 MB."""
FILES_PER_CHILD = 200
"""Whatever a file may leave behind in a decoder ends with its child; the next one's start takes a third of a second."""
HEADER_BYTES = 64_000_000
"""A text layer has at most 2,000 runs and 20,000 characters a page (vision.gate.pdf): 20 pages are 6 MB of JSON."""
GRACE_S = 2.0

# -P: a folder named vision where the service was started must not be what runs.
COMMAND = (sys.executable, "-P", "-m", "vision.gate.decoder_child")


def decode_in_child(
    content: bytes, *, form: str, name: str, limits: ImageLimits, command: Sequence[str] = COMMAND
) -> tuple[Image, ...]:
    """Decode every page of a file in a child.

    Raises:
        ImageRejected: what the decoder says, or that the file broke it, or took too long.
    """
    children = _children(tuple(command))
    child = children.get()
    try:
        return child.ask(content, form=form, name=name, limits=limits)
    finally:
        children.put(child)


@lru_cache(maxsize=4)
def _children(command: tuple[str, ...]) -> queue.LifoQueue[_Child]:
    """Return the places of the children; last in, first out, so that one is enough while files come singly."""
    places: queue.LifoQueue[_Child] = queue.LifoQueue()
    for _ in range(CHILDREN):
        child = _Child(command)
        atexit.register(child.end)
        places.put(child)
    return places


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A child's whole answer, not yet checked."""

    header: dict[str, Any]
    pixels: tuple[Pixels, ...]


class _Child:
    """A child that is started when asked, and ended when it fails, after some files, or with this process."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._left = 0

    def ask(self, content: bytes, *, form: str, name: str, limits: ImageLimits) -> tuple[Image, ...]:
        process = self._started()
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            process.kill()

        clock = threading.Timer(limits.seconds, stop)
        began = time.monotonic()
        clock.start()
        decoded: _Decoded | None = None
        try:
            decoded = _exchange(process, content, form=form, name=name, limits=limits)
        except (OSError, EOFError, ValueError, LookupError, TypeError):  # it died, or its answer is none: told below
            decoded = None
        finally:
            clock.cancel()
            clock.join()  # it may have rung already, and then it kills the process that the next file would ask
        self._left -= 1
        if is_late.is_set() or time.monotonic() - began >= limits.seconds:
            self.end()
            raise _too_slow(name, limits)
        if decoded is None:
            raise _broken(name, form, self.end())
        if self._left <= 0:
            self.end()
        if "reason" in decoded.header:
            raise ImageRejected(str(decoded.header["reason"]), str(decoded.header["message"]))
        return tuple(
            Image(name=name, page=number, pixels=pixels, text_lines=_lines(page["lines"]))
            for number, (page, pixels) in enumerate(zip(decoded.header["pages"], decoded.pixels, strict=True))
        )

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._left = FILES_PER_CHILD
        return self._process

    def end(self) -> int:
        """End the process where there is one, and return its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                assert stream is not None
                stream.close()
        try:
            return process.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _exchange(
    process: subprocess.Popen[bytes], content: bytes, *, form: str, name: str, limits: ImageLimits
) -> _Decoded:
    """Hand a file over and take the answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    question = {"form": form, "name": name, "bytes": len(content), "limits": asdict(limits)}
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.write(content)
    process.stdin.flush()
    header = json.loads(process.stdout.readline(HEADER_BYTES))
    if "reason" in header:
        return _Decoded(header, ())
    shapes = [(int(page["height"]), int(page["width"])) for page in header["pages"]]
    pixels = sum(height * width for height, width in shapes)
    if len(shapes) > limits.pages or pixels > limits.total_pixels or min(map(min, shapes), default=1) < 1:
        raise ValueError("more than was allowed")
    return _Decoded(header, tuple(_taken(process.stdout, *shape) for shape in shapes))


def _taken(stream: IO[bytes], height: int, width: int) -> Pixels:
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    room = pixels.data.cast("B")
    taken = 0
    while taken < len(room):
        count = stream.readinto(room[taken:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError("the child ended")
        taken += count
    return pixels


def _lines(rows: Sequence[Any]) -> tuple[Line, ...]:
    return tuple(
        Line(str(text), tuple((float(x), float(y)) for x, y in corners), 1.0)  # type: ignore[arg-type]
        for text, corners in rows
    )


def _too_slow(name: str, limits: ImageLimits) -> ImageRejected:
    return ImageRejected(
        "too_slow", f"{name} takes longer than {limits.seconds:g} seconds to decode. Send a photo or screenshot of it."
    )


def _broken(name: str, form: str, code: int) -> ImageRejected:
    return ImageRejected(
        "broken", f"{name} breaks the decoder of {form} (exit {code}). Send a photo or screenshot of it."
    )


# --- The child's side


def decode_here(content: bytes, *, form: str, name: str, limits: ImageLimits) -> tuple[Image, ...]:
    """Decode in this process, which must be a child.

    Raises:
        ImageRejected: broken, or past a limit.
    """
    if form == "PDF":
        return read_pdf(
            content, name=name, dpi=limits.pdf_dpi, max_pages=limits.pages, max_total_pixels=limits.total_pixels
        )
    pages = decode_raster(content, form=form, name=name, limits=limits)
    return tuple(Image(name=name, page=number, pixels=pixels) for number, pixels in enumerate(pages))


def limit_process() -> None:
    """Bound this process where the system can (not on Windows): memory, no files written, no core dump of a photo."""
    try:
        import resource
    except ImportError:
        return
    allowed = MEMORY_BYTES + _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_seconds(seconds: float) -> None:
    """End this process when the next file takes more CPU than that: its parent may be gone."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, resource.RLIM_INFINITY))


def _address_space() -> int:
    """Return the bytes that this process has mapped; libraries reserve more on a machine with more cores."""
    import resource

    try:
        with open("/proc/self/statm", encoding="ascii") as sizes:
            return int(sizes.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:  # not Linux
        return MEMORY_BYTES


def main() -> None:
    """Decode files from stdin until it ends."""
    limit_process()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while question := source.readline():
        asked = json.loads(question)
        limits = ImageLimits(**asked["limits"])
        limit_seconds(limits.seconds)
        images: tuple[Image, ...] = ()
        try:
            images = decode_here(source.read(asked["bytes"]), form=asked["form"], name=asked["name"], limits=limits)
            answer: dict[str, object] = {"pages": [_page(image) for image in images]}
        except ImageRejected as rejected:
            answer = {"reason": rejected.reason, "message": str(rejected)}
        target.write(json.dumps(answer).encode() + b"\n")
        for image in images:
            target.write(image.pixels.data.cast("B"))
        target.flush()


def _page(image: Image) -> dict[str, object]:
    return {
        "height": image.height_px,
        "width": image.width_px,
        "lines": [(line.text, line.box) for line in image.text_lines],
    }


if __name__ == "__main__":
    main()
