"""An approval over HTTP and on the page: checked again, refused, mended, or overridden."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from api.app import create_app
from api.callers import SESSION_COOKIE
from api.deps import Services
from smartcontent.content import Finding, TextCheck, Variant
from smartcontent.plugins import Checking
from store.contents import Contents
from store.database import Session
from store.posts import Posts
from store.rows import new_id
from store.tables import POSTS
from store.variants import Variants
from tests.api.services import cheap_passwords
from tests.isolation.tenants import Tenant, settle

TRUE = "{mark} text: bread rises, and everybody at the table can see it."
FALSE = "{mark} text: bread rises in 84 hours, and everybody can see it."
RULE = "unsupported-number"
WHY = "The baker told me on the phone."
HURRY = Finding(rule="manipulation", severity="error", reason="“Act now” presses.", fix="Leave it.")
LONG = Finding(rule="over-limit", severity="error", reason="It is too long.")


@dataclass
class Desk:
    """One tenant, and how they speak to the application."""

    client: httpx.AsyncClient
    services: Services
    tenant: Tenant

    @property
    def post_id(self) -> str:
        return self.tenant.ids["post"][0]

    def text(self, form: str) -> str:
        return form.format(mark=self.tenant.mark)

    async def post(self) -> dict[str, Any]:
        owner = self.tenant.credentials["owner"]
        answer = await self.client.get(f"/v1/posts/{self.post_id}", headers=owner)
        found: dict[str, Any] = answer.json()
        return found

    async def approve(self, *, by: str = "owner", key: str = "", **body: Any) -> httpx.Response:
        """Bound to the text as it is, unless the body says otherwise."""
        hash = body.pop("content_hash", None) or (await self.post())["content_hash"]
        headers = self.tenant.credentials[by] | ({"Idempotency-Key": key} if key else {})
        path, sent = f"/v1/posts/{self.post_id}/approve", {"content_hash": hash, **body}
        return await self.client.post(path, json=sent, headers=headers)

    async def approvals(self) -> list[dict[str, Any]]:
        path = f"/v1/campaigns/{self.tenant.ids['campaign'][0]}"
        owner = self.tenant.credentials["owner"]
        found: list[dict[str, Any]] = (await self.client.get(path, headers=owner)).json()[
            "approvals"
        ]
        return found

    async def overridden(self) -> bool:
        path = f"/v1/decisions/{self.tenant.ids['decision'][0]}"
        answer = await self.client.get(path, headers=self.tenant.credentials["owner"])
        return bool(answer.json()["overridden"])

    async def keep(self, *findings: Finding, text: str = "Act now.", **more: Any) -> Variant:
        """Another text of the campaign, with what the guard found in it."""
        async with self.services.database.transaction(self.tenant.workspace_id) as session:
            first = await self._variant(session)
            fresh = {"id": new_id(), "text": text, "findings": findings, **more}
            variant = first.model_copy(update=fresh)
            await Variants(session).add(UUID(self.tenant.ids["campaign"][0]), [variant])
        return variant

    async def _variant(self, session: Session) -> Variant:
        return await Variants(session).get(UUID(self.tenant.ids["variant"][0]))


@pytest.fixture
async def desk(client: httpx.AsyncClient, services: Services, app: FastAPI) -> Desk:
    tenant = await settle(client, services, app.state.parts, f"t{uuid4().hex[:12]}")
    return Desk(client, services, tenant)


async def test_an_untrue_edit_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    before = await desk.post()
    refused = await desk.approve(text=desk.text(FALSE))
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "text-blocked")
    (found,) = problem["facts"]["findings"]
    assert (found["rule"], found["severity"]) == (RULE, "error")
    assert "84" in problem["detail"] and RULE in problem["todo"] and "note" in problem["todo"]
    assert await desk.post() == before and await desk.approvals() == []
    assert not await desk.overridden()


async def test_control_a_true_edit_is_approved(desk: Desk) -> None:
    approved = await desk.approve(text=desk.text(TRUE))
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text
    (said,) = await desk.approvals()
    assert (said["edited"], said["overridden"]) == (True, [])


async def test_an_override_is_on_record(desk: Desk) -> None:
    approved = await desk.approve(text=desk.text(FALSE), override=[RULE], note=WHY)
    assert approved.json()["text"] == desk.text(FALSE), approved.text
    (said,) = await desk.approvals()
    (found,) = said["overridden"]
    start, end = found["span"]["start"], found["span"]["end"]
    assert desk.text(FALSE)[start:end].startswith("84")
    assert (found["rule"], said["note"]) == (RULE, WHY)
    assert said["by"] == desk.tenant.ids["member"][0] and said["by_key"] is None
    assert await desk.overridden()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"override": [RULE]}, "invalid-input"),
        ({"override": [RULE], "note": " \t"}, "invalid-input"),
        ({"override": ["manipulation"], "note": WHY}, "text-blocked"),
        ({"note": WHY}, "text-blocked"),
    ],
)
async def test_half_an_override_is_none(desk: Desk, more: dict[str, Any], code: str) -> None:
    refused = await desk.approve(text=desk.text(FALSE), **more)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await desk.post())["state"] == "awaiting_approval"


async def test_what_the_platform_refuses_is_not_overridden(desk: Desk) -> None:
    long = desk.text(TRUE) + " So it is." * 400
    refused = await desk.approve(text=long, override=["over-limit"], note=WHY)
    problem = refused.json()
    assert (problem["code"], problem["facts"]["final"]) == ("text-blocked", ["over-limit"])
    assert "no override helps" in problem["todo"]


async def test_warnings_are_answered_with_the_yes(desk: Desk) -> None:
    asks = HURRY.model_copy(update={"severity": "warning"})
    variant = await desk.keep(asks)
    approved = await desk.approve(variant_id=str(variant.id))
    assert approved.json()["text"] == "Act now.", approved.text
    (said,) = await desk.approvals()
    assert [one["rule"] for one in said["warnings"]] == ["manipulation"]
    assert said["overridden"] == []


async def test_a_blocked_variant_is_used_in_spite_of_it(desk: Desk) -> None:
    variant = await desk.keep(HURRY)
    used = {"variant_id": str(variant.id)}
    assert (await desk.approve(**used)).json()["code"] == "text-blocked"
    approved = await desk.approve(**used, override=["manipulation"], note=WHY)
    post = approved.json()
    assert (post["text"], post["variant_id"], post["revision"]) == ("Act now.", str(variant.id), 2)
    assert await desk.overridden()


async def test_a_variant_of_another_platform_or_campaign_is_not(desk: Desk) -> None:
    elsewhere = await desk.keep(platform="mastodon")
    answer = await desk.approve(variant_id=str(elsewhere.id))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    answer = await desk.approve(variant_id=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_who_may_not_approve_may_not_override(desk: Desk) -> None:
    wanted: dict[str, Any] = {"text": desk.text(FALSE), "override": [RULE], "note": WHY}
    for holder in ("analyst", "key"):
        assert (await desk.approve(by=holder, **wanted)).status_code == 403
    assert (await desk.approve(by="reviewer", **wanted)).status_code == 200


async def test_a_key_is_named_as_the_one_who_overrode(desk: Desk) -> None:
    wanted = {"name": "robot", "scopes": ["posts:approve"]}
    owner = desk.tenant.credentials["owner"]
    made = (await desk.client.post("/v1/keys", json=wanted, headers=owner)).json()
    desk.tenant.credentials["robot"] = {"Authorization": f"Bearer {made['secret']}"}
    await desk.approve(by="robot", text=desk.text(FALSE), override=[RULE], note=WHY)
    (said,) = await desk.approvals()
    assert (said["by"], said["by_key"]) == (None, made["key"]["id"])


async def test_a_key_that_is_repeated_approves_once(desk: Desk) -> None:
    hash = (await desk.post())["content_hash"]
    wanted: dict[str, Any] = {"text": desk.text(FALSE), "content_hash": hash, "key": "k"}
    refused = await desk.approve(**wanted)
    assert refused.json()["code"] == "text-blocked"  # kept for nobody: the next may be another
    wanted |= {"override": [RULE], "note": WHY}
    first, again = await desk.approve(**wanted), await desk.approve(**wanted)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotent-replayed"] == "true" and again.content == first.content
    assert len(await desk.approvals()) == 1


async def test_of_two_at_once_one_is_late(desk: Desk) -> None:
    hash = (await desk.post())["content_hash"]
    texts = [desk.text(TRUE), desk.text(TRUE).replace("table", "window")]
    answers = await asyncio.gather(*(desk.approve(text=text, content_hash=hash) for text in texts))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await desk.post())["text"] == won["text"] and len(await desk.approvals()) == 1


@dataclass
class Meanwhile:
    """Checks as ever, and lets something happen before it answers."""

    checking: Checking
    happens: Callable[[], Awaitable[object]]
    loop: asyncio.AbstractEventLoop

    def check(self, text: str, **asked: Any) -> TextCheck:
        asyncio.run_coroutine_threadsafe(self._happen(), self.loop).result(10)
        return self.checking.check(text, **asked)

    async def _happen(self) -> None:
        await self.happens()


@asynccontextmanager
async def checked_by(checking: Checking, desk: Desk) -> AsyncIterator[Desk]:
    """The same desk at an application with other checks."""
    services = replace(desk.services, checking=checking)
    transport = httpx.ASGITransport(create_app(services, passwords=cheap_passwords()))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Desk(client, services, desk.tenant)


class Blind:
    """Checks that see nothing."""

    def check(self, text: str, *, platform: str, **asked: object) -> TextCheck:
        return TextCheck(platform=platform, language="en", count=1, limit=9, sourced=True)


async def test_control_it_is_the_checks_that_refuse(desk: Desk) -> None:
    async with checked_by(Blind(), desk) as unseen:
        assert (await unseen.approve(text=desk.text(FALSE))).status_code == 200


class Strict:
    """Checks that pass nothing."""

    def check(self, text: str, *, platform: str, **asked: object) -> TextCheck:
        seen = Blind().check(text, platform=platform)
        return seen.model_copy(update={"findings": (HURRY,)})


async def test_what_was_written_keeps_its_own_findings(desk: Desk) -> None:
    """An unchanged text is not checked again, also when it is sent along; any other is."""
    text = (await desk.post())["text"]
    async with checked_by(Strict(), desk) as strict:
        assert (await strict.approve(text=f"{text} Yes.")).json()["code"] == "text-blocked"
        assert (await strict.approve(text=text)).status_code == 200
    (said,) = await desk.approvals()
    assert (said["edited"], said["warnings"], said["overridden"]) == (False, [], [])


async def test_what_changed_while_it_was_checked_is_not_approved(desk: Desk) -> None:
    """First the source, then the post's text, then its state: somebody else was quicker."""
    services, workspace = desk.services, desk.tenant.workspace_id
    hash, post = (await desk.post())["content_hash"], UUID(desk.post_id)

    async def edit() -> None:
        async with services.database.transaction(workspace) as session:
            content = UUID(desk.tenant.ids["content"][0])
            version = (await Contents(session).get(content)).version
            await Contents(session).edit(content, version=version, title="Another")

    async def rewrite() -> None:
        async with services.database.transaction(workspace) as session:
            fresh = {"text": "Yours.", "content_hash": "0" * 64}
            await session.execute(update(POSTS).where(POSTS.c.id == post).values(fresh))

    async def overtake() -> None:
        async with services.database.transaction(workspace) as session:
            await Posts(session).approve(post, content_hash="0" * 64, by=None, text="Mine.")

    for happens, seen, code in (
        (edit, hash, "stale-version"),
        (rewrite, hash, "stale-version"),
        (overtake, "0" * 64, "wrong-state"),
    ):
        busy = Meanwhile(services.checking, happens, asyncio.get_running_loop())
        async with checked_by(busy, desk) as late:
            answer = await late.approve(text=desk.text(TRUE), content_hash=seen)
        assert (answer.status_code, answer.json()["code"]) == (409, code), answer.text
    assert (await desk.post())["text"] == "Mine."


async def test_the_record_is_the_workspaces_own(
    desk: Desk, client: httpx.AsyncClient, services: Services, app: FastAPI
) -> None:
    await desk.approve(text=desk.text(FALSE), override=[RULE], note=WHY)
    stranger = await settle(client, services, app.state.parts, f"s{uuid4().hex[:12]}")
    campaign = desk.tenant.ids["campaign"][0]
    headers = stranger.credentials["owner"]
    answer = await client.get(f"/v1/campaigns/{campaign}", headers=headers)
    assert answer.status_code == 404 and WHY not in answer.text
    for workspace, words in ((stranger.workspace_id, 0), (desk.tenant.workspace_id, 1)):
        async with services.database.transaction(workspace) as session:
            assert len(await Posts(session).approvals(UUID(campaign))) == words


# -- on the page -----------------------------------------------------------------------------


@pytest.fixture
async def browser(desk: Desk, app: FastAPI) -> Any:
    token = desk.tenant.credentials["owner"]["Authorization"].removeprefix("Bearer ")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        browser.cookies.set(SESSION_COOKIE, token)
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        yield browser


async def test_the_page_keeps_what_was_typed_and_offers_the_override(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    hash, path = (await desk.post())["content_hash"], f"/posts/{desk.post_id}/verdict"
    form = {"verdict": "approve", "content_hash": hash, "text": desk.text(FALSE), "note": "Hm."}
    form["override"] = RULE  # on the form, and yet not said: the button says it
    refused = await browser.post(path, data=form)
    assert refused.status_code == 422 and (await desk.post())["state"] == "awaiting_approval"
    for shown in (desk.text(FALSE), "Approve anyway", f'value="{RULE}"', 'value="Hm."'):
        assert shown in refused.text
    done = await browser.post(path, data=form | {"verdict": "override", "note": WHY})
    assert done.status_code == 303
    page = (await browser.get("/")).text
    assert "in spite of" in page and WHY in page and f"{desk.tenant.mark} owner" in page


@pytest.mark.parametrize("emptied", ["", " \r\n"])
async def test_an_emptied_text_is_not_the_one_it_was(
    desk: Desk, browser: httpx.AsyncClient, emptied: str
) -> None:
    """Also not on the second try: the field stays empty.  Without a field nothing was edited."""
    hash, path = (await desk.post())["content_hash"], f"/posts/{desk.post_id}/verdict"
    form = {"verdict": "approve", "content_hash": hash, "text": emptied}
    for verdict in ("approve", "override"):
        refused = await browser.post(path, data=form | {"verdict": verdict, "note": WHY})
        assert refused.status_code == 422 and "The post has no words." in refused.text
        assert re.search(r'<textarea name="text" rows="6">\s*</textarea>', refused.text)
        assert (await desk.post())["state"] == "awaiting_approval"
    untouched = {"verdict": "approve", "content_hash": hash}
    assert (await browser.post(path, data=untouched)).status_code == 303


async def test_the_page_offers_what_was_held_back(desk: Desk, browser: httpx.AsyncClient) -> None:
    assert "held back" not in (await browser.get("/")).text
    variant = await desk.keep(HURRY)
    await desk.keep(LONG, text="Too long for anyone.")
    page = (await browser.get("/")).text
    assert "1 more text was held back" in page and "Use this text anyway" in page
    assert "Too long for anyone." not in page
    place = f"{desk.post_id} {(await desk.post())['content_hash']}"
    form = {"place": place, "override": "manipulation", "note": ""}
    refused = await browser.post(f"/variants/{variant.id}/use", data=form)
    assert refused.status_code == 422 and "without a reason" in refused.text
    done = await browser.post(f"/variants/{variant.id}/use", data=form | {"note": WHY})
    assert done.status_code == 303 and (await desk.post())["text"] == "Act now."
    assert "held back" not in (await browser.get("/")).text


async def test_the_page_shows_what_a_yes_would_answer(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    """A post that only asks, then one whose own text is blocked, as where nothing passed."""
    asks = HURRY.model_copy(update={"severity": "warning"})
    for finding, offered in ((asks, False), (HURRY, True)):
        variant = await desk.keep(finding)
        async with desk.services.database.transaction(desk.tenant.workspace_id) as session:
            post = await Posts(session).get(UUID(desk.post_id))
            own = {"id": new_id(), "variant_id": variant.id, "text": variant.text}
            fresh = {**own, "content_hash": variant.content_hash}
            await Posts(session).add([post.model_copy(update=fresh)])
        page = (await browser.get("/")).text
        assert "“Act now” presses." in page and ("Approve anyway" in page) is offered
