"""`smartcontent campaign run SOURCE`: one article, the whole way."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.content import Caller, Variant
from smartcontent.errors import InvalidContent, InvalidInput, LeaseLost, TooLarge
from smartcontent.publishing import Campaign, Post, PostState, RunState
from smartcontent.tones import heard, reading
from store.campaigns import Campaigns
from store.contents import Analyses
from store.posts import Posts
from store.runs import Runs, RunStep
from store.variants import Variants
from tools.bring_content import bring_content
from tools.convert_document import LIMIT as DOCUMENT_LIMIT
from tools.convert_document import kind_of
from tools.decode_text import LIMIT
from tools.name_approver import approver
from tools.platforms import Platforms
from tools.read_content import Reading, read
from tools.read_link import read_link
from tools.start_campaign import start_campaign

GOING = (RunState.QUEUED, RunState.RUNNING)


def run(
    *,
    source: str,
    platforms: list[str] | None,
    posts: int,
    at: str | None,
    tones: list[str] | None = None,
    approve: bool,
    json: bool,
) -> None:
    reading = read_source(source)
    asked = {
        "platforms": tuple(platforms or ["sandbox"]),
        "posts": posts,
        "not_before": moment(at),
        "within_hours": 0 if approve and at is None else 72,
        "auto_approve": approve,
        **toned(tones or ()),
    }
    finish(with_product(lambda product: play(product, reading, asked)), json=json)


def toned(asked: Sequence[str]) -> dict[str, Any]:
    """The campaign's tone, and those of single segments.

    >>> toned(["warm", "night readers=curious"])
    {'tone': 'warm', 'tones': {'night readers': 'curious'}}
    """
    split = [one.rpartition("=") for one in asked]
    whole = [tone.strip() for segment, _, tone in split if not segment]
    own = {segment.strip(): tone.strip() for segment, _, tone in split if segment}
    return {"tone": whole[-1] if whole else None, "tones": own}


def read_source(source: str) -> Reading:
    """An article in a file, or at an address of the public web."""
    if source.lower().startswith(("http://", "https://")):
        return asyncio.run(read_link(source))
    return read_file(Path(source))


def read_file(file: Path) -> Reading:
    """Raises TooLarge without reading it all, InvalidContent for what is no readable text."""
    try:
        with file.open("rb") as article:
            data = article.read(LIMIT + 1)
            limit = DOCUMENT_LIMIT if kind_of(data, file.name) else LIMIT
            data += article.read(limit - LIMIT)
    except OSError as problem:
        raise InvalidContent(
            f"{file} cannot be read: {problem.strerror}.", todo="Check the path.", file=str(file)
        ) from problem
    if len(data) > limit:
        raise TooLarge(
            f"{file} is over {limit:,} bytes, the most it may have.",
            todo="Split it into parts, or bring the article alone.",
            file=str(file),
            limit=limit,
        )
    return read(data, file.name)


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time; without a zone it is UTC.

    >>> moment("2030-01-01T09:00").isoformat()
    '2030-01-01T09:00:00+00:00'
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise InvalidInput(
            f"{text} is not a time.", todo="Write it like 2030-01-01T09:00:00Z."
        ) from problem
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def play(product: Product, reading: Reading, asked: dict[str, Any]) -> dict[str, Any]:
    """Bring the text, run its campaign as far as it goes, publish what is due."""
    started = perf_counter()
    caller = (await home(product)).caller
    campaign = await start(product, caller, reading, asked)
    await follow(product, caller, campaign.id)
    if asked["auto_approve"]:
        await run_worker(product.services.database.url, product.duties, until_idle=True)
    told = await tell(product, caller, campaign.id)
    return {**told, "seconds": round(perf_counter() - started, 2)}


async def start(
    product: Product, caller: Caller, reading: Reading, asked: dict[str, Any]
) -> Campaign:
    async with product.services.database.transaction(caller.workspace_id) as session:
        content = await bring_content(session, caller, reading)
        return await start_campaign(
            content.id,
            **asked,
            caller=caller,
            session=session,
            available=Platforms(product.team.specs),
        )


async def follow(product: Product, caller: Caller, campaign_id: UUID) -> None:
    """Run it here, or wait for the worker that took it first."""
    database, workspace = product.services.database, caller.workspace_id
    async with database.transaction(workspace) as session:
        run = await Runs(session).of(campaign_id)
    try:
        await product.runner.run(workspace, run.id, owner="command line")
    except LeaseLost:
        while run.state in GOING:
            await asyncio.sleep(0.2)
            async with database.transaction(workspace) as session:
                run = await Runs(session).of(campaign_id)


async def tell(product: Product, caller: Caller, campaign_id: UUID) -> dict[str, Any]:
    """What came of it, said step by step and returned whole."""
    async with product.services.database.transaction(caller.workspace_id) as session:
        campaign = await Campaigns(session).get(campaign_id)
        run = await Runs(session).of(campaign_id)
        steps = await Runs(session).steps(run.id)
        variants = await Variants(session).of(campaign_id)
        posts = await Posts(session).list(campaign_id=campaign_id, limit=50)
        analysis = await Analyses(session).of(campaign.content_id)
        overrides = [
            {
                "post_id": said.post_id,
                "by": await approver(session, said),
                "at": said.created_at,
                "note": said.note,
                "findings": said.overridden,
            }
            for said in await Posts(session).approvals(campaign_id)
            if said.overridden
        ]
    written = {variant.id: variant for variant in variants}
    say_all(steps, posts, written)
    say_blocked(posts, variants)
    say_overrides(overrides)
    return {
        "campaign_id": campaign.id,
        "state": run.state,
        "problem": run.problem,
        "language": analysis.language if analysis else None,
        "claims": len(analysis.claims) if analysis else 0,
        "variants": len(variants),
        "blocked": sum(variant.blocked for variant in variants),
        "findings": [f.rule for variant in variants for f in variant.findings],
        "steps": [{"name": s.name, "summary": s.summary, "seconds": s.seconds} for s in steps],
        "posts": [told(post, written[post.variant_id]) for post in posts],
        "overrides": overrides,
    }


def say_all(
    steps: Sequence[RunStep], posts: Sequence[Post], written: Mapping[UUID, Variant]
) -> None:
    for step in steps:
        say(f"  {step.name:<10} {step.seconds:5.1f} s  {step.summary}")
    for post in posts:
        variant = written[post.variant_id]
        marks = (post.platform, post.state, reading(variant.tone, variant.wanted_tone))
        say(f"\n[bold]{variant.strategy}[/bold] · {' · '.join(filter(None, marks))}")
        say(escaped(post.text))


def say_blocked(posts: Sequence[Post], variants: Sequence[Variant]) -> None:
    """What keeps a waiting post from going out, and what a person can do about it."""
    waiting = {post.variant_id for post in posts if post.state is PostState.AWAITING_APPROVAL}
    found = [f for one in variants if one.id in waiting and one.blocked for f in one.findings]
    for reason in dict.fromkeys(one.reason for one in found if one.severity == "error"):
        say(f"\n[red]blocked[/red] {escaped(reason)}")
    if found:
        say(
            "It waits for you: mend or override it on the first screen, or approve_post in the API."
        )


def say_overrides(overrides: Sequence[Mapping[str, Any]]) -> None:
    for one in overrides:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in one["findings"]))
        when = one["at"].strftime("%Y-%m-%d %H:%M UTC")
        say(f"\n{escaped(one['by'])} overrode {rules} on {when}: “{escaped(one['note'])}”")


def escaped(text: str) -> str:
    """For a screen that reads square brackets as markup."""
    return text.replace("[", r"\[")


def told(post: Post, variant: Variant) -> dict[str, Any]:
    shown = post.model_dump(include={"id", "platform", "state", "text", "url"})
    tones = {"wanted_tone": variant.wanted_tone, "tone": heard(variant.tone)}
    return {**shown, "strategy": variant.strategy, **tones}
