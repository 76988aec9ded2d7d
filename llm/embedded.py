"""A small honest assistant with no language model behind it.

It is a chat model like any other, so the same graph runs with it: it understands everyday
requests by multilingual embeddings, reads values from the sentence, asks back for what is
missing, looks a thing up when an id is missing, and says plainly what it can do when nothing
fits.  It understands what the embedder's languages cover and answers in English.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, SkipValidation

from llm.intents import Intents
from llm.slots import slots
from llm.turn import Manual, Turn
from smartcontent.plugins import Embedder

THRESHOLD = 0.42  # measured on tests/data/utterances.json


class EmbeddedChat(BaseChatModel):
    """Turns messages into tool calls and tool results into sentences, with no network."""

    embedder: SkipValidation[Embedder]
    threshold: float = THRESHOLD
    known: Mapping[str, Sequence[str]] = Field(
        default_factory=dict, description="Values known for a parameter of that name."
    )
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def _llm_type(self) -> str:
        return "smartcontent-embedded"

    @cached_property
    def _intents(self) -> Intents:
        return Intents(self.embedder)

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools by their schemas; `tool_choice` has no meaning here."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        manuals = {manual.name: manual for manual in map(self._manual, kwargs.get("tools", ()))}
        turn = Turn(manuals, messages, self._intents, self.threshold, self.clock())
        return ChatResult(generations=[ChatGeneration(message=turn.answer())])

    def _manual(self, bound: Mapping[str, Any]) -> Manual:
        function = bound["function"]
        asked = slots(function.get("parameters", {}), self.known)
        return Manual(function["name"], function.get("description", ""), tuple(asked))
