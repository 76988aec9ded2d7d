"""Generate, verify, select: a model's drafts are checked, and only what passes is a choice."""

from collections.abc import Callable

from llm.structured import Completing
from smartcontent.content import Analysis, Content, Finding, Variant
from smartcontent.errors import ModelMisbehaved, ModelProblem
from tools.ask_for_post import ask_for_post
from tools.measure_tone import MISSED
from tools.voice_post import unkept
from tools.writing_order import Order

MOST_DRAFTS = 3
ORDER = ("error", "warning", "info")
NOT_WORDS = frozenset({"missing-alt-text", "missing-media"})  # no other wording mends these

Verify = Callable[[Variant, Content, Analysis], Variant]


def select_post(completing: Completing, order: Order, verify: Verify) -> Variant:
    """The best of at most MOST_DRAFTS drafts: one without findings, else the one with fewest,
    and among those one in the tone asked for.

    Each finding goes back to the model with its reason.  Raises ModelUnavailable, BudgetSpent,
    and ModelMisbehaved when the checks refused every draft.
    """
    passed: list[tuple[tuple[int, int], Variant]] = []
    refused: list[str] = []
    feedback = ""
    for _ in range(MOST_DRAFTS):
        try:
            draft = ask_for_post(completing, order, feedback)
        except ModelMisbehaved as problem:
            refused.append(problem.detail)
            feedback = f"Your last answer was refused: {problem.detail}"
            continue
        except ModelProblem:
            if passed:  # a model that goes away now does not take back what it wrote
                break
            raise
        draft = draft.model_copy(update={"findings": tuple(unkept(order, draft))})
        findings = wording(verify(draft, order.content, order.analysis))
        if not any(finding.severity == "error" for finding in findings):
            passed.append((_faults(findings), draft))
        else:
            refused.append(_reasons(findings))
        if not findings:
            break
        feedback = _feedback(draft, findings)
    if not passed:
        raise _none_passed(refused)
    _, best = min(passed, key=lambda one: one[0])
    return _noted(best, refused, order)


def wording(variant: Variant) -> list[Finding]:
    """What other words could mend, worst first; notes aside."""
    found = [
        finding
        for finding in variant.findings
        if (finding.severity != "info" and finding.rule not in NOT_WORDS) or finding.rule == MISSED
    ]
    return sorted(found, key=lambda finding: ORDER.index(finding.severity))


def _faults(findings: list[Finding]) -> tuple[int, int]:
    """How many there are, a tone that was missed apart: it never outweighs another."""
    missed = sum(finding.rule == MISSED for finding in findings)
    return len(findings) - missed, missed


def _feedback(draft: Variant, findings: list[Finding]) -> str:
    said = "\n".join(f"- {finding.reason} {finding.fix}" for finding in findings)
    return f"Your last post was checked and found wanting:\n{draft.text}\n{said}\nWrite it anew."


def _reasons(findings: list[Finding]) -> str:
    return " ".join(finding.reason for finding in findings if finding.severity == "error")


def _none_passed(refused: list[str]) -> ModelMisbehaved:
    return ModelMisbehaved(
        f"None of {len(refused)} drafts passed the checks. The last: {refused[-1]}",
        todo="Nothing needs to be done: the embedded writer takes over.",
        drafts=len(refused),
    )


def _noted(variant: Variant, refused: list[str], order: Order) -> Variant:
    """What a person who approves should know of how it came about."""
    notes = []
    if refused:
        reason = f"{len(refused)} earlier drafts were refused. The last: {refused[-1]}"
        notes.append(Finding(rule="model-redrafted", severity="info", reason=reason))
    if order.translates:
        notes.append(
            Finding(
                rule="translated",
                severity="warning",
                reason=f"Translated from {order.analysis.language} by {variant.writer}. Numbers, "
                "names and dates were checked; what is said of them was not.",
                fix="Have somebody who reads both languages look at it.",
            )
        )
    return variant.model_copy(update={"findings": (*variant.findings, *notes)})
