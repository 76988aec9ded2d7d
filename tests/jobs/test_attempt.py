"""One attempt against platforms of every ability: never blindly twice, never silently not."""

from datetime import timedelta
from uuid import UUID

import pytest

from jobs.attempt import ATTEMPTS, Attempt, Failed, Later, Published, Unknown
from smartcontent.errors import OutcomeUnknown, RateLimited, Rejected, Unreachable
from smartcontent.publishing import Outgoing
from tests.jobs.targets import NOW, Target

OUTGOING = Outgoing(
    effect_key="key", workspace_id=UUID(int=1), post_id=UUID(int=2), account="main", text="Hello"
)
AWAY = Unreachable("The platform does not answer.")
LOST = OutcomeUnknown("The connection broke after sending.")


def attempt(target: Target, *, number: int = 1, sent_before: bool = False) -> Attempt:
    return Attempt(target, OUTGOING, number, NOW, sent_before)


async def test_a_first_attempt_sends_once() -> None:
    target = Target()
    assert isinstance(await attempt(target).make(), Published)
    assert target.received == [OUTGOING]


async def test_a_post_the_platform_refuses_has_failed() -> None:
    verdict = await attempt(Target(troubles=[Rejected("Too long.")])).make()
    assert verdict == Failed("Too long.")


async def test_a_rate_limit_is_waited_for_however_often_it_comes() -> None:
    delay = RateLimited("Slow down.", until=NOW + timedelta(minutes=3))
    target = Target(troubles=[delay])
    verdict = await attempt(target, number=ATTEMPTS + 5).make()
    assert verdict == Later(NOW + timedelta(minutes=3), "Slow down.")


async def test_unreachable_waits_longer_each_time_and_then_gives_up() -> None:
    waits = []
    for number in range(1, ATTEMPTS):
        verdict = await attempt(Target(troubles=[AWAY]), number=number).make()
        assert isinstance(verdict, Later)
        waits.append(verdict.at - NOW)
    assert waits == sorted(waits) and waits[0] < waits[1]
    assert isinstance(await attempt(Target(troubles=[AWAY]), number=ATTEMPTS).make(), Failed)


@pytest.mark.parametrize("idempotent", [True, False])
async def test_after_a_death_a_post_that_arrived_is_found_and_not_sent_again(
    idempotent: bool,
) -> None:
    target = Target(idempotent=idempotent, can_find=True)
    await target.publish(OUTGOING)
    assert isinstance(await attempt(target, sent_before=True).make(), Published)
    assert target.received == [OUTGOING] and target.looked == 1


async def test_after_a_death_the_same_key_is_sent_again_where_it_is_known() -> None:
    target = Target(idempotent=True)
    await target.publish(OUTGOING)
    assert isinstance(await attempt(target, sent_before=True).make(), Published)
    assert target.received == [OUTGOING]


@pytest.mark.parametrize("can_find", [True, False])
async def test_after_a_death_nothing_is_sent_where_nobody_can_tell(can_find: bool) -> None:
    target = Target(can_find=can_find)
    assert isinstance(await attempt(target, sent_before=True).make(), Unknown)
    assert target.received == []


async def test_a_lost_answer_is_looked_up() -> None:
    target = Target(can_find=True, troubles=[LOST], arrives=True)
    assert isinstance(await attempt(target).make(), Published)
    assert target.received == [OUTGOING]


async def test_a_lost_answer_that_cannot_be_looked_up_is_unknown() -> None:
    target = Target(troubles=[LOST], arrives=True)
    assert isinstance(await attempt(target).make(), Unknown)
    assert target.received == [OUTGOING]


async def test_after_a_failed_look_up_the_next_attempt_looks_again() -> None:
    target = Target(can_find=True, troubles=[LOST, AWAY], arrives=True)
    verdict = await attempt(target).make()
    assert isinstance(verdict, Later) and verdict.unsettled
    again = attempt(target, number=2, sent_before=verdict.unsettled)
    assert isinstance(await again.make(), Published)
    assert target.received == [OUTGOING]


async def test_a_look_up_that_never_succeeds_ends_with_a_person() -> None:
    target = Target(can_find=True, troubles=[LOST, AWAY], arrives=True)
    assert isinstance(await attempt(target, number=ATTEMPTS).make(), Unknown)


async def test_control_a_blind_retry_is_seen_as_a_duplicate() -> None:
    """The target tells two sendings apart, so the tests above could fail."""
    target = Target(troubles=[LOST], arrives=True)
    blind = attempt(target)
    await blind.make()
    await blind.make()
    assert len(target.received) == 2
