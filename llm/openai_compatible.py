"""Any endpoint that speaks OpenAI's chat completions: OpenAI, vLLM, Ollama, llama.cpp, ...

Errors of the client library leave here as ModelUnavailable (ask later, or check the settings)
or ModelMisbehaved (it answered, and not what was asked).
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import openai
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from llm.bounded_http import async_client, client
from smartcontent.errors import ModelMisbehaved, ModelProblem, ModelUnavailable, SetupProblem
from smartcontent.settings import Settings

MOST_TOKENS = 1024
RETRIES = 1
NO_KEY = SecretStr("none")  # local servers ask for no key, the client library insists on one
OPENAI = "api.openai.com"
# what the client library raises when it reads an answer of another shape without looking first
MISREAD = (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError)


class OpenAICompatible(ChatOpenAI):
    """A chat model at any OpenAI-compatible address, with our errors.  Made by `chat_model`."""

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        with ours():
            return _answered(super()._generate(*args, **kwargs))

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        with ours():
            return _answered(await super()._agenerate(*args, **kwargs))

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        with ours():
            yield from _any(super()._stream(*args, **kwargs))

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        with ours():
            async for chunk in super()._astream(*args, **kwargs):
                yield chunk

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
        max_retries=RETRIES,
        max_completion_tokens=MOST_TOKENS,
        http_client=client(settings.llm_timeout),
        http_async_client=async_client(settings.llm_timeout),
        use_responses_api=False,
        stream_usage=True,
    )


@contextmanager
def ours() -> Iterator[None]:
    """Errors of the client library, and of its reading of a foreign answer, become ours."""
    try:
        yield
    except openai.APIStatusError as problem:
        raise _status(problem.status_code, problem.message) from problem
    except openai.APIConnectionError as problem:
        raise ModelUnavailable(
            f"The language model did not answer: {str(problem.__cause__ or problem).rstrip('.')}.",
            todo="Check SMARTCONTENT_LLM_BASE_URL and that the server runs.",
        ) from problem
    except (openai.OpenAIError, *MISREAD) as problem:
        raise ModelMisbehaved(
            f"The language model's answer cannot be read: {str(problem)[:200]}.",
            todo="Try again, or choose a model that ends its answers.",
        ) from problem


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
        )
    todo = {
        401: "Check SMARTCONTENT_LLM_API_KEY.",
        403: "Check what SMARTCONTENT_LLM_API_KEY may use.",
        404: "Check SMARTCONTENT_LLM_MODEL and SMARTCONTENT_LLM_BASE_URL.",
        429: "Wait, or raise the limits of the account.",
    }.get(status, "Try again later.")
    return ModelUnavailable(
        f"The language model's server answered {status}: {said[:200]}", todo=todo, status=status
    )
