"""A worker: takes jobs until it is told to stop, then finishes what it has begun."""

from datetime import UTC, datetime

from procrastinate import App

from jobs.app import SILENCE, job_app
from jobs.duties import Duties

GRACE = 20.0  # seconds a running job gets to end before it is cancelled and left to the sweep
POLL = 1.0  # seconds: how late a post that was scheduled for now may be noticed


async def run_worker(
    url: str,
    duties: Duties,
    *,
    concurrency: int = 4,
    until_idle: bool = False,
    signals: bool = False,
) -> None:
    """Work until cancelled; `until_idle` returns when no job is left that is due.

    With `signals`, SIGINT and SIGTERM stop it as gracefully as a cancellation does.  Whatever a
    killed worker leaves behind is found by the others: leases run out, jobs are recovered.
    """
    app = job_app(url, duties)
    async with app.open_async():
        await work(app, concurrency=concurrency, until_idle=until_idle, signals=signals)
        while until_idle and await due(app):
            await work(app, concurrency=concurrency, until_idle=True, signals=signals)


async def work(app: App, *, concurrency: int, until_idle: bool, signals: bool) -> None:
    """Run an app's worker with the settings that publishing in time needs."""
    await app.run_worker_async(
        concurrency=concurrency,
        wait=not until_idle,
        delete_jobs="successful",
        fetch_job_polling_interval=POLL,
        shutdown_graceful_timeout=GRACE,
        stalled_worker_timeout=SILENCE,
        install_signal_handlers=signals,
    )


async def due(app: App) -> bool:
    """Whether a job waits that could be done now: a running job may have added it.

    Periodic ones do not count: there is always a next one.
    """
    periodic = {name for name, _ in app.periodic_registry.periodic_tasks}
    waiting = await app.job_manager.list_jobs_async(status="todo")
    now = datetime.now(UTC)
    return any(
        job.task_name not in periodic and (job.scheduled_at is None or job.scheduled_at <= now)
        for job in waiting
    )
