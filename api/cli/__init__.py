"""The command line: one file a group of commands, JSON lines out, progress and logs on stderr."""

from api.cli.commands import command

__all__ = ["command"]
