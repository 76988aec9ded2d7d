"""A campaign goes on whatever the language model does, says so, and stays within its budget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from agents.guard import Guard
from agents.writer import EmbeddedWriter, ModelWriter
from benchmarks import model_endpoint as e
from graph.accounts import WorkspaceAccount
from graph.assistant import Assistant, assistant_graph
from graph.runner import Runner
from llm.openai_compatible import chat_model
from llm.structured import Structured
from smartcontent.content import Caller, Variant
from smartcontent.errors import BudgetSpent
from smartcontent.publishing import CampaignSettings, RunState
from smartcontent.scopes import SCOPES
from smartcontent.settings import Settings
from store.budgets import Budgets, Limits, Spent
from store.database import Database
from store.runs import Runs
from store.variants import Variants
from tests.graph.small_team import small_team, start
from tools.toolbox import Toolbox

AUTO = CampaignSettings(auto_approve=True, posts=1)
TRUE = "The shelf holds 48 tools today, and neighbours borrow a drill for a week."
BAD = {
    "hangs": e.hanging,
    "drips": e.dripping,
    "says 500": e.failing(500),
    "refuses": e.saying("I am sorry, I cannot help with that."),
    "breaks its JSON": e.saying('{"text": "The shelf holds'),
    "fills in another form": e.saying('{"title": "Tools", "body": "The shelf holds 48 tools."}'),
    "is no endpoint": e.raw(b"<html>", "text/html"),
    "never ends": e.rambling,
    "floods": e.flooding,
    "invents": e.drafting("The shelf holds 4,800 tools today, says Dr. Miriam Vogel of Harvard."),
}


@asynccontextmanager
async def runner_with(
    database: Database, checkpointer: AsyncPostgresSaver, url: str, budget: Limits | None = None
) -> AsyncIterator[Runner]:
    asked = Settings(_env_file=None, llm_base_url=url, llm_model="tiny", llm_timeout=0.5)
    chat, team = chat_model(asked), small_team(database)
    guard = Guard(specs=team.specs)
    writer = ModelWriter(Structured(chat), EmbeddedWriter(), verify=guard.check)
    yield Runner(replace(team, writer=writer, guard=guard, budget=budget or Limits()), checkpointer)
    await chat.aclose()


async def written(database: Database, workspace: UUID, runner: Runner) -> tuple[list[Variant], str]:
    """A whole campaign's variants, and what the writer's step said."""
    campaign, run = await start(database, workspace, AUTO)
    assert await runner.run(workspace, run, owner="a") is RunState.FINISHED
    async with database.transaction(workspace) as session:
        steps = await Runs(session).steps(run)
        variants = await Variants(session).of(campaign)
    return variants, next(step.summary for step in steps if step.name == "writer")


async def spent(database: Database, workspace: UUID) -> Spent:
    async with database.transaction(workspace) as session:
        return await Budgets(session).spent()


@pytest.mark.parametrize("fault", BAD)
async def test_the_embedded_writer_takes_over_and_it_is_said(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver, fault: str
) -> None:
    with e.endpoint(BAD[fault]) as (url, asked):
        async with runner_with(database, checkpointer, url) as runner:
            variants, said = await written(database, workspace, runner)
    assert asked and variants
    assert all(variant.writer.startswith("embedded (fallback: model-") for variant in variants)
    assert all(variant.findings[-1].rule == "model-fallback" for variant in variants)
    assert "without the language model" in said


async def test_a_model_that_works_is_heard_and_booked(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    """The control: the same campaign with a model that tells the truth."""
    with e.endpoint(e.drafting(TRUE)) as (url, asked):
        async with runner_with(database, checkpointer, url) as runner:
            variants, said = await written(database, workspace, runner)
    assert any(variant.writer == "tiny" for variant in variants)
    assert (await spent(database, workspace)).calls == len(asked)
    assert said.startswith("Wrote")


async def test_a_spent_budget_ends_no_campaign(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    with e.endpoint(e.drafting(TRUE)) as (url, asked):
        async with runner_with(database, checkpointer, url, Limits(tokens=100)) as runner:
            variants, said = await written(database, workspace, runner)
    assert asked == []
    assert {variant.writer for variant in variants} == {"embedded (fallback: budget-spent)"}
    assert "0 of 100 tokens" in said


async def test_a_chat_is_booked_on_its_workspace(database: Database, workspace: UUID) -> None:
    caller = Caller(workspace_id=workspace, role="owner", scopes=SCOPES)
    with e.endpoint(e.saying("Hello.", usage=(50, 3))) as (url, _):
        chat = chat_model(Settings(_env_file=None, llm_base_url=url, llm_model="tiny"))
        agent = assistant_graph(chat, Toolbox.discover([]))
        reply = await Assistant(agent, {}, database)(caller, None, "Hello?")
        assert reply.text == "Hello."
        assert (await spent(database, workspace)).tokens == 53
        with pytest.raises(BudgetSpent):
            await Assistant(agent, {}, database, Limits(tokens=53))(caller, None, "Hello?")
        await chat.aclose()


async def test_accounts_are_of_one_workspace(database: Database, workspace: UUID) -> None:
    team = small_team(database)
    assert team.account(workspace) == WorkspaceAccount(database, workspace, Limits())
