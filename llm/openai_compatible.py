"""Any endpoint that speaks OpenAI's chat completions: OpenAI, vLLM, Ollama, llama.cpp, ...

Errors of the client library leave here as ModelUnavailable (ask later, or check the settings)
or ModelMisbehaved (it answered, and not what was asked).
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from llm.accounts import Bill, Prices, Spend, abilled, billed
from llm.bounded_http import async_client, client
from smartcontent.errors import ModelMisbehaved, ModelProblem, ModelUnavailable, SetupProblem
from smartcontent.settings import Settings

MOST_TOKENS = 1024
NO_KEY = SecretStr("none")  # local servers ask for no key, the client library insists on one
FINAL = frozenset({401, 403, 404})  # asking again changes nothing
OPENAI = "api.openai.com"
# what the client library raises when it reads an answer of another shape without looking first
MISREAD = (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError)


class OpenAICompatible(ChatOpenAI):
    """A chat model at any OpenAI-compatible address, with our errors.  Made by `chat_model`.

    Whatever is asked of it is booked on the account of whoever asks (`llm.accounts`).
    """

    prices: Prices = Prices()

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        with billed(self._most(messages, kwargs)) as bill, ours():
            result = _answered(super()._generate(messages, *args, **kwargs))
            self._note(bill, result.generations[0].message)
            return result

    async def _agenerate(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> ChatResult:
        async with abilled(self._most(messages, kwargs)) as bill:
            with ours():
                result = _answered(await super()._agenerate(messages, *args, **kwargs))
                self._note(bill, result.generations[0].message)
                return result

    def _stream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        with billed(self._most(messages, kwargs)) as bill, ours():
            for chunk in _any(super()._stream(messages, *args, **kwargs)):
                self._note(bill, chunk.message)
                yield chunk

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with abilled(self._most(messages, kwargs)) as bill:
            with ours():
                async for chunk in super()._astream(messages, *args, **kwargs):
                    self._note(bill, chunk.message)
                    yield chunk

    def _most(self, messages: list[BaseMessage], asked: dict[str, Any]) -> Spend:
        """What a request can use: no tokeniser makes more tokens than there are bytes."""
        said = {name: asked[name] for name in ("tools", "response_format") if name in asked}
        texts = [message.model_dump(include={"content", "tool_calls"}) for message in messages]
        read = len(json.dumps([texts, said], default=str, ensure_ascii=False).encode())
        return self.prices.of(read, self.max_tokens or MOST_TOKENS)

    def _note(self, bill: Bill, message: BaseMessage) -> None:
        usage = message.usage_metadata if isinstance(message, AIMessage) else None
        if usage is not None:
            bill.used = self.prices.of(usage["input_tokens"], usage["output_tokens"])

    async def aclose(self) -> None:
        """Give the connections back."""
        if self.http_client is not None:
            self.http_client.close()
        if self.http_async_client is not None:
            await self.http_async_client.aclose()

    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Other servers know the limit by its first name."""
        payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
        host = urlsplit(str(self.openai_api_base or f"https://{OPENAI}")).hostname
        if host != OPENAI and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        return payload


def chat_model(settings: Settings) -> OpenAICompatible:
    """The chat model that the settings name.  Asks nothing of it yet.

    Raises SetupProblem when no address is set.
    """
    if settings.llm_base_url is None:
        raise SetupProblem(
            "No language model is set.",
            todo="Set SMARTCONTENT_LLM_BASE_URL, or use the embedded writer, which needs none.",
        )
    return OpenAICompatible(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key or NO_KEY,
        timeout=settings.llm_timeout,
        max_retries=0,  # each try is booked, so tries are made where bookings are: in Structured
        max_completion_tokens=MOST_TOKENS,
        http_client=client(settings.llm_timeout),
        http_async_client=async_client(settings.llm_timeout),
        use_responses_api=False,
        stream_usage=True,
        prices=Prices(settings.llm_read_price, settings.llm_write_price),
    )


@contextmanager
def ours() -> Iterator[None]:
    """Errors of the client library, and of its reading of a foreign answer, become ours."""
    try:
        yield
    except openai.APIStatusError as problem:
        raise _status(problem.status_code, problem.message) from problem
    except openai.APIConnectionError as problem:
        raise _unanswered(_cause(problem)) from problem
    except (openai.OpenAIError, *MISREAD) as problem:
        raise ModelMisbehaved(
            f"The language model's answer cannot be read: {str(problem)[:200]}.",
            todo="Try again, or choose a model that ends its answers.",
        ) from problem


def _cause(problem: BaseException) -> BaseException:
    """What was wrong before libraries wrapped it."""
    while not isinstance(problem, httpx.HTTPError | ModelProblem) and problem.__cause__:
        problem = problem.__cause__
    return problem


def _unanswered(cause: BaseException) -> ModelProblem:
    if isinstance(cause, ModelProblem):
        return cause
    return ModelUnavailable(
        f"The language model did not answer: {str(cause).rstrip('.') or type(cause).__name__}.",
        todo="Check SMARTCONTENT_LLM_BASE_URL and that the server runs.",
        unbilled=isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout),
        again=not isinstance(cause, httpx.TimeoutException),
    )


def _any(chunks: Iterator[ChatGenerationChunk]) -> Iterator[ChatGenerationChunk]:
    """The chunks, of which there has to be one."""
    empty = True
    try:
        for chunk in chunks:
            empty = False
            yield chunk
    except MISREAD as problem:
        if empty:
            raise _empty() from problem
        raise
    if empty:
        raise _empty()


def _empty() -> ModelMisbehaved:
    return ModelMisbehaved(
        "The language model's answer cannot be read: it streamed nothing.",
        todo="Check that it speaks OpenAI's chat completions.",
        empty=True,
    )


def _answered(result: ChatResult) -> ChatResult:
    if not result.generations:
        raise ValueError("it holds no choices")
    return result


def _status(status: int, said: str) -> ModelProblem:
    if status in (400, 413, 422):
        return ModelMisbehaved(
            f"The language model refused the request ({status}): {said[:200]}",
            todo="Choose a model with a longer context or with JSON output.",
            status=status,
            unbilled=True,
        )
    todo = {
        401: "Check SMARTCONTENT_LLM_API_KEY.",
        403: "Check what SMARTCONTENT_LLM_API_KEY may use.",
        404: "Check SMARTCONTENT_LLM_MODEL and SMARTCONTENT_LLM_BASE_URL.",
        429: "Wait, or raise the limits of the account.",
    }.get(status, "Try again later.")
    return ModelUnavailable(
        f"The language model's server answered {status}: {said[:200]}",
        todo=todo,
        status=status,
        unbilled=True,
        again=status not in FINAL,
    )
