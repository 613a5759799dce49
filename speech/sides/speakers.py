"""Which channel of a call is the customer's; where voices were told apart, which voice.

In: a transcript of two channels, or of voices that stand where channels do. Out: the customer's channel, where the
other one greets as an agent does; voices of which none or both greet are numbered. It does not tell voices apart (see
`turns`), and it says nothing rather than guess.
"""

from __future__ import annotations

import re
from dataclasses import replace

from speech.records import Transcript

CHANNELS = 2
OPENING_S = 30.0
"""An agent greets at once; later the same words may be the customer's."""
GREETING = re.compile(
    r"(?:您好|你好)[，,。 ]{0,2}(?:这里是|我是|欢迎)|很高兴为您服务|为您服务|请问有什么(?:可以|能)帮|工号|客服中心|"
    r"thank you for calling|thanks for calling|how (?:can|may) i (?:help|assist)|"
    r"my name is \w{1,20} how|customer (?:service|care|support)",
    re.IGNORECASE,
)


def guess_customer_channel(transcript: Transcript) -> int | None:
    """Return the channel that does not greet as an agent; None where none or both do.

    Examples
    --------
    >>> from speech.records import Segment
    >>> agent = Segment(0.0, 2.0, "您好，很高兴为您服务", 0.9, channel=1)
    >>> said = (agent, Segment(2.0, 4.0, "我的空调不制冷", 0.9, channel=0))
    >>> guess_customer_channel(Transcript("zh", "scripted:script", 4.0, said))
    0
    """
    greeting = {
        segment.channel
        for segment in transcript.segments
        if segment.start_s < OPENING_S and GREETING.search(segment.text) is not None
    }
    return CHANNELS - 1 - greeting.pop() if len(greeting) == 1 else None


def with_speakers(transcript: Transcript, *, customer_channel: int | None) -> Transcript:
    """Name the speaker of every segment; with None every name is taken away."""
    names = {} if customer_channel is None else {customer_channel: "customer", CHANNELS - 1 - customer_channel: "agent"}
    return replace(
        transcript,
        segments=tuple(replace(segment, speaker=names.get(segment.channel, "")) for segment in transcript.segments),
    )


def with_voices(transcript: Transcript) -> Transcript:
    """Name the voices of one channel: agent and customer where one of two greets, else "speaker 1", "speaker 2" in the
    order in which they speak; one voice has no name.

    Examples
    --------
    >>> from speech.records import Segment
    >>> said = (Segment(0.0, 1.0, "hello", 0.9, channel=0), Segment(1.0, 2.0, "hi", 0.9, channel=1))
    >>> [one.speaker for one in with_voices(Transcript("en", "scripted:script", 2.0, said)).segments]
    ['speaker 1', 'speaker 2']
    """
    voices = {segment.channel for segment in transcript.segments}
    if len(voices) < CHANNELS:
        return with_speakers(transcript, customer_channel=None)
    customer = guess_customer_channel(transcript)
    if customer is not None and len(voices) == CHANNELS:
        return with_speakers(transcript, customer_channel=customer)
    segments = (replace(segment, speaker=f"speaker {segment.channel + 1}") for segment in transcript.segments)
    return replace(transcript, segments=tuple(segments))
