"""`smartcontent analyse`, `propose`, `platforms`, `strategies`: looked at here, nothing stored.

They need no database and no language model: drafts are the embedded writer's.
"""

from collections.abc import Callable
from typing import Any

from agents.analyst import Analyst
from agents.guard import Guard
from connectors.spec import known_specs
from graph.proposing import Proposals
from smartcontent.bootstrap import choose_connectors, choose_embedder, choose_tone, choose_writer
from smartcontent.commands.campaign import read_source
from smartcontent.commands.opening import read_settings
from smartcontent.commands.screen import finish, say
from smartcontent.content import Analysis, PlatformSpec, Variant
from smartcontent.settings import Settings
from tools.platforms import Platforms
from tools.strategies import find_strategy, strategies
from tools.unstored_content import unstored_content

SHOWN = 5  # of each list; all of it with --json


def run(*, what: str, json: bool, **options: Any) -> None:
    looks: dict[str, Callable[..., dict[str, Any]]] = {
        "analyse": show_analysis,
        "propose": show_drafts,
        "platforms": show_platforms,
        "strategies": show_strategies,
    }
    finish(looks[what](read_settings(), **options), json=json)


def show_analysis(settings: Settings, *, source: str) -> dict[str, Any]:
    """What an article is about, and what in it can be checked."""
    found = _analyst(settings).analyse(unstored_content(read_source(source)))
    say(f"[bold]{plain(found.title)}[/bold]")
    sure = f"{found.language_confidence:.0%} sure"
    say(f"  language   {found.language} ({sure}), {found.readability.words} words")
    if found.readability.lix is not None:
        say(f"  LIX        {found.readability.lix}")
    say(f"  topics     {plain(', '.join(topic.name for topic in found.topics[:SHOWN]))}")
    tone = sorted(found.tone.items(), key=lambda item: -item[1])[:3]
    if tone:
        say(f"  tone       {', '.join(f'{name} {share:.0%}' for name, share in tone)}")
    _say_details(found)
    return found.model_dump(mode="json")


def _say_details(found: Analysis) -> None:
    for sentence in found.key_sentences[:SHOWN]:
        say(f"  key        {plain(sentence.text)}")
    said = [f"{claim.kind} {claim.text}" for claim in found.claims[:SHOWN]]
    say(f"  claims     {len(found.claims)}: {plain('; '.join(said))}")
    for picture in found.pictures[:SHOWN]:
        say(f"  picture    {plain(picture.alt_text or 'without alternative text')}")
    for note in found.notes:
        say(f"  note       {note}")


def show_drafts(
    settings: Settings, *, source: str, platform: str, strategy: list[str] | None, tone: str | None
) -> dict[str, Any]:
    """Checked drafts of an article for a platform, one for each strategy that applies."""
    specs = known_specs(choose_connectors(settings))
    Platforms(specs).require([platform])
    wanted = [find_strategy(name) for name in strategy or ()]
    content = unstored_content(read_source(source))
    analysis = _analyst(settings).analyse(content)
    guard = Guard(specs=specs, tone=choose_tone(choose_embedder(settings)))
    proposals = Proposals(writer=choose_writer(None, guard), guard=guard, specs=specs)
    drafts = proposals.propose(content, analysis, platform=platform, strategies=wanted, tone=tone)
    for draft in drafts:
        _say_draft(draft)
    say(f"{len(drafts)} drafts for {platform}, in {analysis.language}.")
    return {"platform": platform, "variants": [one.model_dump(mode="json") for one in drafts]}


def _say_draft(draft: Variant) -> None:
    say(f"[bold]{draft.strategy}[/bold]")
    say(plain(draft.text))
    for finding in draft.findings:
        say(f"  {finding.severity} {finding.rule}: {plain(finding.reason)}")
    say("")


def show_platforms(settings: Settings) -> dict[str, Any]:
    """What can be written for, and with a * what can be published to."""
    connected = choose_connectors(settings)
    specs = known_specs(connected)
    for name, spec in specs.items():
        mark = "*" if name in connected else " "
        say(f"{mark} {name:<10} {_limits(spec)}  ({plain(spec.source)}, {spec.as_of})")
    shown = [spec.model_dump(mode="json") for spec in specs.values()]
    return {"platforms": shown, "connected": sorted(connected)}


def _limits(spec: PlatformSpec) -> str:
    return f"{spec.text_limit:,} {spec.counting}, {spec.image_limit} pictures"


def show_strategies(settings: Settings) -> dict[str, Any]:
    """How a text can be written, plug-ins included."""
    table = strategies()
    for one in table:
        say(f"[bold]{plain(one.name)}[/bold]  {plain(one.description)}")
        say(f"    applies when: {plain(one.applies_when)}")
    return {"strategies": [one.model_dump(mode="json") for one in table]}


def _analyst(settings: Settings) -> Analyst:
    embedder = choose_embedder(settings)
    return Analyst(embedder=embedder, tone=choose_tone(embedder))


def plain(text: str) -> str:
    """Brackets of a text are not the screen's.

    >>> plain("[sic]")
    '\\\\[sic]'
    """
    return text.replace("[", "\\[")
