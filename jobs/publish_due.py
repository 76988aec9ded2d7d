"""Publishes one outbox row: never blindly twice, never silently not.

Three steps with a commit between them: claim the row under a lease and a fence, send outside of
any transaction, write the outcome under the same fence.  Whoever dies in between leaves a post
that says `publishing`, and the next one looks before it sends.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from graph.intending import look
from jobs.attempt import Attempt, Failed, Later, Published, Unknown, Verdict
from smartcontent.content import Content, Platform
from smartcontent.errors import InvalidInput, WrongState
from smartcontent.plugins import Connector
from smartcontent.publishing import Outgoing, Post
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database, Session
from store.media import MediaStore
from store.outbox import Claim, Outbox
from store.posts import Posts
from store.variants import Variants
from tools.fit_picture import fit_picture

LEASE_SECONDS = 120.0


async def publish(
    database: Database,
    connectors: Mapping[Platform, Connector],
    workspace_id: UUID,
    outbox_id: UUID,
    owner: str,
    *,
    media: MediaStore,
    clock: Callable[[], datetime],
    lease_seconds: float = LEASE_SECONDS,
) -> Post:
    """Send what is due, once; the post as it is afterwards.

    The store refuses to hand out a text that is not byte for byte the approved one.  `owner`
    names this attempt, not this process.  Raises NotFound, LeaseLost (another worker is at it)
    and WrongState (it was sent, failed or was taken back: there is nothing to do).
    """
    async with _settling(database, workspace_id, outbox_id, owner) as session:
        claim = await Outbox(session).claim(outbox_id, owner=owner, seconds=lease_seconds)
        content = await _content_of(session, claim.post)
        language = (await Variants(session).get(claim.post.variant_id)).language
    try:
        outgoing = await _outgoing(workspace_id, claim.post, content, language, media, connectors)
    except InvalidInput as unfit:  # a picture that no size or format makes one of the platform's
        verdict: Verdict = Failed(str(unfit))
    else:
        verdict = await _attempt(connectors, claim, outgoing, clock())
    async with database.transaction(workspace_id) as session:
        await _write(session, workspace_id, claim, verdict)
        return await Posts(session).get(claim.post.id)


@asynccontextmanager
async def _settling(
    database: Database, workspace_id: UUID, outbox_id: UUID, owner: str
) -> AsyncIterator[Session]:
    """The claim's transaction; when it is refused, another one in which the intent may fail."""
    try:
        async with database.transaction(workspace_id) as session:
            yield session
    except WrongState:
        async with database.transaction(workspace_id) as session:
            await Outbox(session).refuse(outbox_id, owner=owner)
        raise


async def _content_of(session: Session, post: Post) -> Content:
    campaign = await Campaigns(session).get(post.campaign_id)
    return await Contents(session).get(campaign.content_id)


async def _outgoing(
    workspace_id: UUID,
    post: Post,
    content: Content,
    language: str,
    media: MediaStore,
    connectors: Mapping[Platform, Connector],
) -> Outgoing:
    """What is sent, each picture as the platform takes it.  InvalidInput for one it cannot take."""
    kept = {picture.id: picture for picture in content.media}
    pictures = [kept[id] for id in post.media if id in kept]
    connector = connectors.get(post.platform)
    fitted = []
    for picture in pictures:
        blob = await to_thread(media.get, workspace_id, picture.sha256)
        image = (picture.media_type, blob)
        if connector is not None:
            made = await to_thread(fit_picture, blob, connector.spec, picture.alt_text[:60])
            image = (made.media_type, made.data)
        fitted.append((*image, picture.alt_text))
    return Outgoing(
        effect_key=post.effect_key,
        workspace_id=workspace_id,
        post_id=post.id,
        account=post.account,
        text=post.text,
        title=content.title,
        link=content.link,
        language=language,
        media=tuple(fitted),
    )


async def _attempt(
    connectors: Mapping[Platform, Connector], claim: Claim, outgoing: Outgoing, now: datetime
) -> Verdict:
    connector = connectors.get(claim.post.platform)
    if connector is None:
        return Failed(f"There is no connection to {claim.post.platform} any more.")
    if len(outgoing.media) < len(claim.post.media):
        return Failed("A picture that was approved with this post has been removed.")
    return await Attempt(connector, outgoing, claim.attempts, now, claim.was_publishing).make()


async def _write(session: Session, workspace_id: UUID, claim: Claim, verdict: Verdict) -> None:
    outbox = Outbox(session)
    match verdict:
        case Published(receipt):
            await outbox.published(claim, receipt)
        case Failed(problem):
            await outbox.failed(claim, problem)
        case Unknown(problem):
            await outbox.unknown(claim, problem)
        case Later(at, problem, unsettled):
            await outbox.retry(claim, at, problem, unsettled=unsettled)
            await look(session, workspace_id, claim.outbox_id, at=at)
