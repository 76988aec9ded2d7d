"""Every connector answers the same checks, and the checks find one that does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sandbox import Sandbox
from connectors.webhook import Webhook
from smartcontent.plugins import CONNECTOR_GROUP, find_plugins
from smartcontent.publishing import Engagement, Outgoing, Receipt
from tests.connectors.receiver import SECRET, listening, nobody
from tests.contracts import connector_checks
from tests.contracts.connector_checks import CHECKS, WORKSPACE, Check, Rig


@contextmanager
def sandbox(folder: Path) -> Iterator[Rig]:
    (folder / "file").write_text("in the way")
    yield sandbox_rig(Sandbox(folder / "feed"), Sandbox(folder / "file"))


def sandbox_rig(connector: Sandbox, down: Sandbox) -> Rig:
    def shown() -> list[str]:
        return [post.text for post in reversed(connector.posts(WORKSPACE, 50))]

    return Rig(connector, shown, down)


@contextmanager
def webhook(folder: Path) -> Iterator[Rig]:
    with listening() as receiver:
        down = Webhook(nobody(), SECRET, private=True)
        yield Rig(Webhook(receiver.url, SECRET, private=True), receiver.shown, down)


@contextmanager
def webhook_deduplicated(folder: Path) -> Iterator[Rig]:
    with listening() as receiver:
        receiver.deduplicates = True
        connector = Webhook(receiver.url, SECRET, deduplicates=True, private=True)
        yield Rig(connector, receiver.shown, Webhook(nobody(), SECRET, private=True))


RIGS = {"sandbox": sandbox, "webhook": webhook, "webhook_deduplicated": webhook_deduplicated}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("member", RIGS)
async def test_connector(tmp_path: Path, member: str, check: Check) -> None:
    with RIGS[member](tmp_path) as rig:
        await check(rig)


def test_every_registered_connector_has_a_rig() -> None:
    assert {point.name for point in find_plugins(CONNECTOR_GROUP)} <= set(RIGS)


# -- planted faults ------------------------------------------------------------------------


class Sourceless(Sandbox):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.spec = self.spec.model_copy(update={"source": ""})


class Correcting(Sandbox):
    """Tidies the text that was approved."""

    async def publish(self, outgoing: Outgoing) -> Receipt:
        tidy = " ".join(outgoing.text.split())
        return await super().publish(outgoing.model_copy(update={"text": tidy}))


class Twice(Sandbox):
    """Says it is idempotent and is not."""

    calls = 0

    async def publish(self, outgoing: Outgoing) -> Receipt:
        self.calls += 1
        key = f"{outgoing.effect_key}{self.calls}"
        return await super().publish(outgoing.model_copy(update={"effect_key": key}))


class OnlyOne(Sandbox):
    """Takes every post for the same."""

    async def publish(self, outgoing: Outgoing) -> Receipt:
        return await super().publish(outgoing.model_copy(update={"effect_key": "one"}))


class Imagining(Sandbox):
    """Finds what is not there."""

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return Receipt(remote_id="?", published_at=datetime.now(UTC))


class Keeping(Sandbox):
    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        return None


class Zeroing(Sandbox):
    """Says nobody liked it where nobody was asked."""

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        return Engagement(likes=0, read_at=datetime.now(UTC))


class Cutting(Sandbox):
    """Cuts a text that is too long instead of refusing it."""

    async def publish(self, outgoing: Outgoing) -> Receipt:
        cut = outgoing.text[: self.spec.text_limit]
        return await super().publish(outgoing.model_copy(update={"text": cut}))


class Leaking(Sandbox):
    """Lets an error of the machine through."""

    async def publish(self, outgoing: Outgoing) -> Receipt:
        self._room(outgoing.workspace_id).mkdir(parents=True, exist_ok=True)
        return await super().publish(outgoing)


PLANTED: list[tuple[Callable[[Path], Sandbox], Check]] = [
    (Sourceless, connector_checks.says_what_it_is),
    (Correcting, connector_checks.shows_exactly_what_was_sent),
    (Twice, connector_checks.shows_one_post_per_effect_key),
    (OnlyOne, connector_checks.shows_two_posts_for_two_effect_keys),
    (Imagining, connector_checks.finds_its_own_post_or_says_it_cannot),
    (Keeping, connector_checks.deletes_that_post_only),
    (Zeroing, connector_checks.says_none_for_what_it_does_not_know),
    (Cutting, connector_checks.refuses_a_text_over_its_limit),
    (Leaking, connector_checks.tells_a_platform_problem_and_what_to_do),
]


@pytest.mark.parametrize(("broken", "check"), PLANTED)
async def test_a_broken_connector_is_found(
    tmp_path: Path, broken: Callable[[Path], Sandbox], check: Check
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AssertionError):
        await check(sandbox_rig(broken(tmp_path / "feed"), broken(tmp_path / "file")))


def test_every_check_has_a_planted_fault() -> None:
    assert {check for _, check in PLANTED} == set(CHECKS)
