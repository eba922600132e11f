"""Which settings stand on the tab, under which words."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, create_model

from refundsheet.config.settings import Section, Settings

#: The keys of the settings that the tab holds.
TEAM_KEYS = (
    "old_case_days", "case_ids", "hours", "holidays", "legal", "targets",
    "statuses", "reasons", "rules",
)  # fmt: skip

_fields = {key: Settings.model_fields[key] for key in TEAM_KEYS}
Team: type[BaseModel] = create_model(
    "TeamSettings",
    __base__=Section,
    **{key: (info.annotation, info) for key, info in _fields.items()},  # type: ignore[call-overload]
)

#: The column of our own messages, and the head it must carry to be written to.
MESSAGES, MESSAGES_HEAD = 9, "From refundsheet"
APPLY, RELEASE = "Apply changes at once", "Let through what waits"
#: Where the two stand when the tab is made; people may move them.
TICKS = {APPLY: 2, RELEASE: 3}
EPOCH = date(1899, 12, 30)


class Line(NamedTuple):
    """One setting with one value: what people read, and where it stands in the settings."""

    label: str
    path: tuple[str, ...]


LINES = (
    *(
        Line(day.capitalize(), ("hours", day))
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ),
    Line("Public holidays of (country code)", ("holidays", "country")),
    Line("Public holidays of (part of it)", ("holidays", "subdivision")),
    Line("Legal clock on", ("legal", "enabled")),
    Line("Legal clock, days", ("legal", "days")),
    Line("Legal clock, warning after days", ("legal", "warning_days")),
    Line("Target for a decision", ("targets", "decision")),
    Line("Target for a resolution", ("targets", "resolution")),
    Line("Old cases: untouched for days", ("old_case_days",)),
    Line("New Case IDs look like", ("case_ids",)),
)


class List(NamedTuple):
    """Settings with an entry a row: key of the settings, and field to column head."""

    key: str
    columns: Mapping[str, str]


LISTS = (
    List("statuses", {
        "label": "Status", "meaning": "Meaning", "due_soon": "Due soon after", "limit": "Limit",
        "escalate": "Escalate after", "longest_pause": "Longest pause", "payout": "Pays out",
        "urgent": "Urgent", "synonyms": "Also understood as",
    }),
    List("reasons", {
        "label": "Reason", "needs_note": "Needs a note", "synonyms": "Also understood as",
    }),
    List("holidays", {"label": "Closed on", "hours": "Open only", "what": "What for"}),
    List("rules", {"label": "Rule", "grade": "Weight", "what": "What it looks for"}),
)  # fmt: skip
LINES_HEAD = ("Setting", "Value")


def team_text(settings: Settings) -> str:
    """What the tab may change of the settings, as text: the same text, the same settings."""
    return settings.model_dump_json(include=set(TEAM_KEYS))


def with_team(settings: Settings, text: str) -> Settings:
    """The settings with what was once accepted from the tab over them.

    Raises:
        ValidationError: It was written by another version, whose keys meant something else.
    """
    return updated(settings, Team.model_validate_json(text))


def updated(settings: Settings, team: BaseModel) -> Settings:
    """The settings with the keys of the tab taken from what was validated."""
    return settings.model_copy(update={key: getattr(team, key) for key in TEAM_KEYS})
