"""What a command can be told to do: apart from how it does it, which takes longer to import."""

from enum import Enum


class What(Enum):
    """What can be exported."""

    CASES = "cases"
    CHANGES = "changes"
    FLAGS = "flags"


class Format(Enum):
    """How it is written."""

    CSV = "csv"
    JSONL = "jsonl"
