"""Maintenance tickets: what an alert becomes, who is told, and what is learned when it closes."""
