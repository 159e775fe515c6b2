"""What workers do (``manage.py procrastinate worker``), through PostgreSQL itself (decision D12)."""

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from .actions.import_work import run_work


@app.task(name="funds.take_step", queue="imports")
def take_step(*, work: int) -> None:
    """Take the step of a long import that somebody asked for (``funds.actions.import_work.ask_for``)."""
    run_work(work, now=timezone.now)


@app.periodic(cron="* * * * *")
@app.task(name="funds.take_over_jobs", queue="imports", pass_context=True)
async def take_over_jobs(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died to others. A work that was begun is not begun again: its page says so."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
