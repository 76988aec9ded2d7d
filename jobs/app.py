"""The queue's side of the worker: which tasks there are, and what happens periodically."""

from collections.abc import Awaitable, Callable

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from graph.engagement import TRAIN
from graph.intending import PUBLISH
from graph.promoting import EVALUATE, LEARN
from jobs.duties import Duties
from jobs.sweep import RUN
from jobs.tasks import Tasks
from tools.bring_content import REMEMBER

SEARCH_PATH = "-c search_path=jobs"
EVERY_TEN_SECONDS = "* * * * * */10"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "17 * * * *"
SILENCE = 30.0  # seconds without a heartbeat after which a worker counts as dead

Periodic = Callable[[int], Awaitable[None]]


def job_app(url: str, duties: Duties, *, pool_size: int = 4) -> App:
    """Procrastinate's app over the schema `jobs`, with every task registered.

    Nothing connects before `app.open_async()`.
    """
    app = App(
        connector=PsycopgConnector(
            conninfo=url, min_size=1, max_size=pool_size, kwargs={"options": SEARCH_PATH}
        )
    )
    tasks = Tasks(duties)
    app.task(name=RUN)(tasks.run_campaign)
    app.task(name=PUBLISH)(tasks.publish_due)
    app.task(name=LEARN)(tasks.learn)
    app.task(name=TRAIN)(tasks.train_engagement)
    app.task(name=EVALUATE)(tasks.evaluate)
    app.task(name=REMEMBER)(tasks.remember_content)
    periodically(app, EVERY_TEN_SECONDS, "sweep", tasks.sweep)
    periodically(app, EVERY_MINUTE, "sweep_learning", tasks.sweep_learning)
    periodically(app, EVERY_HOUR, "tidy", tasks.tidy)
    periodically(app, EVERY_MINUTE, "recover_stalled", lambda _: recover_stalled(app))
    return app


def periodically(app: App, cron: str, name: str, work: Periodic) -> None:
    """Have one worker, whichever comes first, do it at each tick; never two at once in line."""

    async def task(timestamp: int) -> None:
        await work(timestamp)

    app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(task))


async def recover_stalled(app: App) -> None:
    """Put the jobs of dead workers back in line; Procrastinate does not do so by itself.

    Where another job with the same key waits already, that one does the work.
    """
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            await jobs.finish_job(job, Status.FAILED, delete_job=True)
