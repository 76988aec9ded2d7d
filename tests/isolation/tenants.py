"""Two workspaces with everything in them; every text of one bears its mark."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from api.deps import Services
from api.parts import Parts
from learning.rewards import RewardSpec
from smartcontent.content import (
    Analysis,
    Claim,
    Media,
    MemoryItem,
    Readability,
    Role,
    Segment,
    Segmentation,
    Span,
    Topic,
    Variant,
)
from smartcontent.decision import Action, Decision, Estimate, Event, Explanation, PolicySnapshot
from smartcontent.publishing import CampaignSettings, Post, PostState, RunState
from smartcontent.voice import VoiceSetting
from store.budgets import Budgets, Limits
from store.campaigns import Campaigns
from store.consents import Consents
from store.contents import Analyses, Contents
from store.database import Session
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.events import Events
from store.posts import Posts
from store.registry import Registry
from store.rewards import Rewards
from store.runs import Runs
from store.segments import Segments
from store.snapshots import Snapshots
from store.threads import Threads
from store.variants import Variants
from store.voice import VoiceExamples, VoiceRules

NOW = datetime.now(UTC)
ROLES: tuple[Role, ...] = ("owner", "editor", "reviewer", "analyst")
WORDS = ("subject", "hash")  # ids that are not UUIDs
PASSWORD = "a password of tests"


@dataclass
class Tenant:
    """A workspace, its credentials by holder, and its ids by kind."""

    mark: str
    workspace_id: UUID
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def every_id(self) -> list[str]:
        """What should never be in an answer to a stranger."""
        return [one for kind in self.ids.values() for one in kind]

    def every_uuid(self) -> list[str]:
        """Ids of things, of every kind."""
        return [one for kind, ids in self.ids.items() if kind not in WORDS for one in ids]


async def settle(client: httpx.AsyncClient, services: Services, parts: Parts, mark: str) -> Tenant:
    """Sign up, then fill every table of the workspace."""
    tenant = await sign_up(client, mark)
    for role in ROLES[1:]:
        await add_member(client, tenant, role)
    await _add_key(client, tenant)
    async with services.database.transaction(tenant.workspace_id) as session:
        await _fill(session, tenant, parts)
    await _remember(services, tenant)
    return tenant


async def sign_up(client: httpx.AsyncClient, mark: str) -> Tenant:
    body = {
        "workspace": f"{mark} house",
        "name": f"{mark} owner",
        "email": f"{mark}.owner@example.test",
        "password": PASSWORD,
    }
    answer = await client.post("/v1/workspaces", json=body)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    tenant = Tenant(mark, UUID(said["workspace"]["id"]))
    tenant.credentials["owner"] = _bearer(said["tokens"]["access_token"])
    tenant.ids["workspace"] = [said["workspace"]["id"]]
    tenant.ids["member"] = [said["member"]["id"]]
    return tenant


async def add_member(client: httpx.AsyncClient, tenant: Tenant, role: Role) -> None:
    email = f"{tenant.mark}.{role}@example.test"
    person = {"email": email, "name": f"{tenant.mark} {role}", "role": role, "password": PASSWORD}
    owner = tenant.credentials["owner"]
    added = await client.post("/v1/members", json=person, headers=owner)
    assert added.status_code == 201, added.text
    tenant.ids["member"].append(added.json()["id"])
    form = {"grant_type": "password", "username": email, "password": PASSWORD}
    signed = await client.post("/v1/auth/token", data=form)
    tenant.credentials[role] = _bearer(signed.json()["access_token"])


async def _add_key(client: httpx.AsyncClient, tenant: Tenant) -> None:
    wanted = {"name": f"{tenant.mark} key", "scopes": ["contents:read", "decisions:write"]}
    owner = tenant.credentials["owner"]
    made = await client.post("/v1/keys", json=wanted, headers=owner)
    assert made.status_code == 201, made.text
    tenant.credentials["key"] = _bearer(made.json()["secret"])
    tenant.ids["key"] = [made.json()["key"]["id"]]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _fill(session: Session, tenant: Tenant, parts: Parts) -> None:
    mark = tenant.mark
    content = await Contents(session).add(
        title=f"{mark} title", text=f"{mark} text.", source=f"{mark} text.", format="text"
    )
    sha256 = parts.services.media.put(tenant.workspace_id, f"{mark} picture".encode())
    picture = Media(
        id=uuid7(), media_type="image/png", bytes=9, sha256=sha256, alt_text=f"{mark} picture"
    )
    await Contents(session).attach(content.id, picture)
    await Analyses(session).save(_analysis(content.id, mark))
    campaign = await Campaigns(session).add(
        content.id, CampaignSettings(tone=f"{mark} tone"), created_by=None
    )
    subject = await parts.pseudonyms.of(session, tenant.workspace_id, f"{mark} subject")
    segment = Segment(
        id=uuid7(), name=f"{mark} readers", size=1, everyone=True, evidence=(f"{mark} evidence",)
    )
    variant = _variant(segment.id, mark)
    decision = _decision(mark, campaign.id, subject)
    post = _post(campaign.id, variant, decision.id)
    await Consents(session).set(subject, "personalisation", True)
    await Consents(session).set(subject, "analytics", True)
    await Segments(session).replace(
        Segmentation(segments=(segment,), members={subject: segment.id})
    )
    await Variants(session).add(campaign.id, [variant])
    await Decisions(session).add([decision])
    await Posts(session).add([post])
    await _run(session, campaign.id, mark)
    await Events(session).ingest([_event(mark, decision.id, subject)])
    await Snapshots(session).add(_snapshot(mark), card={"note": f"{mark} card"})
    await Rewards(session).add({**RewardSpec(default=None).as_json()})
    registry = Registry(session)
    first = await registry.ensure("uniform")
    shadow = await registry.shadow(name=f"{mark} policy", kind="uniform", settings={}, most=1)
    await registry.promote(shadow.id)
    await Evaluations(session).add("lift", _estimate(mark), {"note": f"{mark} details"})
    words = {"about": f"{mark} word", "instead": f"{mark} other"}
    await Budgets(session).set(Limits(tokens=1_234_567, micros=7_654_321))
    rule = await VoiceRules(session).add(VoiceSetting(kind="replace", **words))
    await VoiceExamples(session).add([(f"{mark} example", "en")])
    (example,) = await VoiceExamples(session).list()
    thread = await Threads(session).add(f"{mark} thread", member_id=UUID(tenant.ids["member"][0]))
    tenant.ids |= {
        "content": [str(content.id)],
        "media": [str(picture.id)],
        "campaign": [str(campaign.id)],
        "segment": [str(segment.id)],
        "variant": [str(variant.id)],
        "decision": [str(decision.id)],
        "post": [str(post.id)],
        "policy": [str(first.id), str(shadow.id)],
        "thread": [str(thread.id)],
        "voice": [str(rule.id), str(example.id)],
        "subject": [f"{mark} subject", subject],
        "hash": [post.content_hash],
    }


def _analysis(content_id: UUID, mark: str) -> Analysis:
    return Analysis(
        content_id=content_id,
        title=f"{mark} title",
        language="en",
        language_confidence=0.9,
        topics=(Topic(name=f"{mark} topic", weight=1.0),),
        claims=(Claim(kind="name", text=f"{mark} claim", value=mark, span=Span(start=0, end=1)),),
        readability=Readability(words=2, sentences=1, lix=2.0),
    )


def _variant(segment_id: UUID, mark: str) -> Variant:
    return Variant(
        id=uuid7(),
        segment_id=segment_id,
        strategy="story",
        platform="sandbox",
        text=f"{mark} variant.",
        language="en",
    )


def _decision(mark: str, campaign_id: UUID, subject: str) -> Decision:
    actions = tuple(
        Action(id=f"{mark} {name}", features={"strategy": name}) for name in ("story", "quote")
    )
    even = {action.id: 0.5 for action in actions}
    return Decision(
        id=uuid7(),
        kind="post",
        context={"mark": mark},
        actions=actions,
        chosen=actions[0].id,
        propensities=even,
        mixture=even,
        policy="uniform",
        policy_version=f"{mark} version",
        seed=1,
        explored=False,
        explanation=Explanation(score=0.0, sentence=f"{mark} sentence"),
        campaign_id=campaign_id,
        subject=subject,
        created_at=NOW,
    )


def _post(campaign_id: UUID, variant: Variant, decision_id: UUID) -> Post:
    return Post(
        id=uuid7(),
        campaign_id=campaign_id,
        variant_id=variant.id,
        decision_id=decision_id,
        platform="sandbox",
        account="main",
        text=variant.text,
        content_hash=variant.content_hash,
        state=PostState.AWAITING_APPROVAL,
        scheduled_at=NOW + timedelta(hours=1),
    )


async def _run(session: Session, campaign_id: UUID, mark: str) -> None:
    runs = Runs(session)
    run = await runs.of(campaign_id)
    lease = await runs.lease(run.id, owner=f"{mark} worker", seconds=60.0)
    await runs.step(lease, "analyst", f"{mark} step", 0.1)
    await runs.move(lease, RunState.AWAITING_APPROVAL)


def _event(mark: str, decision_id: UUID, subject: str) -> Event:
    return Event(
        id=f"{mark} event",
        kind="click",
        occurred_at=NOW,
        decision_id=decision_id,
        subject=subject,
        topic=f"{mark} topic",
    )


def _snapshot(mark: str) -> PolicySnapshot:
    return PolicySnapshot(
        id=uuid7(),
        policy=f"{mark} policy",
        position=0,
        sha256="0" * 64,
        state=f"{mark} state".encode(),
        created_at=NOW,
    )


def _estimate(mark: str) -> Estimate:
    return Estimate(value=None, low=None, high=None, n=0, verdict=f"{mark} verdict")


async def _remember(services: Services, tenant: Tenant) -> None:
    item = MemoryItem(
        id=tenant.ids["content"][0],
        text=f"{tenant.mark} remembered text",
        kind="content",
        source=tenant.mark,
    )
    services.memory.remember(tenant.workspace_id, [item])
