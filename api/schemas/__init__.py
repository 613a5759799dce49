"""Shapes of everything that crosses HTTP or the command line as JSON; one file a resource.
Knows no engine and no table."""
