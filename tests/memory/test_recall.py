"""Posts and contents go into the memory and come back as themselves."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from memory.recall import content_items, owner_of, post_item, search_contents, similar
from smartcontent.content import Content, Post, PostState

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


def content(title: str, text: str) -> Content:
    return Content(id=uuid4(), title=title, text=text, source=text, created_at=NOW)


def test_similar_posts_are_posts_only() -> None:
    memory, here = InMemory(HashedEmbedder()), uuid4()
    bread, bikes = post("how to bake bread"), post("how to mend a bike")
    memory.remember(here, [post_item(bread), post_item(bikes)])
    memory.remember(here, content_items(content("Bread", "how to bake bread")))
    found = similar(memory, here, "how to bake bread", limit=2)
    assert [near.post_id for near in found] == [bread.id, bikes.id]
    assert found[0].text == bread.text
    assert found[0].reward is None


def test_far_posts_are_left_out_when_asked() -> None:
    memory, here = InMemory(HashedEmbedder()), uuid4()
    memory.remember(here, [post_item(post("how to bake bread"))])
    assert similar(memory, here, "cheese", at_least=0.9) == []


def test_a_content_answers_once_with_its_best_passage() -> None:
    memory, here = InMemory(HashedEmbedder()), uuid4()
    bread = content("Bread", "Flour and water.\n\n" + "filler " * 130 + "\n\nSour dough rests.")
    bikes = content("Bikes", "Chains and pedals.")
    memory.remember(here, [*content_items(bread), *content_items(bikes)])
    found = search_contents(memory, here, "sour dough rests")
    assert [owner_of(near) for near in found] == [bread.id, bikes.id]
    assert "Sour dough" in found[0].item.text


def test_passages_lose_no_paragraph() -> None:
    paragraphs = [f"Paragraph {number} " + "x" * 90 for number in range(40)]
    items = content_items(content("Title", "\n\n".join(paragraphs)))
    assert "\n\n".join(item.text for item in items) == "\n\n".join(["Title", *paragraphs])
    assert len({item.id for item in items}) == len(items) > 1


def test_an_empty_content_is_its_title() -> None:
    assert [item.text for item in content_items(content("Title", ""))] == ["Title"]
    assert content_items(content("", "  ")) == []


def test_ids_carry_the_owner() -> None:
    assert isinstance(UUID(post_item(post("x")).id.split("/")[1]), UUID)
