"""The command line: one file a group of commands, JSON lines out, progress and logs on stderr."""
