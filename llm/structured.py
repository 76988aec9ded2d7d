"""Asking a chat model for one filled-in form.  Light to import: no model library is loaded here.

Any LangChain chat model can be asked.  What it answers is never trusted: it is parsed against
the schema or it is ModelMisbehaved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from llm.accounts import paying
from smartcontent.errors import ModelMisbehaved, ModelUnavailable, SmartContentError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Form = TypeVar("Form", bound=BaseModel)

LONGEST_ANSWER = 20_000  # characters; a form of ours has a few hundred
Messages = list[tuple[str, str]]
REST = 60.0  # seconds without asking after an endpoint failed


class Completing(Protocol):
    """Fills in a form.  Raises ModelUnavailable or ModelMisbehaved and nothing else of its own."""

    @property
    def name(self) -> str: ...

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form: ...


class Absent:
    """A model that is meant to be there and is not: every question says why."""

    def __init__(self, name: str, problem: SmartContentError) -> None:
        self.name = name
        self.problem = problem

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        raise ModelUnavailable(self.problem.detail, todo=self.problem.todo)


class Structured:
    """A chat model that answers in forms (JSON schema), through `response_format`.

    Answers are streamed, so that one that rambles is cut off rather than waited for.  An endpoint
    that refuses or ignores either is asked without both from then on.  After a failure the
    endpoint is left alone for `rest` seconds, so that a campaign does not wait for a dead endpoint
    once per variant.
    """

    def __init__(
        self,
        chat: BaseChatModel,
        *,
        rest: float = REST,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.chat = chat
        self.rest = rest
        self.clock = clock
        self._native = True
        self._resting_until = float("-inf")

    @property
    def name(self) -> str:
        """The model's name, as the variants it writes carry it."""
        return str(getattr(self.chat, "model_name", None) or self.chat._llm_type)

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        """The form, filled in.  Raises ModelUnavailable, ModelMisbehaved, BudgetSpent.

        Where somebody pays, an answer to the same question is given again without a call: one to
        another `seed` too, for what differs is asked differently.
        """
        key = question(self.name, instructions, material, form)
        payer = paying()
        if payer:
            payer.go_on()
        kept = payer.wait(payer.account.recall(key)) if payer else None
        if kept is not None:
            return parse(kept, form)
        answer = self._persist([("system", instructions), ("human", material)], form, seed)
        filled = parse(answer, form)
        if payer:
            payer.wait(payer.account.keep(key, self.name, filled.model_dump_json()))
        return filled

    def _persist(self, messages: Messages, form: type[BaseModel], seed: int | None) -> str:
        """Ask, and once more where the server was only busy."""
        self._refuse_while_resting()
        try:
            try:
                return self._ask(messages, form, seed)
            except ModelUnavailable as problem:
                if not problem.facts.get("again"):
                    raise
                return self._ask(messages, form, seed)
        except ModelUnavailable:
            self._resting_until = self.clock() + self.rest
            raise

    def _refuse_while_resting(self) -> None:
        left = self._resting_until - self.clock()
        if left > 0:
            raise ModelUnavailable(
                "The language model failed a moment ago and is not asked again yet.",
                todo=f"Wait {left:.0f} seconds, or check SMARTCONTENT_LLM_BASE_URL.",
                seconds=left,
            )

    def _ask(self, messages: Messages, form: type[BaseModel], seed: int | None) -> str:
        extra: dict[str, Any] = {} if seed is None else {"seed": seed}
        if not self._native:
            return self.chat.invoke(messages, **extra).text
        try:
            return self._streamed(messages, response_format=_asked(form), **extra)
        except ModelMisbehaved as refusal:
            if refusal.facts.get("status") != 400 and "empty" not in refusal.facts:
                raise
        answer = self.chat.invoke(messages, **extra).text
        self._native = False
        return answer

    def _streamed(self, messages: Messages, **extra: Any) -> str:
        """What it says, up to the most a form can have."""
        chunks: Any = self.chat.stream(messages, **extra)
        said, length, payer = [], 0, paying()
        with closing(chunks):
            for chunk in chunks:
                if payer:
                    payer.go_on()
                said.append(chunk.text)
                length += len(chunk.text)
                if length > LONGEST_ANSWER:
                    raise _misbehaved(f"it did not end after {LONGEST_ANSWER} characters")
        return "".join(said)


def question(model: str, instructions: str, material: str, form: type[BaseModel]) -> str:
    """SHA-256 over everything that was asked, and of whom."""
    parts = (model, instructions, material, json.dumps(form.model_json_schema(), sort_keys=True))
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _asked(form: type[BaseModel]) -> dict[str, Any]:
    schema = {"name": form.__name__, "strict": True, "schema": form.model_json_schema()}
    return {"type": "json_schema", "json_schema": schema}


def parse(answer: str, form: type[Form]) -> Form:
    """The form in an answer, also when it stands in a code fence or between other words.

    Raises ModelMisbehaved, whose detail can be given back to the model.

    >>> class Greeting(BaseModel):
    ...     hello: str
    >>> parse('Sure! ```json\\n{"hello": "Ana"}\\n```', Greeting).hello
    'Ana'
    """
    start, end = answer.find("{"), answer.rfind("}")
    if len(answer) > LONGEST_ANSWER or start < 0 or end < start:
        raise _misbehaved(f"it gave {len(answer)} characters without one JSON object")
    try:
        return form.model_validate_json(answer[start : end + 1])
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the JSON"
        raise _misbehaved(f"{place}: {first['msg']}") from None


def _misbehaved(why: str) -> ModelMisbehaved:
    return ModelMisbehaved(
        f"The language model's answer is not the form it was asked for: {why}.",
        todo="Try again, or choose a model that follows a JSON schema.",
    )
