"""How far the step of a long import is that a worker takes, and how the last one ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateWorker

from fundtrack.triggers import LOCK_IMPORT_WORK

from ..models import ImportBatch, ImportWork

#: "stopped": its worker died before the end, and nothing of it was kept.
Standing = Literal["waiting", "running", "stopped", "done", "refused", "failed"]

#: A worker says so often that it lives; three times this long without a word, and it is taken for dead.
HEARTBEAT = timedelta(seconds=10)

#: Held in the transaction of the step itself: it cannot outlive the worker.
_HELD = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid = %s::int::oid AND objid = %s::int::oid
    )
"""


@dataclass(frozen=True)
class WorkStanding:
    """The newest step of an import that was given to a worker."""

    work: ImportWork
    standing: Standing

    @property
    def goes_on(self) -> bool:
        """True until it has ended one way or another; meanwhile no other step begins."""
        return self.standing in ("waiting", "running")

    @property
    def is_refused(self) -> bool:
        """True where something the person said hinders it."""
        return self.standing == "refused" and self.work.code != "cancelled"

    @property
    def needs_repeating(self) -> bool:
        """True where the person has to ask again, perhaps otherwise."""
        return self.standing in ("stopped", "refused", "failed")


def newest_work(batch: ImportBatch) -> WorkStanding | None:
    """The newest step given to a worker; None where every step was taken at once. Three queries at most."""
    works = ImportWork.objects.filter(batch=batch).select_related("asked_by__user").order_by("-pk")
    work = works.first()
    if work is None:
        return None
    if work.state == ImportWork.State.RUNNING and not _is_held(work):
        # Its worker died, unless it ended just between the two queries.
        work = works.get(pk=work.pk)
        if work.state == ImportWork.State.RUNNING:
            return WorkStanding(work, "stopped")
    return WorkStanding(work, work.state)  # type: ignore[arg-type]


def _is_held(work: ImportWork) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [work.pk, LOCK_IMPORT_WORK])
        return bool(cursor.fetchone()[0])


def take_lock(work_id: int) -> bool:
    """Hold the work until the transaction ends; False where another worker holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [work_id, LOCK_IMPORT_WORK])
        return bool(cursor.fetchone()[0])


def worker_lives(now: datetime) -> bool:
    """True when a worker has said lately that it lives. One query."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=now - 3 * HEARTBEAT).exists()
