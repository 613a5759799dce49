"""A pocketsphinx decoder in a process of its own, and how to talk to it.

In: where its models lie. Out: words of an utterance, whole or while it grows. It ends with its last user, or with this
process. One user at a time (see `decoder_pool`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any

from speech.recognisers import sphinx_decoder
from speech.records import SAMPLE_RATE_HZ, SpeechError

ANSWER_S = 120.0
"""The longest stretch, 15 s, takes some 4 s of a core: thirty times that is a decoder that hangs."""
GRACE_S = 2.0


class SphinxProcess:
    """One decoder.

    Raises
    ------
    SpeechError
        By every method: the decoder's process ended or hung. It cannot be used any more.
    """

    def __init__(self, *, sounds: Path, language_model: Path, dictionary: Path) -> None:
        models = (str(sounds), str(language_model), str(dictionary))
        self._child = subprocess.Popen(
            # -P: no file beside the program may be what it imports. Its own session: Ctrl-C is for us to handle.
            (sys.executable, "-P", sphinx_decoder.__file__, *models, str(SAMPLE_RATE_HZ)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.end = weakref.finalize(self, _end, self._child)

    def whole(self, pcm: bytes) -> list[tuple[str, int, int, float]]:
        """Return the words of an utterance: text, first and last frame, posterior."""
        return [(text, first, last, chance) for text, first, last, chance in self._ask(sphinx_decoder.WHOLE, pcm)]

    def begin_utterance(self) -> None:
        """Begin an utterance that is heard while it grows."""
        self._ask(sphinx_decoder.BEGIN)

    def more(self, pcm: bytes) -> str:
        """Hear more of it; return its words so far."""
        return str(self._ask(sphinx_decoder.MORE, pcm))

    def end_utterance(self) -> None:
        """End it."""
        self._ask(sphinx_decoder.END)

    def _ask(self, what: bytes, pcm: bytes = b"") -> Any:
        child = self._child
        assert child.stdin is not None
        assert child.stdout is not None
        clock = Timer(ANSWER_S, child.kill)
        clock.start()
        line = b""
        try:
            child.stdin.write(what + len(pcm).to_bytes(8, "big") + pcm)
            child.stdin.flush()
            line = child.stdout.readline()
        except (OSError, ValueError):  # it ended, or was ended, before it was asked: no answer either
            line = b""
        finally:
            clock.cancel()
        if not line.endswith(b"\n"):
            self.end()
            raise SpeechError(
                f"The floor's decoder ended while it listened (exit {child.returncode}): send the recording again; "
                "if it happens again, give this machine more memory."
            )
        return json.loads(line)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a decoder's process: without requests it stops by itself."""
    for stream in (child.stdin, child.stdout):
        with suppress(OSError):
            assert stream is not None
            stream.close()
    try:
        child.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
