"""A transcript as captions: SubRip and WebVTT.

In: a transcript. Out: the text of an .srt or .vtt file, cues in the order they start. What was said is escaped: a
caption cannot carry markup.
"""

from __future__ import annotations

from speech.records import Transcript


def to_srt(transcript: Transcript) -> str:
    """Write SubRip.

    Examples
    --------
    >>> from speech.records import Segment
    >>> said = (Segment(0.0, 1.5, "我的空调不制冷", 0.9), Segment(61.25, 3661.5, "order <4711>", 0.9))
    >>> print(to_srt(Transcript("zh", "scripted:script", 4000.0, said)), end="")
    1
    00:00:00,000 --> 00:00:01,500
    我的空调不制冷
    <BLANKLINE>
    2
    00:01:01,250 --> 01:01:01,500
    order <4711>
    """
    cues = (
        f"{number}\n{_clock(segment.start_s, ',')} --> {_clock(segment.end_s, ',')}\n{_one_line(segment.text)}\n"
        for number, segment in enumerate(transcript.segments, start=1)
    )
    return "\n".join(cues)


def to_vtt(transcript: Transcript) -> str:
    """Write WebVTT, with the speaker as its voice where it is known.

    Examples
    --------
    >>> from speech.records import Segment
    >>> said = (Segment(0.0, 1.5, "R&D <b>", 0.9, speaker="customer"),)
    >>> print(to_vtt(Transcript("en", "scripted:script", 2.0, said)), end="")
    WEBVTT
    <BLANKLINE>
    00:00:00.000 --> 00:00:01.500
    <v customer>R&amp;D &lt;b&gt;
    """
    cues = ["WEBVTT\n"]
    for segment in transcript.segments:
        voice = f"<v {segment.speaker}>" if segment.speaker else ""
        text = _one_line(segment.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(f"{_clock(segment.start_s, '.')} --> {_clock(segment.end_s, '.')}\n{voice}{text}\n")
    return "\n".join(cues)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")


def _clock(at_s: float, mark: str) -> str:
    milliseconds = round(at_s * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{milliseconds:03}"
