"""What a model is, where it lies and whether it is still the same one."""

from model_cards.card import CardFile, CardSource, Metric, ModelCard, card_names, load_card, load_card_file
from model_cards.errors import CardInvalid, CardMissing, ChecksumMismatch, ModelCardError, ModelMissing, PullFailed
from model_cards.hub import PullProgress, pull
from model_cards.rungs import FileCheck, Located, locate, locate_folder, verify

__all__ = [
    "CardFile",
    "CardInvalid",
    "CardMissing",
    "CardSource",
    "ChecksumMismatch",
    "FileCheck",
    "Located",
    "Metric",
    "ModelCard",
    "ModelCardError",
    "ModelMissing",
    "PullFailed",
    "PullProgress",
    "card_names",
    "load_card",
    "load_card_file",
    "locate",
    "locate_folder",
    "pull",
    "verify",
]
