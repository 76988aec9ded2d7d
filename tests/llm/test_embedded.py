"""The embedded assistant, without a graph around it: understanding, slots, asking back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from llm.embedded import THRESHOLD, EmbeddedChat
from llm.intents import Intents, manual_lines
from llm.turn import HELP, HELP_LINES
from memory.embedding import HashedEmbedder, Usem3
from smartcontent import Tool, tool
from smartcontent.plugins import Embedder
from tools.show_posts import show_posts
from tools.toolbox import Toolbox

UTTERANCES = Path(__file__).parents[1] / "data" / "utterances.json"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ID = "0198c1a2-aaaa-7bbb-8ccc-0123456789ab"
OTHER = "0198c1a2-bbbb-7bbb-8ccc-0123456789ab"


@tool
def say_hello(name: str) -> str:
    """Say hello to somebody by name.  Examples: "say hello to Ana" """
    return f"Hello, {name}!"


@tool
def search_recipe(query: str) -> list[str]:
    """Find recipes by what is in them.  Examples: "find recipes about bread" """
    return [query]


@tool
def cook_recipe(
    recipe_id: UUID,
    portions: int = 2,
    within_hours: int = 1,
    at: datetime | None = None,
    style: Literal["spicy", "mild"] = "mild",
    extra_salt: bool = False,
    note: str = "",
) -> str:
    """Cook a recipe.  Examples: "cook the recipe", "cook it for 4 portions" """
    return note


TOOLS: tuple[Tool[..., Any], ...] = (say_hello, search_recipe, cook_recipe)


def bound(tool: Tool[..., Any]) -> dict[str, Any]:
    schema = tool.parameters.model_json_schema()
    return {"name": tool.name, "description": tool.description, "parameters": schema}


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Usem3()


@pytest.fixture(scope="session")
def chat(embedder: Embedder) -> EmbeddedChat:
    return EmbeddedChat(embedder=embedder, clock=lambda: NOW)


def say(chat: EmbeddedChat, *messages: BaseMessage | str) -> AIMessage:
    thread = [HumanMessage(m) if isinstance(m, str) else m for m in messages]
    return chat.bind_tools([bound(tool) for tool in TOOLS]).invoke(thread)


def arguments(answer: AIMessage) -> dict[str, Any]:
    assert answer.tool_calls, answer.text
    return answer.tool_calls[0]["args"]


def answered(call: AIMessage, result: object, *, status: str = "success") -> ToolMessage:
    content = result if isinstance(result, str) else json.dumps(result)
    return ToolMessage(content, tool_call_id=call.tool_calls[0]["id"], status=status)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("say hello to Ana", "Ana"),
        ("Please say hello to my friend Ana Maria, please!", "Ana Maria"),
        ("saluda a Ana, por favor", "Ana"),
        ("Sag hallo zu Peter", "Peter"),
        ("dis bonjour à Marie", "Marie"),
        ('say hello to "the whole team"', "the whole team"),
    ],
)
def test_calls_a_tool_it_never_saw(chat: EmbeddedChat, text: str, name: str) -> None:
    answer = say(chat, text)
    assert answer.tool_calls[0]["name"] == "say_hello"
    assert arguments(answer) == {"name": name}


def test_reads_every_kind_of_value(chat: EmbeddedChat) -> None:
    text = (
        f"cook the recipe {ID} tomorrow at 9 for 4 portions within 3 hours, spicy, "
        'with extra salt and the note "for Ana"'
    )
    assert arguments(say(chat, text)) == {
        "recipe_id": ID,
        "portions": 4,
        "within_hours": 3,
        "at": "2026-05-05T09:00:00+00:00",
        "style": "spicy",
        "extra_salt": True,
        "note": "for Ana",
    }


@pytest.mark.parametrize("said", [f"cook the recipe {ID}, note: hot", f"cook {ID} in a hot note"])
def test_reads_an_optional_word_by_its_name(chat: EmbeddedChat, said: str) -> None:
    """As in “tone: warm” and “in a warm tone”."""
    assert arguments(say(chat, said))["note"] == "hot"


def test_reads_counts_in_other_languages(chat: EmbeddedChat) -> None:
    answer = say(chat, f"cocina la receta {ID} con tres raciones en 2 horas, picante")
    said = arguments(answer)
    assert (said["portions"], said["style"]) == (3, "spicy")
    assert said["at"] == "2026-05-04T14:00:00+00:00"


def test_asks_back_and_takes_the_answer(chat: EmbeddedChat) -> None:
    question = say(chat, "say hello")
    assert not question.tool_calls
    assert "name" in question.text
    assert arguments(say(chat, "say hello", question, "Ana")) == {"name": "Ana"}


def test_a_question_can_be_dropped(chat: EmbeddedChat) -> None:
    question = say(chat, "say hello")
    assert not say(chat, "say hello", question, "never mind").tool_calls
    other = say(chat, "say hello", question, "find recipes about bread")
    assert other.tool_calls[0]["name"] == "search_recipe"


def test_looks_up_what_was_meant_and_goes_on(chat: EmbeddedChat) -> None:
    ask = "cook the recipe about rye bread for 4 portions"
    lookup = say(chat, ask)
    assert (lookup.tool_calls[0]["name"], arguments(lookup)["query"][:9]) == (
        "search_recipe",
        "rye bread",
    )
    one = answered(lookup, [{"recipe_id": ID, "title": "Rye"}])
    assert arguments(say(chat, ask, lookup, one))["recipe_id"] == ID
    two = answered(lookup, [{"recipe_id": ID}, {"recipe_id": OTHER}])
    which = say(chat, ask, lookup, two)
    assert "Which one" in which.text
    chosen = say(chat, ask, lookup, two, which, "the second one")
    assert arguments(chosen)["recipe_id"] == OTHER


def test_points_back_at_what_was_shown(chat: EmbeddedChat) -> None:
    search = say(chat, "find recipes about bread")
    found = answered(search, [{"recipe_id": ID}, {"recipe_id": OTHER}])
    listed = say(chat, "find recipes about bread", search, found)
    assert "1." in listed.text and "2." in listed.text
    thread = ("find recipes about bread", search, found, listed)
    assert arguments(say(chat, *thread, "cook the first recipe"))["recipe_id"] == ID
    assert "Which one" in say(chat, *thread, "cook the recipe").text


def test_says_results_and_failures_in_words(chat: EmbeddedChat) -> None:
    call = say(chat, "say hello to Ana")
    assert say(chat, "hi", call, answered(call, "Hello, Ana!")).text == "Hello, Ana!"
    assert "found nothing" in say(chat, "hi", call, answered(call, [])).text
    failed = answered(call, "There is no Ana.", status="error")
    assert "did not work. There is no Ana." in say(chat, "hi", call, failed).text


@pytest.mark.parametrize("text", ["what can you do?", "order a pizza", "¿qué puedes hacer?", "?"])
def test_says_plainly_what_it_can_do(chat: EmbeddedChat, text: str) -> None:
    answer = say(chat, text)
    assert not answer.tool_calls
    assert "say hello, for example “say hello to Ana”" in answer.text


def test_without_tools_it_says_so(chat: EmbeddedChat) -> None:
    assert "no tools" in chat.invoke("publish everything").text


def accuracy(embedder: Embedder, part: str) -> float:
    """Share of utterances sent to the right tool, or rightly to none."""
    boxed = Toolbox([say_hello, show_posts, *Toolbox.discover().tools.values()]).tools
    manuals = {name: manual_lines(name, tool.description) for name, tool in boxed.items()}
    intents, right = Intents(embedder), 0
    rows = [row for row in json.loads(UTTERANCES.read_text()) if row["set"] == part]
    for row in rows:
        best = intents.rank(row["text"], {**manuals, HELP: HELP_LINES})[0]
        none = best.score < THRESHOLD or best.tool == HELP
        right += (None if none else best.tool) == row["tool"]
    return right / len(rows)


def test_understands_everyday_requests(embedder: Embedder) -> None:
    """Measured 0.92 on the tuning part and 0.89 on the held-out part (66 utterances)."""
    assert accuracy(embedder, "tuning") >= 0.9
    assert accuracy(embedder, "held_out") >= 0.85


def test_the_measure_can_fail() -> None:
    """Embeddings that know no synonyms must do badly, or the utterances prove nothing."""
    assert accuracy(HashedEmbedder(), "held_out") < 0.6
