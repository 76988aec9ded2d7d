"""The public feed: readable by anyone with the link, and nothing else is."""

from calendar import timegm
from time import time
from uuid import UUID, uuid4

import feedparser
import httpx
import pytest

from api.deps import Services
from smartcontent.publishing import Outgoing

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
async def published(
    client: httpx.AsyncClient, owner_headers: dict[str, str], services: Services
) -> UUID:
    """A workspace with one post on its feed."""
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    workspace = UUID(me["workspace"]["id"])
    post = Outgoing(
        effect_key="once",
        workspace_id=workspace,
        post_id=uuid4(),
        account="main",
        text="Bread & butter <today>.",
        media=(("image/png", PIXEL, "Bread"),),
    )
    await services.connectors["sandbox"].publish(post)
    return workspace


async def test_rss(client: httpx.AsyncClient, published: UUID) -> None:
    answer = await client.get(f"/feed/{published}.rss")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    feed = feedparser.parse(answer.text)
    (entry,) = feed.entries
    assert not feed.bozo and entry.title == "Bread & butter <today>."
    assert entry.link.startswith(f"http://test/feed/{published}#")
    assert timegm(entry.published_parsed) <= time()


async def test_pictures(client: httpx.AsyncClient, published: UUID, services: Services) -> None:
    (post,) = services.connectors["sandbox"].posts(published)  # type: ignore[attr-defined]
    path = f"/feed/{published}/media/{post.media[0].name}"
    answer = await client.get(path)
    assert (answer.headers["content-type"], answer.content) == ("image/png", PIXEL)
    for name in ("..%2F..%2Fsecret.key", "x" * 300, post.media[0].name[:-1]):
        assert (await client.get(f"/feed/{published}/media/{name}")).status_code == 404


async def test_no_such_feed(client: httpx.AsyncClient) -> None:
    for path in (f"/feed/{uuid4()}.rss", f"/feed/{uuid4()}/media/x", "/feed/x.rss"):
        assert (await client.get(path)).status_code == 404
