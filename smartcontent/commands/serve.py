"""`smartcontent serve`: the server alone."""

import asyncio
import socket

import uvicorn

from api.app import create_app
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import read_settings, with_product
from smartcontent.commands.screen import say
from smartcontent.errors import PortTaken
from smartcontent.settings import Settings

GRACE = 5  # seconds open connections get when the server stops


def run(*, port: int | None) -> None:
    settings = chosen(port)
    require_free(settings)
    with_product(lambda product: serve(product, settings))


def chosen(port: int | None) -> Settings:
    """The settings, with the port of the command line."""
    settings = read_settings()
    return settings.model_copy(update={"port": port}) if port else settings


def address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def require_free(settings: Settings) -> None:
    """Raises PortTaken before anything is started, not after."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise PortTaken(
                f"Cannot listen on {settings.host}:{settings.port}: {problem.strerror}.",
                todo="Stop what uses it, or choose another: "
                f"smartcontent up --port {settings.port + 1}",
                port=settings.port,
            ) from problem


def server(product: Product, settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(product.services),
        host=settings.host,
        port=settings.port,
        log_level="info" if settings.log_level == "debug" else "warning",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    return uvicorn.Server(config)


async def serve(product: Product, settings: Settings) -> None:
    say(f"SmartContent listens on {address(settings)}")
    watching = asyncio.create_task(product.team.policies.watch(product.services.database))
    try:
        await server(product, settings).serve()
    finally:
        watching.cancel()
