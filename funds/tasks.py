"""What workers do (``manage.py procrastinate worker``), through PostgreSQL itself (decision D12)."""

from django.utils import timezone
from procrastinate import JobContext, jobs
from procrastinate.contrib.django import app

from .actions.import_work import run_work


@app.task(name="funds.take_step", queue="imports")
def take_step(*, work: int) -> None:
    """Take the step of a long import that somebody asked for (``funds.actions.import_work.ask_for``)."""
    run_work(work, now=timezone.now)


@app.periodic(cron="*/15 * * * *")
@app.task(name="funds.bury_jobs", queue="imports", pass_context=True)
async def bury_jobs(context: JobContext, timestamp: int) -> None:
    """Put away the jobs of workers that died; the pages say of their works that they stopped."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
