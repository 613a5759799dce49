"""Dates, times and durations in Chinese and English text."""
