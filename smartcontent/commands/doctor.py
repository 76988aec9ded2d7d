"""`smartcontent doctor`: each setting and each part, checked; what is wrong says what to do."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import packages_distributions
from typing import Any

import httpx
from pydantic import SecretStr

from llm.local_model import folder_of, installed, qwen
from smartcontent.bootstrap import Product, open_product
from smartcontent.commands.opening import read_settings
from smartcontent.commands.screen import finish, say
from smartcontent.commands.serve import require_free
from smartcontent.errors import SetupProblem, SmartContentError
from smartcontent.settings import Settings

ROOMS = ("agents", "tools", "graph", "memory", "llm", "learning", "store", "connectors", "api")
ROOMY_MB = 500
Check = dict[str, Any]


def run(*, json: bool) -> None:
    settings = read_settings()
    checks = [*names(), disk(settings), port(settings), model(settings)]
    checks += asyncio.run(parts(settings))
    for check in checks:
        mark = "[green]ok[/green]  " if check["ok"] else "[red]no[/red]  "
        say(f"{mark}{check['name']:<18} {check['detail']}")
        if not check["ok"]:
            say(f"      do: {check['todo']}")
    shown = {name: shown_value(getattr(settings, name)) for name in Settings.model_fields}
    for name, value in shown.items():
        say(f"      SMARTCONTENT_{name.upper():<24} {value}")
    finish({"ok": all(c["ok"] for c in checks), "checks": checks, "settings": shown}, json=json)
    if not all(check["ok"] for check in checks):
        raise SystemExit(1)


def passed(name: str, detail: str) -> Check:
    return {"name": name, "ok": True, "detail": detail, "todo": ""}


def failed(name: str, problem: SmartContentError) -> Check:
    return {"name": name, "ok": False, "detail": problem.detail, "todo": problem.todo}


def names() -> Iterator[Check]:
    """Rooms are imported by plain names, so no other distribution may own one of them."""
    owners = packages_distributions()
    taken = {room: set(owners.get(room, [])) - {"smartcontent"} for room in ROOMS}
    for room, others in taken.items():
        if others:
            problem = SetupProblem(
                f"{', '.join(sorted(others))} also installs a package named {room}.",
                todo="Give SmartContent an environment of its own: make install, or pipx.",
            )
            yield failed("names", problem)
    if not any(taken.values()):
        yield passed("names", "no other distribution owns one of our packages")


def disk(settings: Settings) -> Check:
    folder = next(f for f in (settings.data_dir, *settings.data_dir.parents) if f.exists())
    free = shutil.disk_usage(folder).free // 2**20
    if free < ROOMY_MB:
        problem = SetupProblem(f"{free} MB are left in {folder}.", todo="Make room there.")
        return failed("disk", problem)
    return passed("disk", f"{free:,} MB free in {folder}")


def port(settings: Settings) -> Check:
    try:
        require_free(settings)
    except SmartContentError as problem:
        return failed("port", problem)
    return passed("port", f"{settings.host}:{settings.port} is free")


def model(settings: Settings) -> Check:
    """Whether the language model's endpoint answers; none is fine."""
    if not settings.llm_base_url:
        return local_model(settings)
    try:
        answer = httpx.get(f"{settings.llm_base_url.rstrip('/')}/models", timeout=5)
    except httpx.HTTPError as problem:
        unreachable = SetupProblem(
            f"{settings.llm_base_url} does not answer: {problem}.",
            todo="Start it, or correct SMARTCONTENT_LLM_BASE_URL.",
        )
        return failed("language model", unreachable)
    return passed("language model", f"{settings.llm_base_url} answers ({answer.status_code})")


def local_model(settings: Settings) -> Check:
    """The installed one, if there is one."""
    try:
        file = installed(folder_of(settings.data_dir), qwen())
    except SetupProblem as problem:
        return failed("language model", problem)
    if file and settings.local_model:
        return passed("language model", f"{qwen().name} on this machine; it writes, and no key")
    return passed("language model", "none set: the embedded writer and assistant work")


async def parts(settings: Settings) -> list[Check]:
    try:
        async with open_product(settings) as product:
            return [await looked(name, look, product) for name, look in LOOKS.items()]
    except SmartContentError as problem:
        return [failed("start", problem)]


async def looked(name: str, look: Callable[[Product], Awaitable[str]], product: Product) -> Check:
    try:
        return passed(name, await look(product))
    except SmartContentError as problem:
        return failed(name, problem)


async def database(product: Product) -> str:
    await product.services.database.ready()
    given = product.services.settings.database_url is not None
    return "the given PostgreSQL answers" if given else "the embedded PostgreSQL answers"


async def tools(product: Product) -> str:
    toolbox = product.services.toolbox
    if toolbox.problems:
        first = toolbox.problems[0]
        raise SetupProblem(f"{first.name} ({first.source}): {first.detail}", todo=first.todo)
    return f"{len(toolbox.tools)}: {', '.join(toolbox.tools)}"


async def platforms(product: Product) -> str:
    return ", ".join(
        f"{name} ({'per person' if connector.spec.personalises else 'one post for all'})"
        for name, connector in product.services.connectors.items()
    )


LOOKS: dict[str, Callable[[Product], Awaitable[str]]] = {
    "database": database,
    "tools": tools,
    "platforms": platforms,
}


def shown_value(value: object) -> str:
    """A setting as it may be shown: secrets only as set or not."""
    if isinstance(value, SecretStr):
        return "(set)"
    return "(not set)" if value is None else str(value)
