"""The guard catches what was changed, leaves alone what is faithful, and says why."""

from collections import Counter
from random import Random
from typing import NamedTuple
from uuid import uuid4

import pytest

from agents.guard import Guard
from smartcontent.content import Finding, Media, Variant
from smartcontent.errors import UnknownPlatform
from tests.agents.planting import PLANTS, drafts
from tests.real_articles import (
    BOARD,
    NAMES,
    PAGE,
    analysed,
    analysis,
    content,
    variant,
    written,
)

GUARD = Guard(specs={"board": BOARD, "page": PAGE})
ARTICLE = "18f-communicart.md"
FILLER = "The readers of this page live in many places and come here for plain information."
KIDS = "18f-ninety-kids.md"
PARAPHRASES = {
    ARTICLE: (
        "Roughly 265,000 federal workers carried a purchase card in 2014.",
        "In 2014, federal staff made over 20 million transactions, worth more than $17 billion.",
        "Buying an office chair in government? You justify it, someone approves it, and a budget "
        "analyst checks the funds.",
        "Communicart is a new tool from 18F and GSA that makes the purchase card process faster.",
        "Every item cost under $3,000, yet together they came to more than 17 billion dollars.",
        "Most purchase requests still travel by email, and tracking them falls on the employee.",
        "“This system is awesome,” one user told the Communicart team.",
        "The National Capital Region (Region 11) started using Communicart in early July.",
        "What used to take months or years took GSA and 18F just a few weeks.",
        "Until recently there was no standard tool to track these requests. Now there is one.",
        "Meet Communicart 🎉 Three things it does: tracks requests, speeds approval, saves money.",
        "265,000 cardholders. 20 million transactions. $17 billion. One tool: Communicart.",
    ),
    KIDS: (
        "About 90 kids visited 18F for a coding bootcamp on April 29.",
        "Ninety kids, one coding bootcamp: Take Your Daughters and Sons to Work Day at 18F.",
        "“Parents were learning with them,” says Elaine Kamlley of 18F.",
        "Coding is nothing new for these kids, Kamlley found: most had played the games at school.",
        "Before coding, the children made kites, built models out of Legos and saw electric cars.",
        "One boy refused to leave his chair and danced whenever he solved a problem.",
        "The highlight? Two little girls pair programming: one typing, the other writing it down.",
    ),
    "18f-hacking-bureaucracy.md": (
        "18F cut the time to hire by 70% and the time to deploy software by 80%.",
        "It is not enough to build software: 18F wants to change how government works.",
        "Hackers are problem solvers, and that's the sense in which 18F uses the word.",
        "Weeks, not months: that is how long hiring should take in government.",
        "7 steps 18F follows, from finding innovators to formalizing the solution for reuse.",
    ),
}


def checked(text: str, name: str = ARTICLE, platform: str = "board", **more: object) -> Variant:
    found = variant(text, analysis(name).language, platform).model_copy(update=more)
    return GUARD.check(found, content(name), analysis(name))


def rules(found: Variant, severity: str = "error") -> list[str]:
    return [finding.rule for finding in found.findings if finding.severity == severity]


class Blind(Guard):
    """The control: a guard that looks at everything but facts."""

    def check(self, *given: object, **more: object) -> Variant:
        found = super().check(*given, **more)  # type: ignore[arg-type]
        kept = [f for f in found.findings if not f.rule.startswith(("unsupported", "negation"))]
        return found.model_copy(update={"findings": tuple(kept)})


class Figures(NamedTuple):
    """Caught and planted errors by kind, and faithful drafts that were blocked."""

    caught: Counter[str]
    tried: Counter[str]
    alarms: int
    faithful: int

    @property
    def enough(self) -> bool:
        """At least 90 % caught, 85 % of every kind, at most 5 % false alarms."""
        kinds = (self.caught[kind] >= 0.85 * self.tried[kind] for kind in PLANTS)
        total = self.caught.total() >= 0.9 * self.tried.total()
        planted = all(self.tried[kind] >= 5 for kind in PLANTS)
        return planted and total and all(kinds) and self.alarms <= 0.05 * self.faithful


def planted(guard: Guard, seed: int = 7) -> Figures:
    caught, tried = Counter[str](), Counter[str]()
    random, alarms, faithful = Random(seed), 0, 0
    for name in NAMES:
        language = analysis(name).language
        for draft in drafts(name, random, 45):
            clean = guard.check(variant(draft.text, language), content(name), analysis(name))
            faithful, alarms = faithful + 1, alarms + clean.blocked
            for kind, plant in PLANTS.items():
                text = plant(draft, random)
                if text is not None:
                    found = guard.check(variant(text, language), content(name), analysis(name))
                    tried[kind] += 1
                    caught[kind] += found.blocked and found.findings != clean.findings
    return Figures(caught, tried, alarms, faithful)


def test_planted_errors_are_caught_and_faithful_drafts_pass() -> None:
    figures = planted(GUARD)
    assert figures.enough, figures


def test_a_blind_guard_does_not_meet_the_bar() -> None:
    assert not planted(Blind(specs=GUARD.specs)).enough


def test_faithful_paraphrases_pass() -> None:
    blocked = {
        text: checked(text, name).findings
        for name, texts in PARAPHRASES.items()
        for text in texts
        if checked(text, name).blocked
    }
    assert len(blocked) <= 1, blocked


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("About 265,000 federal employees held purchase cards.", None),
        ("About 265000 federal employees held purchase cards.", None),
        ("About 256,000 federal employees held purchase cards.", "unsupported-number"),
        ("They made more than 17 million transactions.", "unsupported-number"),
        ("Transactions totaling more than $17 million dollars", "unsupported-number"),
        ("In 2014, about 265,000 federal employees held purchase cards.", None),
        ("In 2015, about 265,000 federal employees held purchase cards.", "unsupported-date"),
        ("Communicart launched in early July.", None),
        ("Communicart launched in early June.", "unsupported-date"),
        ("We work with the General Services Administration.", None),
        ("We work with the Department of Justice.", "unsupported-name"),
        ("One person said “this system is awesome.”", None),
        ("One person said “this system is awful.”", "unsupported-quote"),
        ("We’re excited to see how this product grows.", None),
        ("We’re not excited to see how this product grows.", "negation-flipped"),
        ("it’s hard to get work done with a chair", "negation-flipped"),
        ("it’s hard to get work done without a chair", None),
    ],
)
def test_single_facts(text: str, rule: str | None) -> None:
    assert rules(checked(text)) == ([rule] if rule else [])


def test_a_swap_inside_the_source_is_seen() -> None:
    swapped = checked("The National Capital Region (Region 5) launched Communicart in early July.")
    assert rules(swapped) == ["unsupported-number"]
    assert "“11”" in swapped.findings[0].reason


@pytest.mark.parametrize(
    ("source", "post", "passes"),
    [
        ("We grew by 12 percent.", "We grew by 12%.", True),
        ("We grew by 12 percent.", "We grew by 12 people.", True),
        ("We met 12 people.", "We grew by 12%.", False),
        ("It took 29 minutes.", "It took 29 hours.", False),
        ("It took twenty-nine minutes.", "It took 29 minutes.", True),
        ("It opened on March 21, 2014.", "It opened in March 2014.", True),
        ("It opened in March 2014.", "It opened on March 21, 2014.", False),
        ("The General Services Administration helps.", "The GSA helps.", True),
        ("It's a marathon, not a sprint.", "It's a marathon.", True),
        ("No, we do not sell data to anyone here.", "We do not sell data to anyone here.", True),
        ("You cannot vote here by mail this year.", "You can't vote here by mail this year.", True),
        ("You cannot vote here by mail this year.", "You can vote here by mail this year.", False),
        ("He said “we build [the tool] in the open today.”", "“we build … in the open”", True),
        ("He said “we build in the open today.”", "“we … never build”", False),
    ],
)  # fmt: skip
def test_what_supports_what(source: str, post: str, passes: bool) -> None:
    own = written(f"{source}\n\n{FILLER}")
    found = GUARD.check(variant(post), own, analysed(own))
    assert found.blocked is not passes, found.findings


def test_traces_lead_to_the_source() -> None:
    found = checked("In 2014, 265,000 federal employees held purchase cards, says 18F.")
    text = content(ARTICLE).text
    said = {trace.claim: text[trace.span.start : trace.span.end] for trace in found.traces}
    assert said == {"2014": "2014", "265,000": "265,000", "18F": "18F"}


def test_a_finding_points_at_the_words_and_says_what_to_do() -> None:
    text = "About 256,000 federal employees held purchase cards."
    finding = checked(text).findings[0]
    assert finding.span is not None
    assert text[finding.span.start : finding.span.end] == "256,000"
    assert "256,000" in finding.reason and finding.fix


def test_markup_does_not_hide_or_move_anything() -> None:
    text = "<p>About <b>256,000</b> employees &amp; friends</p><p>#GSA https://x.y/99</p>"
    found = checked(text, platform="page")
    assert rules(found) == ["unsupported-number"]
    span = found.findings[0].span
    assert span is not None and text[span.start : span.end] == "256,000"


def test_items_are_counted_not_claimed() -> None:
    assert rules(checked("Two ways:\n• justify the purchase\n• check the funds")) == []
    assert rules(checked("1. Justify the purchase\n2. Check the funds")) == []


def test_over_limit_counts_as_the_platform_does() -> None:
    tight = BOARD.model_copy(update={"text_limit": 60, "hashtag_limit": 1, "image_limit": 0})
    guard = Guard(specs={"board": tight})
    long = "We built Communicart in the open https://example.org/a/very/long/way #one #two"
    found = guard.check(
        variant(long).model_copy(update={"media": (uuid4(),)}), content(ARTICLE), analysis(ARTICLE)
    )
    assert rules(found) == ["over-limit", "over-limit", "over-limit", "missing-alt-text"]
    fits = guard.check(variant("We built Communicart in the open."), content(ARTICLE),
                       analysis(ARTICLE))  # fmt: skip
    assert rules(fits) == []


def test_pictures_need_words() -> None:
    named = Media(id=uuid4(), media_type="image/png", bytes=9, sha256="0" * 64, alt_text="A chair")
    bare = named.model_copy(update={"id": uuid4(), "alt_text": " "})
    own = content(ARTICLE).model_copy(update={"media": (named, bare)})
    post = variant("We built Communicart in the open.")
    for media, expected in ((named, []), (bare, ["missing-alt-text"])):
        with_picture = post.model_copy(update={"media": (media.id,)})
        assert rules(GUARD.check(with_picture, own, analysis(ARTICLE))) == expected


def test_words_for_a_picture_have_a_limit_too() -> None:
    long = Media(id=uuid4(), media_type="image/png", bytes=9, sha256="0" * 64, alt_text="x" * 101)
    own = content(ARTICLE).model_copy(update={"media": (long,)})
    post = variant("We built Communicart in the open.").model_copy(update={"media": (long.id,)})
    for limit, expected in ((None, []), (101, []), (100, ["over-limit"])):
        spec = GUARD.specs["board"].model_copy(update={"alt_text_limit": limit})
        assert rules(Guard(specs={"board": spec}).check(post, own, analysis(ARTICLE))) == expected


@pytest.mark.parametrize("text", ["", "  \n ", "🎉 …", "https://example.org", "#18F"])
def test_empty(text: str) -> None:
    assert rules(checked(text)) == ["empty"]


def test_wrong_language() -> None:
    spanish = "Hemos creado Communicart de forma abierta y escuchado a quienes lo usan."
    assert "wrong-language" in rules(checked(spanish))
    assert "wrong-language" not in rules(checked("Construido. Communicart!"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("You won't believe what happened next with Communicart", ARTICLE),
        ("Hurry! Last chance to read about Communicart", ARTICLE),
        ("Only an idiot tracks requests by email", ARTICLE),
        ("You will regret not reading about Communicart", ARTICLE),
        ("¡Date prisa! Verifique su registro antes de que sea tarde", "vote-gov-es.md"),
        ("No vas a creer lo que pasó después con su registro", "vote-gov-es.md"),
    ],
)
def test_manipulation(text: str, name: str) -> None:
    found = checked(text, name)
    assert "manipulation" in rules(found)
    assert all(finding.reason and finding.fix for finding in found.findings)


def test_a_pressing_phrase_of_the_source_asks_instead_of_blocking() -> None:
    own = written(f"Apply now, this is your last chance this year.\n\n{FILLER}")
    found = GUARD.check(variant("This is your last chance this year."), own, analysed(own))
    assert (rules(found), rules(found, "warning")) == ([], ["manipulation"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ask rosa.keller@example.org about it.", "mail address"),
        ("Call +34 600 123 456 for a card.", "telephone number"),
        ("Call (202) 555-0147 for a card.", "telephone number"),
        ("The card is 4111 1111 1111 1111.", "card number"),
        ("Pay to DE89 3704 0044 0532 0130 00.", "account number"),
        ("The number is 078-05-1120.", "social security number"),
    ],
)
def test_personal_data(text: str, kind: str) -> None:
    personal = [f for f in checked(text).findings if f.rule == "personal-data"]
    assert [finding.severity for finding in personal] == ["error"]
    assert kind in personal[0].reason


def test_a_public_address_of_the_source_asks() -> None:
    own = written(f"Write to press@example.org.\n\n{FILLER}")
    found = GUARD.check(variant("Write to press@example.org."), own, analysed(own))
    assert (rules(found), rules(found, "warning")) == ([], ["personal-data"])


def test_near_duplicates() -> None:
    past = ["We built Communicart in the open and listened carefully to our users. #GSA"]
    post = "We built Communicart in the open and listened carefully to our users"
    again = GUARD.check(variant(post), content(ARTICLE), analysis(ARTICLE), past)
    near = GUARD.check(variant(f"{post} throughout."), content(ARTICLE), analysis(ARTICLE), past)
    other = GUARD.check(
        variant("Early feedback helped drive development."),
        content(ARTICLE),
        analysis(ARTICLE),
        past,
    )
    assert rules(again) == ["near-duplicate"]
    assert (rules(near), rules(near, "warning")) == ([], ["near-duplicate"])
    assert other.findings == ()


def test_a_second_check_replaces_the_first_and_keeps_the_writers_note() -> None:
    note = Finding(rule="model-fallback", severity="info", reason="Written without a model.")
    first = checked("About 256,000 employees.", findings=(note,))
    second = GUARD.check(first, content(ARTICLE), analysis(ARTICLE))
    assert first == second
    assert [finding.rule for finding in second.findings] == ["model-fallback", "unsupported-number"]


def test_review_keeps_the_order() -> None:
    posts = [variant("We built Communicart."), variant("Nobody at Contoso built it.")]
    found = GUARD.review(posts, content(ARTICLE), analysis(ARTICLE))
    assert [one.blocked for one in found] == [False, True]
    assert [one.text for one in found] == [one.text for one in posts]


def test_another_content_is_not_checked_against_the_last_one() -> None:
    post = variant("About 90 kids came on April 29.")
    assert not GUARD.check(post, content(KIDS), analysis(KIDS)).blocked
    assert GUARD.check(post, content(ARTICLE), analysis(ARTICLE)).blocked


def test_a_platform_without_rules_is_refused() -> None:
    with pytest.raises(UnknownPlatform) as refused:
        checked("Hello Communicart.", platform="nowhere")
    assert "board" in refused.value.todo
