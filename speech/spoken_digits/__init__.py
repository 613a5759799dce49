"""Digits spoken one by one: a second, closer listening to numbers."""
