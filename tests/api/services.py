"""Services for tests: real store, real graph, small embedder, uniform policy, cheap passwords."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from argon2 import PasswordHasher

from agents.analyst import Analyst
from agents.guard import Guard
from agents.learner import Learner
from agents.writer import EmbeddedWriter
from api.deps import Services
from api.passwords import Passwords
from connectors.sandbox import Sandbox
from connectors.spec import known_specs
from graph.accounts import WorkspaceAccount
from graph.assistant import Assistant, assistant_graph
from graph.checking import TextChecks
from graph.expecting import TextLifts
from graph.proposing import Drafting, Proposals
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from llm.embedded import EmbeddedChat
from memory.base import Memory
from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from smartcontent.addresses import web_address
from smartcontent.plugins import Checking, Connector
from smartcontent.settings import Settings
from store.database import Database
from store.media import MediaFolder
from store.secrets import Vault
from tools.fetch_page import Page
from tools.platforms import Platforms
from tools.toolbox import Toolbox

ARTICLE = """<html><head><title>How bread rises | The Loaf</title>
<meta property="og:title" content="How bread rises"></head><body><nav><a href="/">Home</a></nav>
<div class="cookie-banner">We use cookies. <button>Accept</button></div>
<div id="content"><h1>How bread rises</h1>
<p>Bread rises because yeast eats sugar and makes carbon dioxide, and that takes 48 hours.</p>
<img src="/loaf.jpg" alt="A loaf on a board"><img src="/oven.jpg">
<p>The dough is ready when it has doubled, which everybody can see who looks at the bowl.</p></div>
<div class="related"><h3>Related articles</h3><ul><li><a href="/1">Ten cakes</a></ul></div>
<footer><p>All rights reserved.</p></footer></body></html>"""


def now() -> datetime:
    return datetime.now(UTC)


def cheap_passwords() -> Passwords:
    """The same hash with little work: tests sign up often."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def a_page(address: str) -> Page:
    """The same article at every address of a web that needs no network."""
    web_address(address)
    return Page(address, ARTICLE.encode(), "text/html", "utf-8")


def checks(connectors: dict[str, Connector]) -> TextChecks:
    specs = known_specs(connectors)
    analyst = Analyst(embedder=HashedEmbedder())
    return TextChecks(guard=Guard(specs=specs), analyst=analyst, specs=specs)


def drafting(database: Database, connectors: dict[str, Connector]) -> Drafting:
    specs = {name: one.spec for name, one in connectors.items()}
    proposals = Proposals(writer=EmbeddedWriter(), guard=Guard(specs=specs), specs=specs)
    analyst = Analyst(embedder=HashedEmbedder())
    return Drafting(proposals, analyst, partial(WorkspaceAccount, database))


def make_services(database: Database, folder: Path) -> Services:
    settings = Settings(data_dir=folder, _env_file=None)
    memory = InMemory(HashedEmbedder())
    connectors: dict[str, Connector] = {"sandbox": Sandbox(folder / "feed")}
    checking = checks(connectors)
    toolbox = Toolbox.discover()
    provided = {
        Memory: memory,
        Checking: checking,
        Platforms: Platforms({name: one.spec for name, one in connectors.items()}),
    }
    agent = assistant_graph(EmbeddedChat(embedder=HashedEmbedder()), toolbox)
    return Services(
        settings=settings,
        database=database,
        vault=Vault(bytes(32)),
        memory=memory,
        media=MediaFolder(folder / "media"),
        connectors=connectors,
        toolbox=toolbox,
        policies=Policies(Uniform),
        learner=Learner(),
        expecting=TextLifts([HashedEmbedder()], list),
        analysing=Analyst(embedder=HashedEmbedder()),
        checking=checking,
        drafting=drafting(database, connectors),
        assistant=Assistant(agent, provided, database),
        clock=now,
        fetch=a_page,
    )
