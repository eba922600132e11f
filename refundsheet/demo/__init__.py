"""The demo: a local sheet, a team that works on it, and refundsheet beside them."""

import typer


def run_demo(*, passes: int, with_team: bool, port: int, seed: int) -> None:
    """Play until so many passes are made, or until Ctrl-C or SIGTERM.

    Args:
        passes: How many passes to make; 0 makes them until a signal.
        with_team: Whether the scripted team works between them.
        port: The port on 127.0.0.1; 0 takes a free one.
        seed: Another seed, another log and another team.

    Raises:
        UsageError: The port is taken.
    """
    typer.echo("Setting up a refund desk on this machine …")
    # Loading all of refundsheet takes a second, in which somebody waits for a first word.
    from refundsheet.demo.play import run  # noqa: PLC0415

    run(passes=passes, with_team=with_team, port=port, seed=seed)
