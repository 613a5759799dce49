"""The `beforehand` command; also `python -m api`."""

from __future__ import annotations

from api.cli.commands import command


def main() -> None:
    """Run the command line."""
    command()


if __name__ == "__main__":
    main()
