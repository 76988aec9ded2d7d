"""The door to language models, against a real endpoint that misbehaves in every way we know."""

import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from langchain_core.messages import HumanMessage

from benchmarks import model_endpoint as e
from llm.openai_compatible import OpenAICompatible, chat_model
from llm.structured import Structured
from smartcontent.content import Noun
from smartcontent.errors import ModelMisbehaved, ModelProblem, ModelUnavailable, SetupProblem
from smartcontent.settings import Settings


class Greeting(Noun):
    hello: str


GOOD = e.saying('{"hello": "Ana"}')


def settings(url: str, timeout: float = 5.0) -> Settings:
    return Settings(llm_base_url=url, llm_model="tiny", llm_timeout=timeout)


@asynccontextmanager
async def model(url: str, timeout: float = 5.0) -> AsyncIterator[OpenAICompatible]:
    chat = chat_model(settings(url, timeout))
    try:
        yield chat
    finally:
        await chat.aclose()


async def greet(url: str, timeout: float = 5.0) -> Greeting:
    async with model(url, timeout) as chat:
        return Structured(chat).complete("Greet.", "Ana", Greeting, seed=7)


async def test_a_form_comes_back_filled_in() -> None:
    with e.endpoint(GOOD) as (url, asked):
        assert await greet(url) == Greeting(hello="Ana")
    assert asked[0]["model"] == "tiny"
    assert asked[0]["seed"] == 7
    assert asked[0]["max_tokens"] == 1024  # the name other servers know it by
    assert asked[0]["response_format"]["json_schema"]["schema"]["required"] == ["hello"]


async def test_openai_itself_is_asked_by_its_own_name_of_the_limit() -> None:
    async with model("https://api.openai.com/v1") as chat:
        payload = chat._get_request_payload([HumanMessage("hi")])
    assert payload["max_completion_tokens"] == 1024
    assert "max_tokens" not in payload


@pytest.mark.parametrize(
    "behaviour",
    [
        e.saying("I would rather not."),
        e.saying('{"hello": '),
        e.saying('{"hello": 3}'),
        e.saying('{"hello": "Ana", "more": 1}'),
        e.saying(""),
        e.saying('{"hello": "An', finish="length"),
        e.raw(b"not json at all"),
        e.raw(b"{}"),
        e.raw(b"[]"),
        e.raw(b'"text"'),
        e.raw(b'{"choices": null}'),
        e.raw(b'{"choices": []}'),
        e.raw(b'{"choices": [{"message": null}]}'),
        e.failing(400),
        e.failing(422),
        e.streaming(),
        e.streaming("[DONE]"),
        e.streaming("not json"),
        e.streaming('{"choices": null}'),
        e.streaming('{"choices": [{"delta": null}]}'),
        e.streaming('{"error": {"message": "out of memory"}}'),
    ],
)
async def test_an_answer_that_is_no_form_is_misbehaviour(behaviour: e.Answer) -> None:
    with e.endpoint(behaviour) as (url, _), pytest.raises(ModelMisbehaved) as caught:
        await greet(url)
    assert caught.value.todo


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 502, 503])
async def test_a_server_that_fails_is_unavailable(status: int) -> None:
    with e.endpoint(e.failing(status)) as (url, asked), pytest.raises(ModelUnavailable) as caught:
        await greet(url)
    assert str(status) in caught.value.detail
    assert len(asked) <= 2


async def test_one_failure_is_tried_again() -> None:
    with e.endpoint(e.failing(500), GOOD) as (url, _):
        assert (await greet(url)).hello == "Ana"


async def test_a_web_page_means_a_wrong_address() -> None:
    page = e.raw(b"<html>hello</html>", "text/html")
    with e.endpoint(page) as (url, _), pytest.raises(ModelUnavailable, match="/v1"):
        await greet(url)


async def test_nobody_listens() -> None:
    with e.endpoint(GOOD) as (url, _):
        pass
    with pytest.raises(ModelUnavailable, match="did not answer"):
        await greet(url)


@pytest.mark.parametrize("behaviour", [e.hanging, e.dripping])
async def test_waiting_ends(behaviour: e.Answer) -> None:
    started = monotonic()
    with e.endpoint(behaviour) as (url, _), pytest.raises(ModelUnavailable):
        await greet(url, timeout=0.4)
    assert monotonic() - started < 10


async def test_tokens_without_end_are_cut_off() -> None:
    with e.endpoint(e.flooding) as (url, asked), pytest.raises(ModelMisbehaved, match="cut off"):
        await greet(url, timeout=20)
    assert len(asked) == 1


async def test_a_stream_without_end_is_cut_off() -> None:
    with e.endpoint(e.rambling) as (url, asked), pytest.raises(ModelMisbehaved, match="not end"):
        await greet(url, timeout=20)
    assert len(asked) == 1


async def test_memory_stays_bounded() -> None:
    with e.endpoint(GOOD, e.flooding) as (url, _):
        await greet(url)  # what is loaded the first time does not count
        tracemalloc.start()
        with pytest.raises(ModelMisbehaved):
            await greet(url, timeout=60)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 40_000_000


async def test_a_server_that_knows_no_streams_is_asked_for_the_whole() -> None:
    with e.endpoint(e.ignoring_stream('{"hello": "Ana"}')) as (url, asked):
        async with model(url) as chat:
            asking = Structured(chat)
            for _ in range(2):
                assert asking.complete("Greet.", "Ana", Greeting).hello == "Ana"
    assert len(asked) == 3  # the second time it is not asked for a stream


async def test_the_same_when_awaited() -> None:
    with e.endpoint(e.saying("hello"), e.failing(401), e.flooding) as (url, _):
        async with model(url) as chat:
            assert (await chat.ainvoke("hi")).text == "hello"
            with pytest.raises(ModelUnavailable):
                await chat.ainvoke("hi")
            with pytest.raises(ModelMisbehaved):
                await chat.ainvoke("hi")


async def test_streaming_has_our_errors_too() -> None:
    with e.endpoint(e.failing(401)) as (url, _):
        async with model(url) as chat:
            with pytest.raises(ModelUnavailable):
                list(chat.stream("hi"))


async def test_an_endpoint_without_json_schema_is_asked_without() -> None:
    with e.endpoint(e.failing(400), GOOD) as (url, asked):
        async with model(url) as chat:
            asking = Structured(chat)
            for _ in range(2):
                assert asking.complete("Greet.", "Ana", Greeting).hello == "Ana"
    assert ["response_format" in one for one in asked] == [True, False, False]


async def test_a_dead_endpoint_is_left_alone_for_a_while() -> None:
    now = [0.0]
    with e.endpoint(e.failing(503), e.failing(503), GOOD) as (url, asked):
        async with model(url) as chat:
            asking = Structured(chat, rest=60.0, clock=lambda: now[0])
            for _ in range(3):
                with pytest.raises(ModelProblem):
                    asking.complete("Greet.", "Ana", Greeting)
            assert len(asked) == 2  # one request and its retry
            now[0] = 61.0
            assert asking.complete("Greet.", "Ana", Greeting).hello == "Ana"


async def test_no_address_is_said_plainly() -> None:
    with pytest.raises(SetupProblem, match="No language model"):
        chat_model(Settings(llm_base_url=None))
