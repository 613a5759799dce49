"""Calls heard while they are spoken, as drafts: what is said becomes fields, a question and suggestions at once."""
