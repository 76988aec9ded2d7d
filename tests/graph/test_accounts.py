"""What is asked of a model is booked on the workspace that asks, and asked once."""

import asyncio
import json
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from benchmarks import model_endpoint as e
from graph.accounts import WorkspaceAccount
from llm.accounts import charged_to
from llm.openai_compatible import OpenAICompatible, chat_model
from llm.structured import Structured
from smartcontent.errors import BudgetSpent, ModelMisbehaved, ModelProblem, ModelUnavailable
from smartcontent.settings import Settings
from store.budgets import Budgets, Limits, Spent
from store.database import Database
from tests.conftest import NewWorkspace


class Greeting(BaseModel):
    hello: str


GOOD = e.saying('{"hello": "Ana"}', usage=(30, 7))


@asynccontextmanager
async def model(url: str, **asked: Any) -> AsyncIterator[OpenAICompatible]:
    settings = Settings(
        _env_file=None, llm_base_url=url, llm_model="tiny", llm_read_price=2.0,
        llm_write_price=10.0, llm_timeout=asked.pop("timeout", 5.0),
    )  # fmt: skip
    chat = chat_model(settings)
    try:
        yield chat
    finally:
        await chat.aclose()


async def greet(account: WorkspaceAccount, chat: OpenAICompatible, name: str = "Ana") -> Greeting:
    with charged_to(account):
        asking = Structured(chat)
        return await to_thread(asking.complete, "Greet.", name, Greeting, seed=1)


async def spent(account: WorkspaceAccount) -> Spent:
    async with account.database.transaction(account.workspace_id) as session:
        return await Budgets(session).spent()


@pytest.fixture
def account(database: Database, workspace: UUID) -> WorkspaceAccount:
    return WorkspaceAccount(database, workspace, Limits(tokens=100_000))


async def test_what_was_used_is_booked(account: WorkspaceAccount) -> None:
    with e.endpoint(GOOD) as (url, asked):
        async with model(url) as chat:
            assert (await greet(account, chat)).hello == "Ana"
    assert asked[0]["stream"]
    booked = await spent(account)
    assert (booked.tokens, booked.micros, booked.calls) == (37, 30 * 2 + 7 * 10, 1)


async def test_the_same_question_is_asked_once(
    account: WorkspaceAccount, new_workspace: NewWorkspace
) -> None:
    with e.endpoint(GOOD) as (url, asked):
        async with model(url) as chat:
            for _ in range(3):
                assert (await greet(account, chat)).hello == "Ana"
            assert len(asked) == 1
            await greet(account, chat, name="Bea")
            assert len(asked) == 2
            neighbour = WorkspaceAccount(account.database, await new_workspace())
            await greet(neighbour, chat)
            assert len(asked) == 3
    assert (await spent(account)).calls == 2


async def test_what_is_no_form_is_not_remembered(account: WorkspaceAccount) -> None:
    with e.endpoint(e.saying("No."), GOOD) as (url, _):
        async with model(url) as chat:
            with pytest.raises(ModelMisbehaved):
                await greet(account, chat)
            assert (await greet(account, chat)).hello == "Ana"


async def test_a_spent_budget_is_said_before_a_call(database: Database, workspace: UUID) -> None:
    account = WorkspaceAccount(database, workspace, Limits(tokens=10))
    with e.endpoint(GOOD) as (url, asked):
        async with model(url) as chat:
            with pytest.raises(BudgetSpent, match="0 of 10 tokens") as caught:
                await greet(account, chat)
    assert asked == []
    assert "model budget" in caught.value.todo


async def test_runs_at_once_stay_within_it(database: Database, workspace: UUID) -> None:
    """Each call may take some 1,300 tokens and is booked with 1,200: of eight, four fit."""
    account = WorkspaceAccount(database, workspace, Limits(tokens=5_000))
    dear = e.saying('{"hello": "Ana"}', usage=(176, 1024))
    with e.endpoint(dear) as (url, asked):
        async with model(url) as chat:
            names = [f"Ana {number}" for number in range(8)]
            done = await asyncio.gather(
                *(greet(account, chat, name) for name in names), return_exceptions=True
            )
    refused = [one for one in done if isinstance(one, BudgetSpent)]
    assert len(asked) + len(refused) == 8
    assert refused
    assert (await spent(account)).tokens == 1200 * len(asked) <= 5_000


@pytest.mark.parametrize(
    ("behaviour", "free"),
    [(e.failing(500), True), (e.failing(422), True), (e.hanging, False), (e.flooding, False)],
)
async def test_what_was_not_billed_is_given_back(
    account: WorkspaceAccount, behaviour: e.Answer, free: bool
) -> None:
    with e.endpoint(behaviour) as (url, _):
        async with model(url, timeout=0.4) as chat:
            with pytest.raises(ModelProblem):
                await greet(account, chat)
    assert ((await spent(account)).tokens == 0) == free


async def test_nobody_listens_is_free(account: WorkspaceAccount) -> None:
    with e.endpoint(GOOD) as (url, _):
        pass
    async with model(url) as chat:
        with pytest.raises(ModelUnavailable):
            await greet(account, chat)
    assert (await spent(account)).tokens == 0


async def test_the_assistants_model_is_booked_too(account: WorkspaceAccount) -> None:
    with e.endpoint(e.saying("hello", usage=(5, 2))) as (url, _):
        async with model(url) as chat:
            with charged_to(account):
                assert (await chat.ainvoke("hi")).text == "hello"
                assert "".join([chunk.text async for chunk in chat.astream("hi")]) == "hello"
    booked = await spent(account)
    assert (booked.tokens, booked.calls) == (14, 2)


async def test_an_endpoint_that_says_no_usage_is_taken_to_have_used_all(
    account: WorkspaceAccount,
) -> None:
    chunk = {"index": 0, "delta": {"role": "assistant", "content": '{"hello": "Ana"}'}}
    said = '{"id": "1", "object": "chat.completion.chunk", "choices": [%s]}'
    event = said % json.dumps(chunk)
    with e.endpoint(e.streaming(event, "[DONE]")) as (url, _):
        async with model(url) as chat:
            await greet(account, chat)
    assert (await spent(account)).tokens > 1024


async def test_waiting_in_the_loop_is_refused(account: WorkspaceAccount) -> None:
    with e.endpoint(GOOD) as (url, _):
        async with model(url) as chat:
            with charged_to(account), pytest.raises(RuntimeError, match="await it"):
                Structured(chat).complete("Greet.", "Ana", Greeting)


async def test_a_thread_whose_work_was_stopped_asks_no_more(account: WorkspaceAccount) -> None:
    """A thread outlives the task that waited for it; it stops within an answer, and before one."""
    stopped = Event()
    with e.endpoint(e.pausing(stopped)) as (url, asked):
        async with model(url, timeout=60) as chat:
            asking = Structured(chat, rest=0)

            def twice() -> list[str]:
                said = []
                for name in ("Ana", "Bea"):
                    with pytest.raises(ModelUnavailable) as caught:
                        asking.complete("Greet.", name, Greeting)
                    said.append(caught.value.detail)
                return said

            with charged_to(account):
                thread = asyncio.create_task(to_thread(twice))
                while not asked:
                    await asyncio.sleep(0.005)
            stopped.set()  # only now: what is streamed from here on finds the work over
            said = await thread
    assert said == ["The work this was for was stopped."] * 2
    assert len(asked) == 1
