"""Every draft of a model, and why it was refused: a guard and a model that count."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar

from pydantic import BaseModel

from agents.guard import Guard
from agents.writer import EmbeddedWriter, ModelWriter
from llm.structured import Completing
from smartcontent.content import Analysis, Content, Variant
from smartcontent.errors import ModelMisbehaved
from tools.ask_for_post import Draft, ask_for_post
from tools.writing_order import Order

Form = TypeVar("Form", bound=BaseModel)


@dataclass
class Answer:
    """What a model said when asked for a post; `refused` has the reasons, none when it passed."""

    text: str
    refused: list[str] = field(default_factory=list)
    checked: bool = False


@dataclass
class Tally:
    """A guard and a model that count: answers, those that were no post, and what was refused."""

    guard: Guard
    completing: Completing
    seconds: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return self.completing.name

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        since = perf_counter()
        try:
            filled = self.completing.complete(instructions, material, form, seed=seed)
        except ModelMisbehaved as problem:
            self.answers.append(Answer("", [problem.detail]))
            raise
        finally:
            self.seconds += perf_counter() - since
        self.answers.append(Answer(Draft.model_validate(filled, from_attributes=True).text))
        return filled

    def check(self, variant: Variant, content: Content, analysis: Analysis) -> Variant:
        found = self.guard.check(variant, content, analysis)
        wrong = [one for one in found.findings if one.severity == "error"]
        self.answers[-1].checked = True
        self.answers[-1].refused = [f"{one.rule}: {one.reason}" for one in wrong]
        self.rules.update({one.rule for one in wrong})
        return found

    @property
    def checked(self) -> list[Answer]:
        return [one for one in self.answers if one.checked]


class Recorded:
    """The product's writer over a model that is counted; `drafts` has the answers that each
    variant took, in the order of the variants."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.writer = ModelWriter(tally, EmbeddedWriter(), verify=tally.check)
        self.drafts: list[list[Answer]] = []

    def write(self, content: Content, analysis: Analysis, **asked: Any) -> Variant | None:
        before = len(self.tally.answers)
        variant = self.writer.write(content, analysis, **asked)
        said = self.tally.answers[before:]
        order = Order(content, analysis, **asked, language=analysis.language)
        for answer in said:
            if answer.text and not answer.checked:
                answer.refused = list(_why(answer.text, order))
        if variant is not None:
            self.drafts.append(said)
        return variant


@dataclass(frozen=True)
class Again:
    """A model that says what was said before."""

    text: str
    name: str = "again"

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        return form.model_validate({"text": self.text})


def _why(text: str, order: Order) -> Iterator[str]:
    """Why the text is no post; nothing when it is one."""
    try:
        ask_for_post(Again(text), order)
    except ModelMisbehaved as problem:
        yield problem.detail
