"""``python -m refundsheet`` is the command."""

from refundsheet.cli import main

main()
