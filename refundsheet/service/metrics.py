"""The daemon's pulse as Prometheus reads it; nothing in it names a customer or a case."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from refundsheet.service.pulse import Pulse


def exposition(pulse: Pulse) -> tuple[str, bytes]:
    """Media type and text of all metrics."""
    registry = CollectorRegistry()
    registry.register(_Collected(pulse))
    return CONTENT_TYPE_LATEST, generate_latest(registry)


class _Collected(Collector):
    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def collect(self) -> Iterable[Metric]:
        """Counts since the start, and how the last pass went."""
        pulse = self._pulse
        yield _counter("passes", "Passes that succeeded.", pulse.passes)
        yield _counter("pass_failures", "Passes that failed.", pulse.failures)
        last = pulse.last_pass_at.timestamp() if pulse.last_pass_at else 0.0
        yield _gauge(
            "last_pass_timestamp_seconds", "When the last pass succeeded; 0 is never.", last
        )
        yield _gauge("pass_seconds", "How long the last pass took.", pulse.pass_seconds)
        yield _gauge("rows", "Rows of the log.", pulse.rows)
        yield _gauge("read_only", "1 while nothing may be written.", int(bool(pulse.read_only)))
        yield _gauge("withheld_parts", "Parts of the plan that wait for people.", pulse.withheld)
        cells = CounterMetricFamily(
            "refundsheet_cells", "Cells it decided to write, by outcome.", labels=["outcome"]
        )
        for outcome, count in pulse.outcomes.items():
            cells.add_metric([outcome.value], count)
        yield cells
        flags = GaugeMetricFamily(
            "refundsheet_flagged_cases", "Cases flagged now.", labels=["kind"]
        )
        for kind, count in pulse.flagged.items():
            flags.add_metric([kind], count)
        yield flags
        if pulse.quota_left:
            quota = GaugeMetricFamily(
                "refundsheet_quota_left", "Requests left in this minute.", labels=["of"]
            )
            for name, left in zip(("reads", "writes"), pulse.quota_left, strict=True):
                quota.add_metric([name], left)
            yield quota


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"refundsheet_{name}", what, value=value)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"refundsheet_{name}", what, value=value)
