"""A workspace's voice: rules with what they rest on, posts to learn from, and what was edited."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Select, and_, case, delete, func, not_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from smartcontent.content import Noun
from smartcontent.errors import AlreadyExists, Conflict, NotFound
from smartcontent.voice import Lesson, VoiceExample, VoiceRule, VoiceSetting
from store.database import Session
from store.rows import as_noun, as_row, many, new_id, page
from store.tables import APPROVALS, POSTS, VARIANTS, VOICE_EXAMPLES, VOICE_RULES

RULES, EXAMPLES = VOICE_RULES, VOICE_EXAMPLES
NEXT_STEP = "List them: GET /v1/voice"
QUOTED = text("""
    UPDATE voice_rules SET evidence = (
        SELECT coalesce(json_agg(e ORDER BY place), '[]')
          FROM json_array_elements(evidence) WITH ORDINALITY AS quoted (e, place)
         WHERE NOT EXISTS (
            SELECT FROM posts p JOIN campaigns c ON c.id = p.campaign_id
             WHERE c.content_id = :content_id AND p.id = (e ->> 'post_id')::uuid))
     WHERE json_array_length(evidence) > 0
""")


class Worded(Noun):
    """A post that a person approved, beside what was drafted for it."""

    post_id: UUID
    platform: str
    language: str
    draft: str
    text: str


class VoiceRules:
    """Rules as shown; one that was deleted is kept aside, so that it is not learned again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def enabled(self) -> list[VoiceRule]:
        """Those that are on, oldest first."""
        on = _living().where(RULES.c.enabled).order_by(RULES.c.created_at, RULES.c.id)
        return await many(self._session, VoiceRule, on)

    async def get(self, id: UUID) -> VoiceRule:
        """Raises NotFound."""
        return await self._one(_living().where(RULES.c.id == id), id)

    async def add(self, setting: VoiceSetting) -> VoiceRule:
        """A creator's own rule, in place of a learned or a deleted one about the same.

        Raises AlreadyExists when the creator has one about it.
        """
        row = {**as_row(setting, RULES), "key": setting.key, "origin": "creator"}
        fresh = {**row, "id": new_id(), "enabled": True, "support": 0, "against": 0, "evidence": []}
        again = {**fresh, "deleted_at": None, "created_at": func.clock_timestamp()}
        said = (
            upsert(RULES)
            .values(fresh)
            .on_conflict_do_update(
                index_elements=["workspace_id", "key"],
                set_=again,
                where=or_(RULES.c.deleted_at.is_not(None), RULES.c.origin != "creator"),
            )
        )
        kept = (await self._session.execute(said.returning(RULES))).one_or_none()
        if kept is None:
            raise AlreadyExists(
                "There is a rule about this already.",
                todo="Change that one: PATCH /v1/voice/{id}",
                statement=setting.statement,
            )
        return as_noun(VoiceRule, kept)

    async def change(self, id: UUID, **changes: str | int | bool | None) -> VoiceRule:
        """With what is given changed (None: as it is).  A rule reworded is the creator's.

        Raises NotFound, and Conflict for what a rule of its kind cannot ask.
        """
        held = _living().where(RULES.c.id == id).with_for_update()
        rule = await self._one(held, id)
        given = {name: value for name, value in changes.items() if value is not None}
        if given.keys() - {"enabled"}:
            given["origin"] = "creator"
        changed = _checked(rule, given)
        await self._session.execute(
            update(RULES).where(RULES.c.id == id).values(as_row(changed, RULES))
        )
        return changed

    async def delete(self, id: UUID) -> None:
        """For good: nothing learned brings it back, and its texts are let go.  Raises NotFound."""
        gone = (
            update(RULES)
            .where(RULES.c.id == id, RULES.c.deleted_at.is_(None))
            .values(deleted_at=func.clock_timestamp(), evidence=[])
        )
        if (await self._session.execute(gone.returning(RULES.c.id))).one_or_none() is None:
            raise _missing("rule", id)

    async def learn(self, lessons: Sequence[Lesson]) -> None:
        """Keep what was learned, in the order of the keys, so that two who learn do not lock.

        What a creator has reworded keeps its words, what is off stays off, and what was deleted
        stays away; only what they rest on is renewed.
        """
        for lesson in sorted(lessons, key=lambda lesson: lesson.setting.key):
            row = as_row(lesson, RULES) | as_row(lesson.setting, RULES, key=lesson.setting.key)
            said = upsert(RULES).values({**row, "id": new_id()})
            new, learned = said.excluded, RULES.c.origin != "creator"
            moved = {
                name: case((learned, new[name]), else_=RULES.c[name])
                for name in ("most", "instead", "origin")
            }
            renewed = {name: new[name] for name in ("support", "against", "evidence")}
            await self._session.execute(
                said.on_conflict_do_update(
                    index_elements=["workspace_id", "key"],
                    set_=moved | renewed,
                    where=RULES.c.deleted_at.is_(None),
                )
            )

    async def unlearn(self, ids: Sequence[UUID]) -> None:
        """Let go of learned rules that what came since speaks against; they may be learned anew."""
        gone = delete(RULES).where(RULES.c.id.in_(ids), RULES.c.origin != "creator")
        await self._session.execute(gone)

    async def _one(self, wanted: Select[Any], id: UUID) -> VoiceRule:
        found = await many(self._session, VoiceRule, wanted)
        if not found:
            raise _missing("rule", id)
        return found[0]

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[VoiceRule]:
        """Newest first."""
        return await many(self._session, VoiceRule, page(_living(), RULES, after, limit))


class VoiceExamples:
    """Posts of the creator's own, each once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, texts: Sequence[tuple[str, str]]) -> int:
        """Texts with their languages; how many of them are new."""
        kept = 0
        for example, language in texts:
            row = {"id": new_id(), "sha256": sha256(example.encode()).hexdigest()}
            said = upsert(EXAMPLES).values(text=example, language=language, **row)
            fresh = said.on_conflict_do_nothing().returning(EXAMPLES.c.id)
            kept += len((await self._session.execute(fresh)).all())
        return kept

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[VoiceExample]:
        """Newest first."""
        return await many(
            self._session, VoiceExample, page(select(EXAMPLES), EXAMPLES, after, limit)
        )

    async def delete(self, id: UUID) -> None:
        """Raises NotFound."""
        gone = delete(EXAMPLES).where(EXAMPLES.c.id == id).returning(EXAMPLES.c.id)
        if (await self._session.execute(gone)).one_or_none() is None:
            raise _missing("example", id)


async def worded(session: Session, *, limit: int) -> list[Worded]:
    """The latest posts that people approved, newest first; a standing order is no person."""
    joined = APPROVALS.join(POSTS, POSTS.c.id == APPROVALS.c.post_id).join(
        VARIANTS, VARIANTS.c.id == POSTS.c.variant_id
    )
    nobody = and_(APPROVALS.c.by.is_(None), APPROVALS.c.note == "auto")
    said = (
        select(
            POSTS.c.id.label("post_id"),
            POSTS.c.platform,
            VARIANTS.c.language,
            VARIANTS.c.text.label("draft"),
            POSTS.c.text,
        )
        .select_from(joined)
        .where(APPROVALS.c.verdict == "approved", not_(nobody))
        .order_by(APPROVALS.c.created_at.desc(), APPROVALS.c.id.desc())
        .limit(limit)
    )
    rows = (await session.execute(said)).mappings()
    found = [as_noun(Worded, row) for row in rows]
    return list({one.post_id: one for one in found}.values())


async def forget_texts(session: Session, content_id: UUID) -> None:
    """Let go of what rules quote of a content's posts, before these are deleted."""
    await session.execute(QUOTED, {"content_id": content_id})


def _living() -> Select[Any]:
    return select(RULES).where(RULES.c.deleted_at.is_(None))


def _checked(rule: VoiceRule, given: dict[str, Any]) -> VoiceRule:
    try:
        return VoiceRule.model_validate({**rule.model_dump(), **given})
    except ValidationError as problem:
        raise Conflict(
            f"This rule cannot be changed so: {problem.errors()[0]['msg']}.",
            todo="Delete it and add another one.",
            statement=rule.statement,
        ) from problem


def _missing(what: str, id: UUID) -> NotFound:
    return NotFound(f"There is no such {what} here.", todo=NEXT_STEP, id=str(id))
