"""One turn of the embedded assistant: from the messages so far to the next message.

What it must remember between turns travels in the messages themselves: a question carries
`asking` (tool, slot, arguments so far, options), a look-up carries `then` (what it was for).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from llm.filling import fill, subject_of, trimmed
from llm.intents import Intents, manual_lines
from llm.replies import can_do, readable, still_needed, which
from llm.slots import Slot
from llm.words import tokens, words

HELP = "help"
HELP_LINES = ("what can you do?", "help me", "who are you?", "thank you", "how do you work?")
Rows: TypeAlias = list[Mapping[str, Any]]
Option = TypeVar("Option")
SURE = 0.6  # a sentence this clearly a new request is not the answer to a question


class Manual(NamedTuple):
    """A bound tool as the assistant sees it."""

    name: str
    description: str
    slots: tuple[Slot, ...]


@dataclass
class Turn:
    """Everything one answer needs."""

    manuals: Mapping[str, Manual]
    messages: Sequence[BaseMessage]
    intents: Intents
    threshold: float
    now: datetime

    def answer(self) -> AIMessage:
        """The next message: a tool call, a question, a result in words, or what is possible."""
        last = self.messages[-1]
        if isinstance(last, ToolMessage):
            return self._after(last)
        return self._request(str(last.text))

    # -- a person said something -----------------------------------------------------------

    def _request(self, text: str) -> AIMessage:
        lines = {m.name: manual_lines(m.name, m.description) for m in self.manuals.values()}
        best = self.intents.rank(text, {**lines, HELP: HELP_LINES})[0]
        asking = self._asking()
        if asking and (best.score < SURE or best.tool in (HELP, asking["tool"])):
            return self._answered(asking, text)
        if best.score < self.threshold or best.tool == HELP:
            return self._capabilities()
        manual = self.manuals[best.tool]
        return self._call(manual, self._read(manual, manual.slots, text), text)

    def _capabilities(self) -> AIMessage:
        return AIMessage(can_do({m.name: m.description for m in self.manuals.values()}))

    def _asking(self) -> dict[str, Any] | None:
        """The open question, when the last thing said was one about a tool still here."""
        said = next((m for m in reversed(self.messages) if isinstance(m, AIMessage)), None)
        asking = said.additional_kwargs.get("asking") if said else None
        return asking if asking and asking["tool"] in self.manuals else None

    def _answered(self, asking: Mapping[str, Any], text: str) -> AIMessage:
        if trimmed(text).casefold() in words()["cancel"]:
            return AIMessage("All right, I did nothing.")
        manual = self.manuals[asking["tool"]]
        slot = next(slot for slot in manual.slots if slot.name == asking["slot"])
        told = picked(text, asking["options"]) or self._bare(manual, slot, text)
        if not told:
            return self._ask(manual, slot, asking["arguments"], options=asking["options"])
        return self._call(manual, {**asking["arguments"], **told}, text)

    def _bare(self, manual: Manual, slot: Slot, text: str) -> dict[str, Any]:
        """The value of one slot when the whole sentence is the answer."""
        if slot.kind == "text" and not slot.many:
            return {slot.name: trimmed(text)} if trimmed(text) else {}
        return self._read(manual, [replace(slot, required=True)], text)

    def _read(self, manual: Manual, slots: Sequence[Slot], text: str) -> dict[str, Any]:
        lines = manual_lines(manual.name, manual.description)
        ignoring = {word for line in lines for word in tokens(line)}
        near = self.intents.near
        return fill(text, slots, near=near, ignoring=ignoring, now=self.now, tool=manual.name)

    # -- towards a call --------------------------------------------------------------------

    def _call(self, manual: Manual, arguments: dict[str, Any], text: str) -> AIMessage:
        missing = next((s for s in manual.slots if s.required and s.name not in arguments), None)
        if missing is None:
            return call(manual.name, arguments)
        if missing.kind != "uuid":
            return self._ask(manual, missing, arguments)
        return self._find(manual, missing, arguments, text)

    def _find(self, manual: Manual, slot: Slot, arguments: dict[str, Any], text: str) -> AIMessage:
        """An id that was not said: pointed at, looked up by what it is about, or asked for."""
        rows: Rows = next(rows_with(slot.name, reversed(self.messages)), [])
        _, subject = subject_of(text)
        options = [told_by(row, manual) for row in rows]
        chosen = picked(text, options) or (options[0] if len(options) == 1 else None)
        if chosen and not subject:
            return self._call(manual, {**arguments, **chosen}, text)
        lookup = self._lookup(slot, subject)
        if lookup and (subject or not rows):
            then = {"tool": manual.name, "slot": slot.name, "arguments": arguments}
            return call(*lookup, then=then)
        return self._ask(manual, slot, arguments, rows=rows)

    def _lookup(self, slot: Slot, subject: str) -> tuple[str, dict[str, Any]] | None:
        """A call that finds such a thing: `search_content` by words, `show_posts` without."""
        stem = slot.name.removesuffix("_id")
        search, show = self.manuals.get(f"search_{stem}"), self.manuals.get(f"show_{stem}s")
        needed = [one for one in search.slots if one.required] if search else []
        if search and subject and len(needed) == 1 and needed[0].kind == "text":
            return search.name, {needed[0].name: subject}
        if show and not any(one.required for one in show.slots):
            return show.name, {}
        return None

    def _ask(
        self,
        manual: Manual,
        slot: Slot,
        arguments: Mapping[str, Any],
        *,
        rows: Rows | None = None,
        options: Sequence[dict[str, Any]] = (),
    ) -> AIMessage:
        question = which(rows) if rows else still_needed(manual.name, slot)
        asking = {
            "tool": manual.name,
            "slot": slot.name,
            "arguments": dict(arguments),
            "options": [told_by(row, manual) for row in rows or ()] or list(options),
        }
        return AIMessage(question, additional_kwargs={"asking": asking})

    # -- a tool answered -------------------------------------------------------------------

    def _after(self, result: ToolMessage) -> AIMessage:
        if result.status == "error":
            return AIMessage(f"That did not work. {result.text}")
        asked = next(
            message
            for message in reversed(self.messages)
            if isinstance(message, AIMessage) and message.tool_calls
        )
        then = asked.additional_kwargs.get("then")
        if not then or then["tool"] not in self.manuals:
            return AIMessage(readable(str(result.text)))
        return self._go_on(then, result)

    def _go_on(self, then: Mapping[str, Any], result: ToolMessage) -> AIMessage:
        """After a look-up: call what it was for, or ask which of several was meant."""
        manual, name = self.manuals[then["tool"]], then["slot"]
        slot = next(slot for slot in manual.slots if slot.name == name)
        rows: Rows = next(rows_with(name, [result]), [])
        if not rows:
            return AIMessage("I looked and found nothing that fits. Say it in other words?")
        if len(rows) == 1:
            return self._call(manual, {**then["arguments"], **told_by(rows[0], manual)}, "")
        return self._ask(manual, slot, then["arguments"], rows=rows)


def call(
    tool: str, arguments: Mapping[str, Any], *, then: Mapping[str, Any] | None = None
) -> AIMessage:
    """A message that calls a tool."""
    request = {"name": tool, "args": dict(arguments), "id": uuid4().hex, "type": "tool_call"}
    kept = {"then": dict(then)} if then else {}
    return AIMessage("", tool_calls=[request], additional_kwargs=kept)


def told_by(row: Mapping[str, Any], manual: Manual) -> dict[str, Any]:
    """What a row of an earlier result says of the values that a tool cannot do without."""
    names = [slot.name for slot in manual.slots if slot.required]
    return {name: row[name] for name in names if row.get(name) is not None}


def picked(text: str, options: Sequence[Option]) -> Option | None:
    """The option that "the second one" or "2" points at.

    >>> picked("the second one", ["a", "b"]), picked("hello", ["a"])
    ('b', None)
    """
    for word in tokens(text):
        place = int(word) if word.isdecimal() else words()["ordinals"].get(word, 0)
        if options and (place == -1 or 1 <= place <= len(options)):
            return options[place - 1 if place > 0 else -1]
    return None


def rows_with(key: str, messages: Iterator[BaseMessage] | Sequence[BaseMessage]) -> Iterator[Rows]:
    """From each tool result that has any: its rows holding `key`, each value once."""
    for message in messages:
        if isinstance(message, ToolMessage) and message.status != "error":
            rows = {row[key]: row for row in _rows(_parsed(message)) if row.get(key)}
            if rows:
                yield list(rows.values())


def _parsed(message: ToolMessage) -> Any:
    try:
        return json.loads(str(message.text))
    except json.JSONDecodeError:
        return None


def _rows(result: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(result, dict):
        yield result
        for value in result.values():
            yield from (_rows(value) if isinstance(value, list) else ())
    elif isinstance(result, list):
        for one in result:
            yield from _rows(one)
