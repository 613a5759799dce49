"""Which channel of a call is the customer's.

In: a transcript of two channels. Out: the customer's channel, where the other one greets as an agent does. It does
not tell voices apart within one channel, and it says nothing rather than guess.
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
