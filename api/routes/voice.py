"""How posts are worded: rules learned and given, and the creator's own posts as examples."""

from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from api.bodies import INTEGRAL, ONE_LINE, READABLE, Body, Id, Line
from api.deps import Work, open_transaction
from api.door import Door
from api.paging import After, Limit, Page, page
from api.problems import answers
from api.replies import KeyedOnce, KeyedWork, Once, working
from smartcontent.voice import Left, VoiceExample, VoiceRule
from store.voice import VoiceExamples, VoiceRules
from tools.add_voice_rule import require_same_sense, voice_setting
from tools.bring_examples import bring_examples

router = APIRouter(prefix="/v1/voice", route_class=Door, tags=["voice"])
Tag = Annotated[str | None, Header(include_in_schema=False)]
Most = Annotated[int, Field(ge=1, le=10_000), INTEGRAL]
Example = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=READABLE)]


class Limited(Body):
    """At most so many; `sentence_words` needs a language model."""

    kind: Literal["sentences", "characters", "sentence_words"]
    most: Most


class Tagged(Body):
    """At most so many hashtags; 0 for none."""

    kind: Literal["hashtags"]
    most: Annotated[int, Field(ge=0, le=100), INTEGRAL]


class LeftOut(Body):
    """What there is none of."""

    kind: Left


class Avoided(Body):
    """Words that are not said, or (`manner`, with a language model) a rule in free words."""

    kind: Literal["avoid", "manner"]
    about: Line


class Replaced(Body):
    """Words, and what is said in their place."""

    kind: Literal["replace"]
    about: Line
    instead: Line


NewRule = Limited | Tagged | LeftOut | Avoided | Replaced


class RuleEdit(Body):
    """What is given is changed; a rule that was reworded is the creator's from then on."""

    enabled: bool | None = None
    about: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] | None = None
    instead: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] | None = None
    most: Annotated[int, Field(ge=0, le=10_000), INTEGRAL] | None = None


class NewExamples(Body):
    """Posts of the creator's own, each as it was posted."""

    texts: Annotated[list[Example], Field(min_length=1, max_length=100)]


class Stated(VoiceRule):
    """A rule, and the same in plain words."""

    @computed_field
    def says(self) -> str:
        return self.statement

    @computed_field
    def applied_without_model(self) -> bool:
        """Whether the embedded writer follows it."""
        return not self.needs_model

    @classmethod
    def of(cls, rule: VoiceRule) -> "Stated":
        return cls.model_validate(rule.model_dump())


class Brought(BaseModel):
    """How many of the texts were new, and the rules as they are now."""

    model_config = ConfigDict(extra="forbid")

    new: int
    rules: list[Stated]


@router.get("")
async def list_voice(session: Work, after: After = None, limit: Limit = 50) -> Page[Stated]:
    """Every rule with what it rests on, newest first; also those that are switched off."""
    rules = await VoiceRules(session).list(after=after, limit=limit + 1)
    return page([Stated.of(rule) for rule in rules], limit)


@router.post("", status_code=201, responses=answers(409), dependencies=[Once])
async def add_voice_rule(body: NewRule, session: Work, response: Response) -> Stated:
    """A rule of the creator's own; also one that was deleted before."""
    said = {"about": "", "instead": "", "most": None} | body.model_dump()
    rule = await VoiceRules(session).add(voice_setting(**said))
    response.headers["Location"] = f"/v1/voice/{rule.id}"
    return _shown(rule, response)


@router.get("/examples")
async def list_voice_examples(
    session: Work, after: After = None, limit: Limit = 50
) -> Page[VoiceExample]:
    """The creator's own posts, newest first."""
    return page(await VoiceExamples(session).list(after=after, limit=limit + 1), limit)


@router.post("/examples", status_code=201, dependencies=[KeyedOnce])
async def bring_voice_examples(body: NewExamples, request: Request, keyed: KeyedWork) -> Brought:
    """Bring posts; what all of them have in common becomes rules, from five posts on."""
    async with working(request, keyed) as session:
        new = await bring_examples(session, body.texts)
        rules = await VoiceRules(session).list(limit=200)
    return Brought(new=new, rules=[Stated.of(rule) for rule in rules])


@router.delete("/examples/{example_id:uuid}", status_code=204, responses=answers(404))
async def delete_voice_example(example_id: Id, session: Work) -> Response:
    """Let a post go.  Rules that were learned from it stay until they are deleted."""
    await VoiceExamples(session).delete(example_id)
    return Response(status_code=204)


@router.get("/{rule_id:uuid}", responses=answers(404))
async def get_voice_rule(rule_id: Id, session: Work, response: Response) -> Stated:
    """One rule: what it says, who said it, and the texts it was learned from."""
    return _shown(await VoiceRules(session).get(rule_id), response)


@router.patch("/{rule_id:uuid}", responses=answers(404, 409))
async def change_voice_rule(
    rule_id: Id, body: RuleEdit, request: Request, response: Response, if_match: Tag = None
) -> Stated:
    """Switch a rule on or off, or reword it: then nothing learned moves it any more."""
    async with open_transaction(request) as session:
        rules = VoiceRules(session)
        if if_match not in (None, "*", etag(await rules.get(rule_id))):
            raise HTTPException(412, "Somebody else changed this rule first")
        rule = await rules.change(rule_id, **body.model_dump())
        require_same_sense(rule)
    return _shown(rule, response)


@router.delete("/{rule_id:uuid}", status_code=204, responses=answers(404))
async def delete_voice_rule(rule_id: Id, session: Work) -> Response:
    """Delete a rule for good: it is not learned again."""
    await VoiceRules(session).delete(rule_id)
    return Response(status_code=204)


def etag(rule: VoiceRule) -> str:
    """Names exactly this state of a rule."""
    return f'"{sha256(rule.model_dump_json().encode()).hexdigest()[:16]}"'


def _shown(rule: VoiceRule, response: Response) -> Stated:
    response.headers["ETag"] = etag(rule)
    return Stated.of(rule)
