"""What this installation has to choose from: platforms, strategies, tools."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.callers import CurrentCaller
from api.deps import Serving
from api.door import Door
from connectors.spec import known_specs
from smartcontent.content import PlatformSpec, Strategy
from smartcontent.scopes import Scope
from tools.strategies import strategies

router = APIRouter(prefix="/v1", route_class=Door, tags=["catalogue"])


class Platforms(BaseModel):
    """`items` can be published to; the `others` are only known: a text can be checked for them."""

    model_config = ConfigDict(extra="forbid")

    items: list[PlatformSpec]
    others: list[PlatformSpec]


class Strategies(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Strategy]


class ToolCard(BaseModel):
    """A tool with its manual, as the assistant sees it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    scope: Scope
    effect: bool
    parameters: dict[str, Any]


class Tools(BaseModel):
    """The tools this credential may use, and those that were left out with the reason."""

    model_config = ConfigDict(extra="forbid")

    items: list[ToolCard]
    problems: list[str]


@router.get("/platforms")
async def list_platforms(services: Serving) -> Platforms:
    """The platforms to publish on and those that are known, each rule with source and date."""
    connected = services.connectors
    others = [spec for name, spec in known_specs(connected).items() if name not in connected]
    return Platforms(items=[one.spec for one in connected.values()], others=others)


@router.get("/strategies")
async def list_strategies() -> Strategies:
    """The strategies a text can be written in: the arms that the learner moves."""
    return Strategies(items=list(strategies()))


@router.get("/tools")
async def list_tools(services: Serving, caller: CurrentCaller) -> Tools:
    """The tools of the assistant, installed plug-ins included."""
    cards = [
        ToolCard(
            name=tool.name,
            description=tool.description,
            scope=tool.scope,
            effect=tool.effect,
            parameters=tool.parameters.model_json_schema(),
        )
        for tool in services.toolbox.allowed(caller)
    ]
    left_out = [f"{found.name}: {found.detail} {found.todo}" for found in services.toolbox.problems]
    return Tools(items=cards, problems=left_out)
