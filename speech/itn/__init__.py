"""Inverse text normalisation: what was said in words, written as people write it."""

from speech.itn.edits import Edit
from speech.itn.write import Written, write_spoken

__all__ = ["Edit", "Written", "write_spoken"]
