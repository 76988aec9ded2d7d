"""A platform in miniature: what it received, what it can do, and what goes wrong next."""

from collections.abc import Sequence
from datetime import UTC, datetime

from smartcontent.content import PlatformSpec
from smartcontent.errors import PlatformProblem
from smartcontent.publishing import Engagement, Outgoing, Receipt

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def spec(*, idempotent: bool = False, can_find: bool = False) -> PlatformSpec:
    return PlatformSpec(
        platform="target",
        text_limit=500,
        idempotent=idempotent,
        can_find=can_find,
        source="tests",
        as_of="2026-05-04",
    )


class Target:
    """Keeps what it is sent.  `troubles` are raised by the next calls, one each.

    With `arrives`, the post is kept although the call ends in a problem: the answer was lost.
    """

    def __init__(
        self,
        *,
        idempotent: bool = False,
        can_find: bool = False,
        troubles: Sequence[PlatformProblem] = (),
        arrives: bool = False,
    ) -> None:
        self.spec = spec(idempotent=idempotent, can_find=can_find)
        self.received: list[Outgoing] = []
        self.looked = 0
        self._troubles = list(troubles)
        self._arrives = arrives

    async def publish(self, outgoing: Outgoing) -> Receipt:
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble is None or self._arrives:
            self._keep(outgoing)
        if trouble is not None:
            raise trouble
        return self._receipt(outgoing)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        self.looked += 1
        if self._troubles:
            raise self._troubles.pop(0)
        return self._receipt(outgoing) if self._has(outgoing) else None

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        self.received = [kept for kept in self.received if kept.effect_key != outgoing.effect_key]

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        return Engagement(read_at=NOW)

    def _keep(self, outgoing: Outgoing) -> None:
        if not (self.spec.idempotent and self._has(outgoing)):
            self.received.append(outgoing)

    def _has(self, outgoing: Outgoing) -> bool:
        return any(kept.effect_key == outgoing.effect_key for kept in self.received)

    def _receipt(self, outgoing: Outgoing) -> Receipt:
        return Receipt(remote_id=outgoing.effect_key[:12], published_at=NOW)
