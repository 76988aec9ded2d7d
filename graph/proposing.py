"""Drafts to look at, outside any campaign: the writer and the guard in one breath."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from graph.team import Guarding, Writing
from llm.accounts import Account, charged_to
from smartcontent.content import (
    Analysis,
    Content,
    Platform,
    PlatformSpec,
    Segment,
    Strategy,
    Variant,
)
from smartcontent.plugins import Analysing, Proposing
from smartcontent.voice import NO_VOICE, Voice
from tools.strategies import applicable, strategies

EVERYONE = Segment(id=uuid5(NAMESPACE_URL, "everyone"), name="everyone", size=0, everyone=True)


class Proposals:
    """Answers the kernel's `Proposing`: one checked variant for each strategy that applies."""

    def __init__(
        self, *, writer: Writing, guard: Guarding, specs: Mapping[Platform, PlatformSpec]
    ) -> None:
        self._writer = writer
        self._guard = guard
        self._specs = specs

    def propose(
        self,
        content: Content,
        analysis: Analysis,
        *,
        platform: str,
        strategies: Sequence[Strategy] = (),
        tone: str | None = None,
        voice: Voice = NO_VOICE,
    ) -> list[Variant]:
        written: list[Variant] = []
        for strategy in strategies or _possible(analysis):
            variant = self._writer.write(
                content,
                analysis,
                segment=EVERYONE,
                strategy=strategy,
                spec=self._specs[platform],
                seed=_seed(content.id),
                tone=tone,
                taken=[earlier.text for earlier in written],
                voice=voice,
            )
            if variant is not None:
                written.append(self._guard.check(variant, content, analysis))
        return written


class Drafting:
    """Proposals as a door asks for them: read first where nobody has, and paid for.

    What a language model says is booked on the workspace's account.
    """

    def __init__(
        self, proposing: Proposing, analysing: Analysing, account: Callable[[UUID], Account]
    ) -> None:
        self._proposing = proposing
        self._analysing = analysing
        self._account = account

    async def __call__(
        self,
        workspace_id: UUID,
        content: Content,
        analysis: Analysis | None,
        *,
        platform: str,
        tone: str | None = None,
        voice: Voice = NO_VOICE,
    ) -> list[Variant]:
        with charged_to(self._account(workspace_id)):
            if analysis is None:
                analysis = await to_thread(self._analysing.analyse, content)
            return await to_thread(
                self._proposing.propose,
                content,
                analysis,
                platform=platform,
                tone=tone,
                voice=voice,
            )


def _possible(analysis: Analysis) -> list[Strategy]:
    return list(applicable(analysis, strategies()))


def _seed(content_id: UUID) -> int:
    return content_id.int & 0x7FFF_FFFF
