"""Posts go into the memory and come back as themselves."""

from datetime import UTC, datetime
from uuid import uuid4

from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from memory.recall import post_item, similar
from smartcontent.content import MemoryItem
from smartcontent.publishing import Post, PostState

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def post(text: str) -> Post:
    return Post(
        id=uuid4(),
        campaign_id=uuid4(),
        variant_id=uuid4(),
        decision_id=uuid4(),
        platform="sandbox",
        account="me",
        text=text,
        content_hash="x",
        state=PostState.PUBLISHED,
        scheduled_at=NOW,
    )


def test_similar_posts_are_posts_only() -> None:
    memory, here = InMemory(HashedEmbedder()), uuid4()
    bread, bikes = post("how to bake bread"), post("how to mend a bike")
    memory.remember(here, [post_item(bread), post_item(bikes)])
    article = MemoryItem(id="1", text="how to bake bread", kind="content", source="me")
    memory.remember(here, [article])
    found = similar(memory, here, "how to bake bread", limit=2)
    assert [near.post_id for near in found] == [bread.id, bikes.id]
    assert found[0].text == bread.text
    assert found[0].reward is None


def test_far_posts_are_left_out_when_asked() -> None:
    memory, here = InMemory(HashedEmbedder()), uuid4()
    memory.remember(here, [post_item(post("how to bake bread"))])
    assert similar(memory, here, "cheese", at_least=0.9) == []
