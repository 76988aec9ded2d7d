"""The closed, extensible table of strategies: the arms that the learner moves.

A strategy is a rhetorical form × tone × length × call to action.  A plug-in adds strategies
through the entry-point group `smartcontent.strategies`: an object that is a Strategy, or an
iterable of them, in one of the known forms (`FORMS`), with a name of its own.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint

from smartcontent.content import Analysis, Strategy
from smartcontent.errors import MalformedTool, UnknownStrategy
from smartcontent.plugins import STRATEGY_GROUP, find_plugins
from tools.compose_allotment import deal
from tools.compose_forms import FORMS

TABLE = (
    Strategy(
        name="question",
        form="question",
        tone="curious",
        length="medium",
        call_to_action="answer",
        description="Opens with a question the source asks, and gives the source's answer.",
        example="Who decides what a form asks for? Every agency does, and it shows.",
        applies_when="The source asks a question, in its text, a heading or its title, "
        "and answers it right after.",
    ),
    Strategy(
        name="number_first",
        form="number_first",
        tone="factual",
        length="short",
        call_to_action="numbers",
        description="Puts a figure of the source in front.",
        example="48,000 labor categories, one search box.",
        applies_when="A sentence that stands on its own holds a figure other than a year.",
    ),
    Strategy(
        name="story",
        form="story",
        tone="personal",
        length="long",
        call_to_action="story",
        description="Tells what happened, in the order it happened.",
        example="When we opened the doors in 2014, eleven people came. By noon there were sixty.",
        applies_when="The source tells something in the past, with a time or a person.",
    ),
    Strategy(
        name="how_to",
        form="how_to",
        tone="practical",
        length="long",
        call_to_action="steps",
        description="Shows the steps or points of a list in the source.",
        example="How to welcome new coders:\n• Write a guide\n• Make name tags\n• Invite people",
        applies_when="The source has a list of at least three items, or headings that are steps.",
    ),
    Strategy(
        name="quote",
        form="quote",
        tone="human",
        length="short",
        call_to_action="voices",
        description="Lets somebody in the source speak, with their name.",
        example="“We’re together to revel in the stuff we shipped.”\n— Hillary Hartley",
        applies_when="The source quotes somebody and names them beside the quotation.",
    ),
    Strategy(
        name="contrast",
        form="contrast",
        tone="candid",
        length="medium",
        call_to_action="details",
        description="Sets two sides of the source against each other.",
        example="Some states ask for thirty days.\n\nOthers let you register on the day itself.",
        applies_when="The source turns: but, however, while others, instead of.",
    ),
    Strategy(
        name="benefit",
        form="benefit",
        tone="helpful",
        length="medium",
        call_to_action="details",
        description="Says what the reader can do or gains.",
        example="Your local office can help you move your registration back to active.",
        applies_when="The source says what something helps, allows or makes easier.",
    ),
    Strategy(
        name="behind_the_scenes",
        form="behind_the_scenes",
        tone="open",
        length="medium",
        call_to_action="story",
        description="Shows how it was made, in the makers' own words.",
        example="Our team tested four prototypes with twelve nurses and kept none of them.",
        applies_when="The authors tell in the first person how they worked.",
    ),
    Strategy(
        name="takeaways",
        form="takeaways",
        tone="clear",
        length="medium",
        call_to_action="read",
        description="The title over two to four points of the piece.",
        example="Check your registration\n• …\n• …",
        applies_when="The source has at least two short sentences that stand on their own.",
    ),
    Strategy(
        name="key_point",
        form="key_point",
        tone="plain",
        length="short",
        call_to_action="read",
        description="The sentence the piece turns on, and nothing else.",
        example="There is no national voter registration deadline.",
        applies_when="Always, as long as the source has one whole sentence.",
    ),
    Strategy(
        name="headline",
        form="headline",
        tone="neutral",
        length="short",
        call_to_action="read",
        description="The title as its author wrote it, and one sentence under it.",
        example="Register to vote\n\nAll states except North Dakota require that you register.",
        applies_when="Always, as long as the source has a title.",
    ),
)


def strategies(plugins: Iterable[EntryPoint] | None = None) -> tuple[Strategy, ...]:
    """The table and what plug-ins (the installed ones) add to it, in one order everywhere.

    Raises MalformedTool for a plug-in that adds no Strategy, takes a name twice or asks for an
    unknown form.

    >>> len(strategies()) >= 8, "story" in {one.form for one in strategies()}
    (True, True)
    """
    table = list(TABLE)
    for point in find_plugins(STRATEGY_GROUP) if plugins is None else plugins:
        for strategy in _loaded(point.load(), point.name):
            if strategy.name in {one.name for one in table}:
                raise _malformed(point.name, f"the name {strategy.name} is taken")
            table.append(strategy)
    return tuple(table)


def _loaded(found: object, plugin: str) -> Iterable[Strategy]:
    given = [found] if isinstance(found, Strategy) else found
    if not isinstance(given, Iterable):
        raise _malformed(plugin, f"{type(found).__name__} is no Strategy")
    for one in given:
        if not isinstance(one, Strategy):
            raise _malformed(plugin, f"{type(one).__name__} is no Strategy")
        if one.form not in FORMS:
            raise _malformed(plugin, f"the form {one.form} is unknown")
        yield one


def _malformed(plugin: str, why: str) -> MalformedTool:
    return MalformedTool(
        f"The strategy plug-in {plugin} cannot be used: {why}.",
        todo=f"Give it a Strategy with a new name and one of the forms {', '.join(FORMS)}.",
        plugin=plugin,
    )


def find_strategy(name: str) -> Strategy:
    """The strategy of that name.  Raises UnknownStrategy.

    >>> find_strategy("quote").form
    'quote'
    """
    table = strategies()
    for strategy in table:
        if strategy.name == name:
            return strategy
    raise UnknownStrategy(
        f"There is no strategy {name}.",
        todo=f"Choose one of {', '.join(one.name for one in table)}.",
        name=name,
    )


def applicable(analysis: Analysis, candidates: Sequence[Strategy]) -> list[Strategy]:
    """Those of the candidates that this content has the material for, in their order."""
    _, allotment = deal(analysis)
    return [strategy for strategy in candidates if allotment.leads.get(strategy.form)]
