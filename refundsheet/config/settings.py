"""The keys that can be set, with their defaults; the example file explains each of them."""

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from refundsheet.config.values import (
    NEVER,
    BaseUrl,
    CaseIds,
    DayHours,
    FilePath,
    FromText,
    Grade,
    HeaderField,
    LedgerUrl,
    Limit,
    LimitOrNever,
    Listen,
    PeoplesField,
    RuleId,
    SpreadsheetId,
    TabName,
    WordList,
    Words,
    three_quarters,
    without_doubles,
)
from refundsheet.core.calendar import Hours, parse_hours, usual_day
from refundsheet.core.columns import comparable
from refundsheet.core.desk import (
    DEFAULT_REASONS,
    DEFAULT_STATUSES,
    Desk,
    Meaning,
    Reason,
    Span,
    Status,
    Unit,
)
from refundsheet.errors import ConfigurationError

#: What the names of the environment's variables begin with, and what stands between levels.
PREFIX = "REFUNDSHEET_"
BETWEEN_LEVELS = "__"

NO_SPREADSHEET = (
    "spreadsheet: is missing: write the spreadsheet's address as the browser shows it, for example "
    'spreadsheet = "https://docs.google.com/spreadsheets/d/…"'
)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _state_directory() -> Path:
    """Where programs keep what must outlive them, by the custom of the platform."""
    home = Path.home()
    match sys.platform:
        case "win32":
            base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
        case "darwin":
            base = home / "Library" / "Application Support"
        case _:
            base = os.environ.get("XDG_STATE_HOME") or home / ".local" / "state"
    return Path(base) / "refundsheet"


def default_ledger_url() -> str:
    """A SQLite file in the platform's state directory."""
    return f"sqlite:///{(_state_directory() / 'ledger.sqlite').as_posix()}"


class Section(BaseModel):
    """Keys that belong together; an unknown one is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GoogleSettings(Section):
    """The way to the spreadsheet."""

    base_url: BaseUrl = "https://sheets.googleapis.com"
    credentials: FilePath | None = None
    requests_per_minute: int = Field(default=55, ge=10, le=6000)


class LedgerSettings(Section):
    """Where refundsheet remembers, and for how long."""

    url: LedgerUrl = Field(default_factory=default_ledger_url, repr=False)
    keep_months: int = Field(default=24, ge=1, le=1200)


def _each_header_once(headers: Mapping[str, str]) -> Mapping[str, str]:
    without_doubles(list(headers.values()))
    return headers


#: "" finds the log by itself.
LogTab = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class LogSettings(Section):
    """The tab the team works in."""

    tab: LogTab = ""
    headers: Annotated[Mapping[HeaderField, Words], AfterValidator(_each_header_once)] = Field(
        default_factory=dict[str, str]
    )


class TabSettings(Section):
    """The names of our own tabs."""

    summary: TabName = "Summary"
    needs_attention: TabName = "Needs attention"
    settings: TabName = "Settings"
    history: TabName = "History"
    hidden: TabName = "refundsheet"


class GraceSettings(Section):
    """How long a row that is being typed is left in peace."""

    reads: int = Field(default=2, ge=1)
    seconds: float = Field(default=60, ge=0)


class StatusSettings(Section):
    """A status of the team's list."""

    label: Words
    meaning: Meaning
    payout: bool = True
    urgent: bool = False
    limit: Limit | None = None
    escalate: Limit | None = None
    longest_pause: Limit | None = None
    due_soon: LimitOrNever = Field(default=None, validate_default=True)
    synonyms: WordList = ()

    @field_validator("due_soon", mode="before")
    @classmethod
    def _due_soon_at_three_quarters(cls, value: object, others: ValidationInfo) -> object:
        """What is left out is 75 % of the limit, but for those others are waited for."""
        if value is not None:
            return value
        limit, pause = others.data.get("limit"), others.data.get("longest_pause")
        nudges = others.data.get("meaning") is Meaning.WAITING and pause is None
        return NEVER if limit is None or nudges else three_quarters(limit)

    @model_validator(mode="after")
    def _limits_follow_each_other(self) -> Self:
        self.keep_order(timedelta(days=1))  # the longest business day there can be
        return self

    def keep_order(self, business_day: timedelta) -> None:
        """Refuse limits of which one can never be up before the one that should follow it.

        Raises:
            ValueError: with a sentence.
        """
        spans = [span for span in (self.due_soon, self.limit, self.escalate) if span is not None]
        for earlier, later in pairwise(spans):
            if earlier.is_never_before(later, business_day):
                raise ValueError(
                    f'the limits of "{self.label}" are out of order: {earlier} is not before {later}; '
                    "due_soon comes before limit, and limit before escalate"
                )

    @model_validator(mode="after")
    def _only_waiting_pauses(self) -> Self:
        if self.longest_pause is not None and self.meaning is not Meaning.WAITING:
            raise ValueError(
                f'"{self.label}" has a longest_pause, but its clock never stands still: that is for '
                "statuses whose meaning is waiting"
            )
        return self


def _each_label_once(statuses: tuple[StatusSettings, ...]) -> tuple[StatusSettings, ...]:
    if not statuses:
        raise ValueError("name at least one status, or leave the key out for the usual ones")
    without_doubles([status.label for status in statuses])
    without_doubles([word for status in statuses for word in status.synonyms])
    return statuses


class ReasonSettings(Section):
    """A reason of the team's list; one that is only a text is its label."""

    label: Words
    synonyms: WordList = ()
    needs_note: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_a_label(cls, value: object) -> object:
        if isinstance(value, str):
            return {"label": value, "needs_note": comparable(value) == "other"}
        if isinstance(value, int | float | list):
            raise ValueError(f"{value!r} is no reason: write its words, or its label and synonyms")  # noqa: TRY004 - a mistake among others
        return value


def _each_reason_once(reasons: tuple[ReasonSettings, ...]) -> tuple[ReasonSettings, ...]:
    without_doubles([word for reason in reasons for word in (reason.label, *reason.synonyms)])
    return reasons


_DEFAULT_REASONS = tuple(
    ReasonSettings.model_validate(reason, from_attributes=True) for reason in DEFAULT_REASONS
)
_DEFAULT_STATUSES = tuple(
    StatusSettings.model_validate(
        {name: getattr(status, name) for name in StatusSettings.model_fields}
        | {"due_soon": status.due_soon or NEVER}
    )
    for status in DEFAULT_STATUSES
)


class HourSettings(Section):
    """When the desk is open, by the spreadsheet's clock."""

    monday: DayHours = parse_hours("09:00-17:00")
    tuesday: DayHours = parse_hours("09:00-17:00")
    wednesday: DayHours = parse_hours("09:00-17:00")
    thursday: DayHours = parse_hours("09:00-17:00")
    friday: DayHours = parse_hours("09:00-17:00")
    saturday: DayHours = ()
    sunday: DayHours = ()

    @model_validator(mode="after")
    def _is_open_sometimes(self) -> Self:
        if not self.by_weekday():
            raise ValueError(
                'the desk is closed on all days: write for example monday = "09:00-17:00"'
            )
        return self

    def by_weekday(self) -> dict[int, Hours]:
        """ISO weekday (1 is Monday) to its open intervals, for the days that have any."""
        days = {number: getattr(self, day) for number, day in enumerate(_WEEKDAYS, start=1)}
        return {number: hours for number, hours in days.items() if hours}


class HolidaySettings(Section):
    """On which days the desk is closed, or open for other hours than usual."""

    country: str | None = None
    subdivision: str | None = None
    dates: Annotated[tuple[date, ...], FromText] = ()
    half_days: Annotated[Mapping[date, DayHours], FromText] = Field(
        default_factory=dict[date, Hours]
    )

    @model_validator(mode="after")
    def _country_is_known(self) -> Self:
        if self.subdivision is not None and self.country is None:
            raise ValueError("a subdivision without its country: set holidays.country too")
        self.in_years(())
        return self

    def in_years(self, years: Iterable[int]) -> frozenset[date]:
        """The holidays of some years, and the days that are listed whatever their year."""
        if self.country is None:
            return frozenset(self.dates)
        from holidays import country_holidays  # noqa: PLC0415 - slow, and most desks do without

        try:
            found = country_holidays(self.country, subdiv=self.subdivision, years=years)
        except NotImplementedError as error:
            raise ValueError(f"no holidays are known: {error}") from None
        return frozenset(self.dates) | frozenset(found)


class LegalSettings(Section):
    """Within how many calendar days the law wants a refund."""

    enabled: bool = True
    days: int = Field(default=14, ge=1)
    warning_days: int = Field(default=10, ge=0)

    @model_validator(mode="after")
    def _warns_before(self) -> Self:
        if self.warning_days > self.days:
            raise ValueError(
                f"the warning after {self.warning_days} days comes later than the {self.days} days"
            )
        return self


class TargetSettings(Section):
    """Within which time the team wants to decide on a case, and to close it."""

    decision: Limit = Span(4, Unit.BUSINESS_DAYS)
    resolution: Limit = Span(10, Unit.BUSINESS_DAYS)


class SummarySettings(Section):
    """What the Summary tab shows."""

    weeks: int = Field(default=26, ge=1, le=260)


class HistorySettings(Section):
    """How long the History tab may get."""

    rows: int = Field(default=10_000, ge=100, le=500_000)


class MetricsSettings(Section):
    """Where the daemon tells how it stands."""

    listen: Listen | None = None


class Settings(BaseSettings):
    """Everything that can be set, with its default; the example file explains each key."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN_LEVELS,
        enable_decoding=False,  # a list that is no JSON is one mistake among others
        extra="forbid",
        frozen=True,
    )

    spreadsheet: SpreadsheetId | None = None
    poll_seconds: float = Field(default=20, ge=1, le=3600)
    case_ids: CaseIds = "R-{year}-####"
    last_action_fields: Annotated[tuple[PeoplesField, ...], FromText] = ("status", "notes")
    old_case_days: int = Field(default=60, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    reasons: Annotated[tuple[ReasonSettings, ...], FromText, AfterValidator(_each_reason_once)] = (
        _DEFAULT_REASONS
    )
    google: GoogleSettings = GoogleSettings()
    ledger: LedgerSettings = Field(default_factory=LedgerSettings)
    log: LogSettings = LogSettings()
    tabs: TabSettings = TabSettings()
    grace: GraceSettings = GraceSettings()
    hours: HourSettings = HourSettings()
    holidays: HolidaySettings = HolidaySettings()
    legal: LegalSettings = LegalSettings()
    targets: TargetSettings = TargetSettings()
    summary: SummarySettings = SummarySettings()
    history: HistorySettings = HistorySettings()
    rules: Mapping[RuleId, Grade] = Field(default_factory=dict[str, Grade])
    metrics: MetricsSettings = MetricsSettings()
    statuses: Annotated[tuple[StatusSettings, ...], FromText, AfterValidator(_each_label_once)] = (
        _DEFAULT_STATUSES
    )

    @model_validator(mode="after")
    def _tabs_are_different(self) -> Self:
        titles = {"log.tab": self.log.tab} if self.log.tab else {}
        titles |= {f"tabs.{name}": title for name, title in self.tabs}
        for key, title in titles.items():
            same = [k for k, other in titles.items() if other.casefold() == title.casefold()]
            if same[0] != key:
                raise ValueError(f'{key}: "{title}" is the name of {same[0]} already')
        return self

    @model_validator(mode="after")
    def _limits_follow_each_other(self) -> Self:
        for status in self.statuses:
            status.keep_order(usual_day(self.hours.by_weekday()))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content comes as arguments."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @property
    def spreadsheet_id(self) -> str:
        """The id of the spreadsheet.

        Raises:
            ConfigurationError: when none is named.
        """
        if self.spreadsheet is None:
            raise ConfigurationError(NO_SPREADSHEET)
        return self.spreadsheet

    def at(self, *, spreadsheet: str, base_url: str, ledger_url: str) -> Self:
        """The same settings for another spreadsheet on another server, with its own ledger."""
        return self.model_copy(
            update={
                "spreadsheet": spreadsheet,
                "google": self.google.model_copy(update={"base_url": base_url}),
                "ledger": self.ledger.model_copy(update={"url": ledger_url}),
            }
        )

    def desk(self, years: Iterable[int]) -> Desk:
        """How the team works, as the core wants it; holidays for the years given."""
        return Desk(
            statuses=tuple(_status(status) for status in self.statuses),
            reasons=tuple(_reason(reason) for reason in self.reasons),
            hours=self.hours.by_weekday(),
            holidays=self.holidays.in_years(years),
            half_days=self.holidays.half_days,
            grace_reads=self.grace.reads,
            grace_seconds=self.grace.seconds,
            last_action_fields=self.last_action_fields,
            old_case_days=self.old_case_days,
            legal_days=self.legal.days if self.legal.enabled else None,
            legal_warning_days=self.legal.warning_days,
            grades={rule: grade.severity for rule, grade in self.rules.items()},
            case_ids=self.case_ids,
            decision_target=self.targets.decision,
            resolution_target=self.targets.resolution,
        )

    def deciding(self) -> str:
        """The settings that decide flags and stamps, as text: another text, other flags."""
        return self.model_dump_json(include=set(_DECIDING))

    def as_decided_by(self, text: str) -> Self | None:
        """These settings with those that decided another time, as ``deciding`` told them then.

        What they did not tell yet has its default; None where another version of refundsheet told
        them in a way that is not understood.
        """
        fields: dict[str, Any] = {
            name: (field.annotation, field)
            for name, field in type(self).model_fields.items()
            if name in _DECIDING
        }
        told = create_model("Deciding", **fields)
        try:
            found = told.model_validate_json(text)
        except ValidationError:
            return None
        return self.model_copy(update={name: getattr(found, name) for name in _DECIDING})


#: The settings on which flags and stamps depend.
_DECIDING = (
    "hours", "holidays", "legal", "statuses", "reasons", "rules", "last_action_fields",
    "old_case_days",
)  # fmt: skip


def _status(status: StatusSettings) -> Status:
    return Status(**{name: getattr(status, name) for name in StatusSettings.model_fields})


def _reason(reason: ReasonSettings) -> Reason:
    return Reason(**{name: getattr(reason, name) for name in ReasonSettings.model_fields})
