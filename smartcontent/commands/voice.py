"""`smartcontent voice …`: how posts are worded, as rules that can be switched off and deleted."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from smartcontent.bootstrap import Product
from smartcontent.commands.check import read_text
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.errors import InvalidInput, NotFound
from smartcontent.voice import VoiceKind, VoiceRule
from store.database import Session
from store.voice import VoiceExamples, VoiceRules
from tools.add_voice_rule import voice_setting
from tools.bring_examples import bring_examples
from tools.show_voice import why

BETWEEN = re.compile(r"^\s*---\s*$", re.MULTILINE)
SHORT = 8  # hex digits of an id; ids of one hour begin alike, so their ends are shown
MOST = 200
Told = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """A transaction in the workspace of whoever runs the command line."""

    session: Session

    @property
    def rules(self) -> VoiceRules:
        return VoiceRules(self.session)

    async def named(self, said: str) -> VoiceRule:
        """The rule whose id is, or ends with, what was said.  Raises NotFound."""
        found = [one for one in await self.rules.list(limit=MOST) if str(one.id).endswith(said)]
        if len(found) != 1 or not said:
            raise NotFound(
                f"{len(found)} rules have an id that ends with {said}.",
                todo="List them: smartcontent voice list",
            )
        return found[0]


def run(*, what: str, json: bool, **asked: Any) -> None:
    """Do one of the works below."""
    finish(with_product(lambda product: done(product, what, **asked)), json=json)


async def done(product: Product, what: str, **asked: Any) -> Told:
    workspace_id = (await home(product)).caller.workspace_id
    async with product.services.database.transaction(workspace_id) as session:
        return await WORKS[what](Desk(session), **asked)


async def _list(desk: Desk) -> Told:
    rules = await desk.rules.list(limit=MOST)
    examples = await VoiceExamples(desk.session).list(limit=MOST)
    for rule in rules:
        _say(rule)
    say("There are no rules yet: edit drafts, or bring posts of yours." if not rules else "")
    say(f"{len(examples)} posts of yours are kept as examples.")
    told = [rule.model_dump(mode="json") | {"says": rule.statement} for rule in rules]
    return {"rules": told, "examples": len(examples)}


async def _add(desk: Desk, *, kind: str, about: str, instead: str, most: int | None) -> Told:
    asked: VoiceKind | None = next((one for one in KINDS if one == kind), None)
    if asked is None:
        raise InvalidInput(
            f"There is no kind of rule {kind}.", todo=f"There are: {', '.join(KINDS)}."
        )
    rule = await desk.rules.add(voice_setting(kind=asked, about=about, instead=instead, most=most))
    return _say(rule)


async def _off(desk: Desk, *, rule: str) -> Told:
    return _say(await desk.rules.change((await desk.named(rule)).id, enabled=False))


async def _on(desk: Desk, *, rule: str) -> Told:
    return _say(await desk.rules.change((await desk.named(rule)).id, enabled=True))


async def _delete(desk: Desk, *, rule: str) -> Told:
    found = await desk.named(rule)
    await desk.rules.delete(found.id)
    say(f"Deleted: {found.statement}")
    return {"deleted": found.id}


async def _bring(desk: Desk, *, file: str) -> Told:
    texts = [part.strip() for part in BETWEEN.split(read_text(file))]
    new = await bring_examples(desk.session, [text for text in texts if text])
    say(f"{new} new posts.")
    return {"new": new, **await _list(desk)}


def _say(rule: VoiceRule) -> Told:
    mark = "on " if rule.enabled else "off"
    needs = ", needs a language model" if rule.needs_model else ""
    statement = rule.statement.replace("[", "\\[")
    say(f"{str(rule.id)[-SHORT:]}  {mark}  {statement}  ({why(rule)}{needs})")
    return {"rule": rule.model_dump(mode="json") | {"says": rule.statement}}


KINDS: tuple[VoiceKind, ...] = get_args(VoiceKind)
WORKS: Mapping[str, Callable[..., Awaitable[Told]]] = {
    "list": _list,
    "add": _add,
    "off": _off,
    "on": _on,
    "delete": _delete,
    "bring": _bring,
}
