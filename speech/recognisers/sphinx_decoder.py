"""The program that a pocketsphinx decoder runs in: requests on stdin, an answer a line on stdout, until stdin ends.

Decoding holds the interpreter lock for as long as it lasts, some 0.25 s a second of speech (pocketsphinx 5.1.1,
measured 2026-11-23: other threads of the process stood still for up to 2.1 s). A service that answers others
meanwhile must not decode itself, and two calls would share one core. This needs nothing but pocketsphinx, and runs as
a file: `python sphinx_decoder.py SOUNDS LANGUAGE_MODEL DICTIONARY RATE`.

Request: a byte, the length of the samples (8 bytes, big-endian), 16-bit samples. `w`: hear a whole utterance; answers
its words as [text, first frame, last frame, posterior]. `b`: begin an utterance; answers null. `m`: hear more of it;
answers its words so far, of the first pass alone. `e`: end it; answers null.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pocketsphinx import Decoder  # type: ignore[import-untyped]

WHOLE, BEGIN, MORE, END = b"w", b"b", b"m", b"e"


def whole(decoder: Decoder, pcm: bytes) -> list[tuple[str, int, int, float]]:
    """Return the words of an utterance, all passes over it."""
    begin(decoder, b"")
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    return [(one.word, one.start_frame, one.end_frame, one.prob) for one in decoder.seg() or ()]


def begin(decoder: Decoder, _: bytes) -> None:
    """Begin an utterance; the noise of earlier ones is forgotten, so that no call colours the next."""
    decoder.reinit_feat()
    decoder.start_utt()


def more(decoder: Decoder, pcm: bytes) -> str:
    """Hear more of an utterance; return its words so far."""
    decoder.process_raw(pcm)
    found = decoder.hyp()
    return found.hypstr if found is not None else ""


def end(decoder: Decoder, _: bytes) -> None:
    """End an utterance."""
    decoder.end_utt()


ANSWERS: dict[bytes, Callable[[Decoder, bytes], Any]] = {WHOLE: whole, BEGIN: begin, MORE: more, END: end}


def main() -> None:
    """Load a decoder, and answer until nothing more comes."""
    from pocketsphinx import Decoder

    sounds, language_model, dictionary, rate_hz = sys.argv[1:]
    decoder = Decoder(hmm=sounds, lm=language_model, dict=dictionary, samprate=int(rate_hz), loglevel="FATAL")
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := requests.read(9)) == 9:
        answer = ANSWERS[head[:1]](decoder, requests.read(int.from_bytes(head[1:], "big")))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
