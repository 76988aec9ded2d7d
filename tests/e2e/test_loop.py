"""Steps 1 to 8 through HTTP: an article goes in, and the next decision is different for it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.home import Home

ARTICLE = Path(__file__).parents[2] / "examples" / "articles" / "every-kid-in-a-park.md"
ARMS = [{"id": name, "features": {"strategy": name}} for name in ("story", "question", "quote")]


async def worked(product: Product) -> None:
    await run_worker(product.services.database.url, product.duties, until_idle=True)


async def post(http: httpx.AsyncClient, path: str, body: Any, status: int) -> Any:
    answer = await http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def learned_decision(http: httpx.AsyncClient) -> Any:
    """A decision the policy made; now and then one is held back for comparison."""
    while True:
        decision = await post(http, "/v1/decisions/rank", {"actions": ARMS}, 201)
        if decision["branch"] == "learned":
            return decision


async def start_campaign(http: httpx.AsyncClient) -> str:
    files = {"file": (ARTICLE.name, ARTICLE.read_bytes(), "text/markdown")}
    uploaded = await http.post("/v1/contents/upload", files=files)
    assert uploaded.status_code == 201, uploaded.text
    body = {"content_id": uploaded.json()["id"], "settings": {"within_hours": 0}}
    campaign: str = (await post(http, "/v1/campaigns", body, 202))["id"]
    return campaign


async def test_an_article_becomes_approved_posts_on_the_feed(
    product: Product, http: httpx.AsyncClient, owner: Home
) -> None:
    campaign = await start_campaign(http)
    await worked(product)
    whole = (await http.get(f"/v1/campaigns/{campaign}")).json()
    assert whole["campaign"]["state"] == "awaiting_approval", whole["problem"]
    assert [step["name"] for step in whole["steps"]][:6] == [
        "analyst", "segmenter", "learner", "writer", "guard", "scheduler",
    ]  # fmt: skip
    assert len(whole["posts"]) == 3
    for waiting in whole["posts"]:
        body = {"content_hash": waiting["content_hash"]}
        await post(http, f"/v1/posts/{waiting['id']}/approve", body, 200)
    await worked(product)
    posts = (await http.get("/v1/posts", params={"campaign_id": campaign})).json()["items"]
    assert {sent["state"] for sent in posts} == {"published"}
    feed = (await http.get(f"/feed/{owner.caller.workspace_id}")).text
    rss = (await http.get(f"/feed/{owner.caller.workspace_id}.rss")).text
    first_words = posts[0]["text"].split("’")[0][:40]
    assert first_words in feed
    assert first_words in rss


async def test_a_rejected_post_is_never_published(
    product: Product, http: httpx.AsyncClient
) -> None:
    campaign = await start_campaign(http)
    await worked(product)
    waiting = (await http.get("/v1/posts", params={"campaign_id": campaign})).json()["items"]
    for unwanted in waiting:
        await post(http, f"/v1/posts/{unwanted['id']}/reject", {"note": "not now"}, 200)
    await worked(product)
    posts = (await http.get("/v1/posts", params={"campaign_id": campaign})).json()["items"]
    assert {gone["state"] for gone in posts} == {"cancelled"}


async def test_the_next_decision_is_different_because_of_a_reward(
    http: httpx.AsyncClient,
) -> None:
    before = await learned_decision(http)
    for _ in range(20):
        decision = await post(http, "/v1/decisions/rank", {"actions": ARMS}, 201)
        value = float(decision["chosen"] == "story")
        await post(http, f"/v1/decisions/{decision['id']}/reward", {"value": value}, 201)
    after = await learned_decision(http)
    assert after["propensities"]["story"] > before["propensities"]["story"] + 0.05
    why = (await http.get(f"/v1/decisions/{after['id']}/explanation")).json()
    assert why["sentence"]


async def test_events_count_once_however_often_they_are_sent(http: httpx.AsyncClient) -> None:
    decision = await post(http, "/v1/decisions/rank", {"actions": ARMS}, 201)
    at = datetime.now(UTC).isoformat()
    event = {"id": "e-1", "kind": "click", "occurred_at": at, "decision_id": decision["id"]}
    lost = {**event, "id": "e-2", "decision_id": "00000000-0000-7000-8000-000000000000"}
    first = (await http.post("/v1/events", json={"events": [event, lost]})).json()
    again = (await http.post("/v1/events", json={"events": [event]})).json()
    assert (first["accepted"], len(first["rejected"])) == (1, 1)
    assert (again["accepted"], again["duplicates"]) == (0, 1)


async def test_the_chat_answers_from_what_was_learned(http: httpx.AsyncClient) -> None:
    reply = await post(http, "/v1/chat", {"message": "What did you learn?"}, 200)
    assert [step["tool"] for step in reply["steps"]] == ["show_insights"]
    assert reply["reply"]


async def test_the_first_screen_signs_in_and_shows_the_posts(
    product: Product, http: httpx.AsyncClient, owner: Home
) -> None:
    signed_out = httpx.AsyncClient(transport=http._transport, base_url="http://test")
    assert (await signed_out.get("/")).headers["location"] == "/login"
    form = {"email": owner.email, "password": owner.password}
    entered = await signed_out.post("/login", data=form)
    assert entered.headers["location"] == "/"
    page = (await signed_out.get("/")).text
    assert "Bring something you wrote" in page
    assert "Why this one?" in page
    elsewhere = await signed_out.post(
        "/contents", data={"text": "x"}, headers={"origin": "http://evil"}
    )
    assert elsewhere.status_code == 403
    await signed_out.aclose()


async def test_what_was_brought_is_remembered_and_what_was_deleted_is_not(
    product: Product, http: httpx.AsyncClient, owner: Home
) -> None:
    text = "Sourdough needs patience. A starter lives on flour and water and time."
    brought = await post(http, "/v1/contents", {"text": text, "title": "Bread"}, 201)
    await worked(product)
    memory, workspace = product.services.memory, owner.caller.workspace_id
    found = memory.recall(workspace, "baking a loaf", limit=200, kind="content")
    assert brought["id"] in [recalled.item.id for recalled in found]
    assert (await http.delete(f"/v1/contents/{brought['id']}")).status_code == 204
    await worked(product)
    found = memory.recall(workspace, "baking a loaf", limit=200, kind="content")
    assert brought["id"] not in [recalled.item.id for recalled in found]


async def test_a_tone_is_asked_for_on_the_page_and_shown_beside_each_post(
    product: Product, http: httpx.AsyncClient
) -> None:
    brought = {"text": ARTICLE.read_text("utf-8"), "tone": "joyful"}
    answer = await http.post("/contents", data=brought)
    assert answer.status_code == 303, answer.text
    await worked(product)
    campaign = answer.headers["location"].partition("campaign=")[2].partition("#")[0]
    whole = (await http.get(f"/v1/campaigns/{campaign}")).json()
    assert {variant["wanted_tone"] for variant in whole["variants"]} == {"joyful"}
    measured = [variant["tone"] for variant in whole["variants"]]
    assert all(abs(sum(shares.values()) - 1.0) < 0.01 for shares in measured)
    page = (await http.get(f"/?campaign={campaign}")).text
    assert page.count(" · reads as ") == len(whole["posts"])
    assert "joyful was asked for" in page or page.count("reads as joyful") == len(whole["posts"])
