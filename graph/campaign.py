"""A campaign, in the order things happen.

Nodes plan and write rows; none of them reaches outside.  A node reads, closes its transaction,
computes in a thread, then writes in one fenced transaction (`progress.step`).  Its rows carry ids
derived from the run, so a node that is killed and runs again changes nothing it had written.
"""

from asyncio import to_thread
from itertools import pairwise
from time import perf_counter

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from graph import wording
from graph.choosing import choose_posts, from_now
from graph.drafting import check_variants, draw_strategies, drawable, write_variants
from graph.history import observations, post_observations, with_rewards
from graph.intending import approve_standing, intend
from graph.progress import step
from graph.state import (
    Analysed,
    Approved,
    Checked,
    Planned,
    Published,
    Scheduled,
    Segmented,
    Update,
    Uploaded,
    Written,
)
from graph.team import Team
from graph.track import keep_forecasts
from learning.timing import forecast
from llm.accounts import charged_to
from memory.recall import similar
from smartcontent.content import Segmentation
from smartcontent.publishing import PostState
from store.contents import Analyses, Contents
from store.events import Events
from store.posts import Posts
from store.segments import Segments
from store.variants import Variants
from store.workspaces import Workspaces
from tools.read_voice import read_voice

SIMILAR_POSTS = 5
PAST_TEXTS = 50

Campaign = CompiledStateGraph[Published, Team, Uploaded, Published]


async def analyst(state: Uploaded, runtime: Runtime[Team]) -> Update:
    """Reads the content, remembers similar posts and how they did, says what it is about."""
    team, since = runtime.context, perf_counter()
    async with team.database.transaction(state["workspace_id"]) as session:
        content = await Contents(session).get(state["content_id"])
    near = await to_thread(
        similar, team.memory, state["workspace_id"], content.text, limit=SIMILAR_POSTS
    )
    async with team.database.transaction(state["workspace_id"]) as session:
        charge = await team.policies.charges.in_charge(session)
        past = await with_rewards(session, charge.rewards, near)
    analysis = await to_thread(team.analyst.analyse, content, past)
    async with step(team, state["workspace_id"], "analyst", since=since) as work:
        await Analyses(work.session).save(analysis)
        work.summary = wording.found(analysis)
    return {"content": content, "analysis": analysis}


async def segmenter(state: Analysed, runtime: Runtime[Team]) -> Update:
    """Groups the people who allowed it by what they did."""
    team, since = runtime.context, perf_counter()
    async with team.database.transaction(state["workspace_id"]) as session:
        behaviours = await Events(session).behaviours(now=team.clock())
        previous = Segmentation(segments=tuple(await Segments(session).list()))
    segmentation = await to_thread(team.segmenter.segment, behaviours, previous)
    async with step(team, state["workspace_id"], "segmenter", since=since) as work:
        await Segments(work.session).replace(segmentation)
        work.summary = wording.grouped(segmentation, len(behaviours))
    return {"segments": list(segmentation.segments)}


async def learner(state: Segmented, runtime: Runtime[Team]) -> Update:
    """Draws the strategies worth writing for each segment."""
    team, since = runtime.context, perf_counter()
    async with team.database.transaction(state["workspace_id"]) as session:
        serving = await team.policies.in_charge(session, state["workspace_id"])
    plan = await to_thread(draw_strategies, team, state, serving.policy)
    async with step(team, state["workspace_id"], "learner", since=since) as work:
        work.summary = wording.planned(plan)
    return {"plan": plan}


async def writer(state: Planned, runtime: Runtime[Team]) -> Update:
    """Writes each segment's strategies for each platform, in the creator's voice."""
    team, since = runtime.context, perf_counter()
    async with team.database.transaction(state["workspace_id"]) as session:
        voice = await read_voice(session)
    with charged_to(team.account(state["workspace_id"])):
        variants = await to_thread(write_variants, team, state, voice)
    async with step(team, state["workspace_id"], "writer", since=since) as work:
        work.summary = wording.written(variants, len(voice.rules))
    return {"variants": variants}


async def guard(state: Written, runtime: Runtime[Team]) -> Update:
    """Checks every variant; what it blocks is kept and shown, and drawn only to ask a person
    where nothing else is left.

    Neither is one drawn that breaks a creator's rule, where others say enough without.
    """
    team, since = runtime.context, perf_counter()
    async with team.database.transaction(state["workspace_id"]) as session:
        published = await Posts(session).list(state=PostState.PUBLISHED, limit=PAST_TEXTS)
    past = [post.text for post in published]
    checked = await to_thread(check_variants, team, state, past)
    async with step(team, state["workspace_id"], "guard", since=since) as work:
        await Variants(work.session).add(state["campaign_id"], checked)
        kept = await Variants(work.session).of(state["campaign_id"])
        work.summary = wording.checked(kept)
    return {"variants": kept, "allowed": drawable(kept, state["settings"].posts)}


async def scheduler(state: Checked, runtime: Runtime[Team]) -> Update:
    """Forecasts the slots; the learner draws each post's variant, platform and time."""
    team, since, now = runtime.context, perf_counter(), runtime.context.clock()
    async with team.database.transaction(state["workspace_id"]) as session:
        charge = await team.policies.charges.in_charge(session)
        history = await observations(session, charge.rewards)
        past = await post_observations(session, charge.rewards)
        workspace = await Workspaces(session).get()
    forecasts = await to_thread(
        team.scheduler.schedule,
        from_now(state["settings"], now),
        state["settings"].platforms,
        history,
        now,
        workspace.time_zone,
    )
    slots, zone = [each.slot for each in forecasts], workspace.time_zone
    promised = await to_thread(forecast, past, slots, time_zone=zone, now=now, single=True)
    async with step(team, state["workspace_id"], "scheduler", since=since) as work:
        posts = await choose_posts(work.session, team, state, forecasts)
        await keep_forecasts(work.session, posts, promised)
        work.summary = wording.scheduled(posts, forecasts)
    return {"forecasts": forecasts, "posts": [post.id for post in posts]}


async def approval(state: Scheduled, runtime: Runtime[Team]) -> Update:
    """Waits for a person.  What was said is read from the table, never from the resume value.

    This node starts again from its top when it resumes, so nothing here acts before `interrupt`;
    a standing order (`auto_approve`) is recorded as approvals by nobody, with the note "auto".
    It overrides nothing: a post whose text is blocked waits for a person all the same.
    """
    team, since = runtime.context, perf_counter()
    campaign_id = state["campaign_id"]
    async with team.database.transaction(state["workspace_id"]) as session:
        waiting = await Posts(session).list(
            campaign_id=campaign_id, state=PostState.AWAITING_APPROVAL
        )
        blocked = {one.id for one in await Variants(session).of(campaign_id) if one.blocked}
    standing = state["settings"].auto_approve
    asked = [post for post in waiting if not standing or post.variant_id in blocked]
    if asked:
        interrupt({"campaign_id": str(campaign_id), "waiting": [str(post.id) for post in asked]})
    async with step(team, state["workspace_id"], "approval", since=since) as work:
        posts = Posts(work.session)
        if standing:
            await approve_standing(work.session, [post for post in waiting if post not in asked])
        approved = await posts.list(campaign_id=campaign_id, state=PostState.APPROVED)
        work.summary = wording.approved(len(approved), len(state["posts"]))
    return {"approved": [post.id for post in approved]}


async def publish(state: Approved, runtime: Runtime[Team]) -> Update:
    """Writes the intents to publish; the worker sends each when it is due."""
    team, since = runtime.context, perf_counter()
    async with step(team, state["workspace_id"], "publish", since=since) as work:
        approved = await Posts(work.session).list(
            campaign_id=state["campaign_id"], state=PostState.APPROVED
        )
        intents = [await intend(work.session, state["workspace_id"], post) for post in approved]
        written = [intent for intent in intents if intent is not None]
        work.summary = wording.intended(len(written))
    return {"intents": written}


NODES = (analyst, segmenter, learner, writer, guard, scheduler, approval, publish)


def campaign_graph(checkpointer: BaseCheckpointSaver[str] | None = None) -> Campaign:
    """The campaign as a graph; without a checkpointer it can be drawn but not resumed."""
    graph = StateGraph(Published, context_schema=Team, input_schema=Uploaded)
    for node in NODES:
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "analyst")
    for before, after in pairwise(NODES):
        graph.add_edge(before.__name__, after.__name__)
    graph.add_edge("publish", END)
    return graph.compile(checkpointer=checkpointer)


def draw() -> str:
    """The campaign as Mermaid text, for the README and `python -c`."""
    return campaign_graph().get_graph(xray=True).draw_mermaid()
