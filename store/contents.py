"""What the creator brings, every version of it, and what the analyst said of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from smartcontent.content import Analysis, Content, Media
from smartcontent.errors import NotFound, StaleVersion, WrongState
from store.database import Session
from store.rows import new_id, page
from store.tables import ANALYSES, CAMPAIGNS, CONTENT_VERSIONS, CONTENTS, MEDIA, POSTS
from store.voice import forget_texts

VERSIONS = CONTENT_VERSIONS
NEXT_STEP = "List them: GET /v1/contents"


class Contents:
    """Each edit is a new version; the old ones stay readable."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, *, title: str, text: str, source: str, format: str, link: str | None = None
    ) -> Content:
        id = new_id()
        await self._session.execute(insert(CONTENTS).values(id=id))
        row = {"title": title, "text": text, "source": source, "format": format, "link": link}
        await self._session.execute(insert(VERSIONS).values(content_id=id, version=1, **row))
        return await self.get(id)

    async def get(self, id: UUID) -> Content:
        found = await _read(self._session, _newest_version().where(CONTENTS.c.id == id))
        if not found:
            raise _missing(id)
        return found[0]

    async def versions(self, id: UUID) -> list[Content]:
        """Newest first.  Raises NotFound."""
        every = _joined(VERSIONS.c.content_id == CONTENTS.c.id).where(CONTENTS.c.id == id)
        found = await _read(self._session, every.order_by(VERSIONS.c.version.desc()))
        if not found:
            raise _missing(id)
        return found

    async def edit(
        self,
        id: UUID,
        *,
        version: int,
        title: str | None = None,
        text: str | None = None,
        source: str | None = None,
        link: str | None = None,
    ) -> Content:
        """A new version with what is given changed.  Raises StaleVersion when `version` is old."""
        now = await self.get(id)
        await self._step_up(now, version)
        given = {"title": title, "text": text, "source": source, "link": link}
        row = {
            name: getattr(now, name) if value is None else value for name, value in given.items()
        }
        await self._session.execute(
            insert(VERSIONS).values(content_id=id, version=version + 1, format=now.format, **row)
        )
        return await self.get(id)

    async def delete(self, id: UUID) -> None:
        """Remove it with its campaigns and posts.  Raises WrongState while one is being sent."""
        campaigns = select(CAMPAIGNS.c.id).where(CAMPAIGNS.c.content_id == id)
        posts = select(POSTS.c.state).where(POSTS.c.campaign_id.in_(campaigns)).with_for_update()
        if "publishing" in (await self._session.execute(posts)).scalars().all():
            raise WrongState(
                "A post of this content is being sent right now.", todo="Try again in a minute."
            )
        await forget_texts(self._session, id)
        gone = delete(CONTENTS).where(CONTENTS.c.id == id).returning(CONTENTS.c.id)
        if (await self._session.execute(gone)).one_or_none() is None:
            raise _missing(id)

    async def attach(self, id: UUID, media: Media) -> Content:
        await self.get(id)
        await self._session.execute(insert(MEDIA).values(content_id=id, **media.model_dump()))
        return await self.get(id)

    async def detach(self, id: UUID, media_id: UUID) -> Content:
        await self._session.execute(
            delete(MEDIA).where(MEDIA.c.content_id == id, MEDIA.c.id == media_id)
        )
        return await self.get(id)

    async def of_picture(self, media_id: UUID) -> Content:
        """The content that a picture belongs to.  Raises NotFound."""
        owner = select(MEDIA.c.content_id).where(MEDIA.c.id == media_id)
        id = (await self._session.execute(owner)).scalar_one_or_none()
        if id is None:
            raise NotFound("There is no such picture here.", todo=NEXT_STEP, id=str(media_id))
        return await self.get(id)

    async def describe(self, id: UUID, media_id: UUID, alt_text: str) -> Content:
        """Say in words what a picture shows.  Raises NotFound."""
        said = (
            update(MEDIA)
            .where(MEDIA.c.content_id == id, MEDIA.c.id == media_id)
            .values(alt_text=alt_text)
            .returning(MEDIA.c.id)
        )
        if (await self._session.execute(said)).one_or_none() is None:
            raise NotFound("This content has no such picture.", todo=NEXT_STEP, id=str(media_id))
        return await self.get(id)

    async def _step_up(self, now: Content, version: int) -> None:
        """From `version` to the next.  Raises StaleVersion: of two edits of it, one wins."""
        raised = (
            update(CONTENTS)
            .where(CONTENTS.c.id == now.id, CONTENTS.c.version == version)
            .values(version=version + 1)
            .returning(CONTENTS.c.id)
        )
        if (await self._session.execute(raised)).one_or_none() is None:
            raise StaleVersion(
                f"Somebody edited this content: it is at version {now.version}.",
                todo="Read it again and repeat your change on it.",
                version=now.version,
            )

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[Content]:
        return await _read(self._session, page(_newest_version(), CONTENTS, after, limit))


class Analyses:
    """The latest analysis of each content."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def save(self, analysis: Analysis) -> None:
        row = {"content_id": analysis.content_id, "analysis": analysis.model_dump(mode="json")}
        saved = upsert(ANALYSES).values(row)
        renewed = saved.on_conflict_do_update(
            index_elements=["workspace_id", "content_id"],
            set_={"analysis": saved.excluded.analysis, "created_at": func.clock_timestamp()},
        )
        await self._session.execute(renewed)

    async def of(self, content_id: UUID) -> Analysis | None:
        found = select(ANALYSES.c.analysis).where(ANALYSES.c.content_id == content_id)
        analysis = (await self._session.execute(found)).scalar_one_or_none()
        return None if analysis is None else Analysis.model_validate(analysis)


async def _read(session: Session, statement: Select[Any]) -> list[Content]:
    rows = (await session.execute(statement)).mappings().all()
    wanted = {row["id"] for row in rows}
    pictures = select(MEDIA).where(MEDIA.c.content_id.in_(wanted)).order_by(MEDIA.c.id)
    of: dict[UUID, list[Media]] = {}
    for row in (await session.execute(pictures)).mappings() if wanted else ():
        media = Media.model_validate({name: row[name] for name in Media.model_fields})
        of.setdefault(row["content_id"], []).append(media)
    return [Content(**row, media=tuple(of.get(row["id"], ()))) for row in rows]


def _joined(on: ColumnElement[bool]) -> Select[Any]:
    kept = [VERSIONS.c[name] for name in ("version", "title", "text", "source", "format", "link")]
    return select(CONTENTS.c.id, CONTENTS.c.created_at, *kept).join(VERSIONS, on)


def _newest_version() -> Select[Any]:
    same = VERSIONS.c.content_id == CONTENTS.c.id
    return _joined(and_(same, VERSIONS.c.version == CONTENTS.c.version))


def _missing(id: UUID) -> NotFound:
    return NotFound("There is no such content here.", todo=NEXT_STEP, id=str(id))
