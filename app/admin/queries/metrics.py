"""What Prometheus reads: counts of all processes, and how much waits just now."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.admin.queries.readiness import is_newest, readiness
from app.alerts.policy import PROTECTED
from app.core import clock, meters

READY = ("ready", "1 where the service can be relied on.")
_OPEN = text(f"""
  SELECT CASE rule WHEN '{PROTECTED}' THEN 'other' ELSE rule END AS rule, severity, status,
    count(*) AS alerts
  FROM alerts WHERE ended_at IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
_BEATS = text("SELECT queue, at FROM heartbeats ORDER BY queue")
_WAITING = text("""
  SELECT (SELECT count(*) FROM notices WHERE mail_id IS NULL AND dropped_at IS NULL) AS notices,
    (SELECT count(*) FROM mails WHERE status = 'waiting') AS mails,
    (SELECT count(*) FROM mails WHERE status = 'dead') AS given_up,
    (SELECT count(*) FROM unsealed) AS unsealed,
    (SELECT count(*) FROM refused_addresses) AS refused
""")


def metrics(session: Session, *, since: datetime) -> bytes:
    """All of it in Prometheus' text format; `since`: when this process started. OperationalError when the database
    cannot be reached."""
    collected = CollectorRegistry()
    families = [*_gauges(session, since), *_counters(session)] if is_newest(session) else [_gauge(*READY, 0)]
    collected.register(_Found(families))
    return generate_latest(collected)


class _Found(Collector):
    """What the library asks for: it writes what somebody collected."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def _gauges(session: Session, since: datetime) -> Iterator[Metric]:
    stands, now = readiness(session, since=since), clock.now()
    yield _gauge(*READY, stands.ready)
    waiting = session.execute(_WAITING).one()
    yield _gauge("places_to_fold", "Places with changes that no figure shows yet.", stands.places_to_fold)
    yield _gauge("oldest_mark_seconds", "Age of the oldest of these changes.", stands.oldest_mark_s)
    yield _gauge("notices_waiting", "Notices not in a mail yet; ends wait an hour.", waiting.notices)
    yield _gauge("mails_waiting", "Mails that have not left.", waiting.mails)
    yield _gauge("oldest_mail_seconds", "Age of the oldest of these.", stands.oldest_mail_s)
    yield _gauge("mails_given_up", "Mails that were given up.", waiting.given_up)
    yield _gauge("addresses_refused", "Addresses at which nobody is.", waiting.refused)
    yield _gauge("rows_unsealed", "Rows of the ledger and the audit log that are not sealed yet.", waiting.unsealed)
    if stands.backup_age_s is not None:
        yield _gauge("backup_age_seconds", "Age of the newest backup.", stands.backup_age_s)
    beats = GaugeMetricFamily("mawa_heartbeat_age_seconds", "Since a worker of a queue answered.", labels=["queue"])
    for beat in session.execute(_BEATS):
        beats.add_metric([beat.queue], max(0.0, (now - beat.at).total_seconds()))
    yield beats
    standing = GaugeMetricFamily(
        "mawa_alerts_open", "Alerts that have not ended.", labels=["rule", "severity", "status"]
    )
    for row in session.execute(_OPEN):
        standing.add_metric([row.rule, row.severity, row.status], row.alerts)
    yield standing


def _counters(session: Session) -> Iterator[Metric]:
    kept = meters.kept(session)
    for name, (words, labels) in meters.COUNTED.items():
        family = CounterMetricFamily(f"mawa_{name}", words, labels=labels)
        for (of, values), total in kept.items():
            if of == name:
                family.add_metric(values, total)
        yield family


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mawa_{name}", words, value=value)
