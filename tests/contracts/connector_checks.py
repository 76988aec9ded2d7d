"""What every connector must do.  A check gets a rig and raises AssertionError."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from smartcontent.errors import PlatformProblem, Rejected, SmartContentError
from smartcontent.plugins import Connector
from smartcontent.publishing import Engagement, Outgoing

WORKSPACE = UUID(int=7)
TEXT = (
    "Two brains, one keyboard.\n“Pairing” at 18F — 100 %! \U0001f469‍\U0001f4bb https://18f.gsa.gov"
)
COUNTS = set(Engagement.model_fields) - {"read_at"}


@dataclass
class Rig:
    """A connector, the texts its platform shows, and the same connector with the platform down.

    `counted` names the engagement counts that the platform really gives.
    """

    connector: Connector
    shown: Callable[[], list[str]]
    down: Connector
    counted: frozenset[str] = frozenset()


Check = Callable[[Rig], Awaitable[None]]


def outgoing(text: str = TEXT, **changed: object) -> Outgoing:
    said = {
        "effect_key": uuid4().hex * 2,
        "workspace_id": WORKSPACE,
        "post_id": uuid4(),
        "account": "18F",
        "text": text,
    }
    return Outgoing.model_validate({**said, **changed})


async def says_what_it_is(rig: Rig) -> None:
    spec = rig.connector.spec
    assert spec.platform and spec.source and spec.as_of
    assert spec.text_limit > 0
    assert isinstance(spec.personalises, bool)


async def shows_exactly_what_was_sent(rig: Rig) -> None:
    receipt = await rig.connector.publish(outgoing())
    assert receipt.remote_id
    assert timedelta() <= datetime.now(UTC) - receipt.published_at < timedelta(minutes=1)
    assert rig.shown() == [TEXT]


async def shows_one_post_per_effect_key(rig: Rig) -> None:
    if not rig.connector.spec.idempotent:
        return
    post = outgoing()
    receipts = [await rig.connector.publish(post)]
    receipts += await asyncio.gather(*(rig.connector.publish(post) for _ in range(5)))
    assert len({receipt.remote_id for receipt in receipts}) == 1
    assert rig.shown() == [TEXT]


async def shows_two_posts_for_two_effect_keys(rig: Rig) -> None:
    first = await rig.connector.publish(outgoing())
    second = await rig.connector.publish(outgoing())
    assert first.remote_id != second.remote_id
    assert rig.shown() == [TEXT, TEXT]


async def finds_its_own_post_or_says_it_cannot(rig: Rig) -> None:
    mine, other = outgoing(), outgoing()
    await rig.connector.publish(other)
    assert await rig.connector.find(mine) is None
    receipt = await rig.connector.publish(mine)
    found = await rig.connector.find(mine)
    assert found == (receipt if rig.connector.spec.can_find else None)


async def deletes_that_post_only(rig: Rig) -> None:
    mine, other = outgoing(), outgoing("the other")
    receipt = await rig.connector.publish(mine)
    await rig.connector.publish(other)
    await rig.connector.delete(mine, receipt)
    await rig.connector.delete(mine, receipt)
    assert rig.shown() == ["the other"]
    assert await rig.connector.find(mine) is None


async def says_none_for_what_it_does_not_know(rig: Rig) -> None:
    post = outgoing()
    receipt = await rig.connector.publish(post)
    engagement = await rig.connector.engagement(post, receipt)
    unknown = COUNTS - rig.counted
    assert {name: getattr(engagement, name) for name in unknown} == dict.fromkeys(unknown)


async def refuses_a_text_over_its_limit(rig: Rig) -> None:
    limit = rig.connector.spec.text_limit
    assert isinstance(await problem_of(rig.connector, outgoing("a" * (limit + 1))), Rejected)
    assert rig.shown() == []
    await rig.connector.publish(outgoing("a" * limit))
    assert rig.shown() == ["a" * limit]


async def tells_a_platform_problem_and_what_to_do(rig: Rig) -> None:
    problem = await problem_of(rig.down, outgoing())
    assert isinstance(problem, PlatformProblem)
    assert problem.detail and problem.todo


async def problem_of(connector: Connector, post: Outgoing) -> SmartContentError | None:
    """What publishing raises; an error of no family of ours falls through as a failed check."""
    try:
        await connector.publish(post)
    except SmartContentError as problem:
        return problem
    except (OSError, ValueError, RuntimeError, LookupError) as stray:
        raise AssertionError(f"{stray!r} is no PlatformProblem") from stray
    return None


CHECKS: list[Check] = [
    says_what_it_is,
    shows_exactly_what_was_sent,
    shows_one_post_per_effect_key,
    shows_two_posts_for_two_effect_keys,
    finds_its_own_post_or_says_it_cannot,
    deletes_that_post_only,
    says_none_for_what_it_does_not_know,
    refuses_a_text_over_its_limit,
    tells_a_platform_problem_and_what_to_do,
]
