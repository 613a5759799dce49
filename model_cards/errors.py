"""What can go wrong with a model before it is loaded.

ModelCardError
├── CardMissing        no card bears this name: the model cannot be loaded
├── CardInvalid        a card is there but lacks what every card must say
├── ModelMissing       the card is there, the weights are not; the message names the mending command
└── PullFailed         the hub is away, refuses, or broke off too often
    └── ChecksumMismatch   what came is not what the card (or the hub) names; nothing is kept
"""

from __future__ import annotations


class ModelCardError(Exception):
    """A model cannot be described, found or fetched; the message says what, where, and what to do."""


class CardMissing(ModelCardError):
    """No card bears this name. A model without a card cannot be loaded."""


class CardInvalid(ModelCardError):
    """A card's front matter lacks something or says it in the wrong shape."""


class ModelMissing(ModelCardError):
    """A card is there but its files are not on this machine."""


class PullFailed(ModelCardError):
    """A download did not come to its end; what has arrived is kept for the next try."""


class ChecksumMismatch(PullFailed):
    """A file is not the one that was named; it was deleted."""
