"""What the embedded writer takes from a source."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import regex

from agents.analyst import Analyst
from agents.writer import EmbeddedWriter
from memory.embedding import HashedEmbedder
from smartcontent.content import Variant
from tests.agents.articles import EVERYONE, LINK, NIGHT, SPECS, analysed, article, pages
from tools.compose_claims import carried, key_claims
from tools.compose_labels import LABELS
from tools.compose_sentences import tidy
from tools.strategies import TABLE, applicable, find_strategy
from tools.strategy_markers import stands_alone

CONTENT = article(NIGHT)
ANALYSIS = analysed(CONTENT)
SHIPPED = Path(__file__).parents[2] / "examples" / "articles" / "a-bot-named-dolores.md"
FIRST = "In March 2023, our library kept its doors open until midnight for the first time."


def embedded(strategy: str, **changed: Any) -> Variant:
    order: dict[str, Any] = {"segment": EVERYONE, "spec": SPECS["medium"], "seed": 1, **changed}
    found = EmbeddedWriter().write(CONTENT, ANALYSIS, strategy=find_strategy(strategy), **order)
    assert found is not None
    return found


def body(variant: Variant) -> str:
    """The text without link, label and hashtags."""
    kept = regex.sub(r"\n\n[^\n]*https?://\S+", "", variant.text)
    return regex.sub(r"\n\n#\S.*$", "", kept)


def test_the_article_has_material_for_every_strategy() -> None:
    assert [one.name for one in applicable(ANALYSIS, TABLE)] == [one.name for one in TABLE]


def test_a_question_comes_with_its_answer() -> None:
    asked, answer = body(embedded("question")).split("\n\n")
    assert asked == "Why would anyone read at night?"
    assert answer.startswith("Nurses, bakers and students told us")


def test_a_figure_stands_in_front() -> None:
    assert regex.search(r"\d", body(embedded("number_first"))[:30])


def test_a_quote_names_who_said_it() -> None:
    assert body(embedded("quote")) == (
        "“A quiet table after work is worth more to me than any new building.”\n— Rosa Keller"
    )


def test_a_list_stays_a_list() -> None:
    intro, *items = body(embedded("how_to")).split("\n")
    assert intro == "To open at night, a library needs four things:"
    assert items[0] == "• Ask volunteers for one evening a month"
    assert len(items) == 4


def test_a_list_whose_introduction_points_back_stands_under_the_title() -> None:
    steps = "- Ask the bakers in town\n- Open at midnight\n- Keep the kettle warm"
    text = (
        f"# The night library\n\nThe hall was empty.\n\nWe built upon it in three steps:\n\n{steps}"
    )
    content = article(text)
    variant = EmbeddedWriter().write(
        content, analysed(content), segment=EVERYONE, strategy=find_strategy("how_to"),
        spec=SPECS["medium"], seed=1,
    )  # fmt: skip
    assert variant is not None
    assert variant.text.startswith("The night library\n• Ask the bakers")


def test_two_sides_stand_against_each_other() -> None:
    one, other = body(embedded("contrast")).split("\n\n")
    assert one.startswith("Most libraries close at six")
    assert other.startswith("But a single librarian")


def from_the_source(said: str, source: str) -> bool:
    """Whether every sentence of a text stands in the source, quotation marks aside."""
    for line in regex.split(r"\n+", said):
        bare = regex.sub(r"^(?:[•-]|\d+\.|—)\s+", "", line).strip("“”. ")
        if bare and bare not in source:
            return False
    return True


@pytest.mark.parametrize("strategy", [one.name for one in TABLE])
@pytest.mark.parametrize("platform", ["short", "medium"])
def test_every_word_comes_from_the_source(strategy: str, platform: str) -> None:
    source = f"{CONTENT.title}\n{tidy(CONTENT.text)}"
    assert from_the_source(body(embedded(strategy, spec=SPECS[platform])), source)


def test_a_foreign_sentence_is_noticed() -> None:
    assert not from_the_source("The library closed.", tidy(CONTENT.text))


@pytest.mark.parametrize("strategy", [one.name for one in TABLE])
def test_nothing_begins_in_the_air(strategy: str) -> None:
    for seed in range(5):
        text = embedded(strategy, seed=seed).text
        assert stands_alone(text.split("\n")[0], "en")
        for debris in ("Figure 3", "print(", "{{", "site.baseurl", "This was expected"):
            assert debris not in text


def test_seeds_choose_among_good_beginnings() -> None:
    content = article(SHIPPED.read_text("utf-8"), link=LINK)
    analysis = analysed(content)
    written = {
        (variant.strategy, variant.text)
        for strategy in applicable(analysis, TABLE)
        for seed in range(9)
        if (variant := EmbeddedWriter().write(
            content, analysis, segment=EVERYONE, strategy=strategy, spec=SPECS["medium"], seed=seed
        ))
    }  # fmt: skip
    assert len(written) > len({strategy for strategy, _ in written})


def test_posts_carry_what_the_campaign_still_lacks() -> None:
    """The seed chooses among good beginnings that tell as many of the untold claims."""
    content = article(SHIPPED.read_text("utf-8"), link=LINK)
    analysis = Analyst(embedder=HashedEmbedder()).analyse(content)
    wanted = key_claims(analysis.claims, analysis.key_sentences)
    for strategy in applicable(analysis, TABLE):
        written = (
            EmbeddedWriter().write(
                content, analysis, segment=EVERYONE, strategy=strategy, spec=SPECS["medium"],
                seed=seed,
            )
            for seed in range(6)
        )  # fmt: skip
        gains = {len(carried(wanted, variant.text)) for variant in written if variant}
        assert len(gains) == 1, strategy.name


def test_hashtags_keep_to_the_limit_of_the_platform() -> None:
    none = SPECS["medium"].model_copy(update={"hashtag_limit": 0})
    assert "#PublicLibrary #Volunteers" in embedded("story").text
    assert "#" not in embedded("story", spec=none).text


def heart(sentences: Sequence[str], language: str) -> dict[str, float]:
    """A small measure: warm is what speaks of volunteers."""
    warm = sum("olunteers" in one for one in sentences) / len(sentences)
    return {"warm": warm, "neutral": 1.0 - warm} if language == "en" else {}


def in_tone(strategy: str, tone: str | None, **changed: Any) -> Variant:
    order: dict[str, Any] = {"segment": EVERYONE, "spec": SPECS["medium"], "seed": 1, **changed}
    found = EmbeddedWriter(measure=heart).write(
        CONTENT, ANALYSIS, strategy=find_strategy(strategy), tone=tone, **order
    )
    assert found is not None
    return found


def test_among_what_is_true_it_prefers_the_tone_asked_for() -> None:
    plain, warm = in_tone("headline", None), in_tone("headline", "warm")
    assert "olunteers" not in body(plain) and plain.wanted_tone is None
    assert body(warm).endswith("\n\nVolunteers decorate the entrance in winter.")
    assert (warm.wanted_tone, warm.findings) == ("warm", ())


@pytest.mark.parametrize("strategy", [one.name for one in TABLE])
def test_a_tone_changes_no_word(strategy: str) -> None:
    source = f"{CONTENT.title}\n{tidy(CONTENT.text)}"
    assert from_the_source(body(in_tone(strategy, "warm")), source)


def test_in_a_tone_too_no_two_strategies_begin_alike() -> None:
    opened = [body(in_tone(one.name, "warm")).split("\n")[-1] for one in TABLE]
    assert len(set(opened)) == len(opened)


@pytest.mark.parametrize(
    ("tone", "changed", "why"),
    [
        ("sad", {}, "reads as sad"),
        ("cheerful", {}, "none of the tones that can be measured"),
    ],
)
def test_a_tone_it_cannot_give_is_said(tone: str, changed: dict[str, Any], why: str) -> None:
    [finding] = in_tone("story", tone, **changed).findings
    assert (finding.rule, finding.severity) == ("tone-not-applied", "info")
    assert why in finding.reason and finding.fix
    assert body(in_tone("story", tone)) == body(in_tone("story", None))


def test_without_a_measure_that_is_said_too() -> None:
    [finding] = embedded("story", tone="warm").findings
    assert finding.rule == "tone-not-applied" and "is not measured" in finding.reason
    assert embedded("story").findings == ()


def test_without_a_link_there_is_no_label() -> None:
    content = CONTENT.model_copy(update={"link": None})
    for strategy in TABLE:
        variant = EmbeddedWriter().write(
            content, ANALYSIS, segment=EVERYONE, strategy=strategy, spec=SPECS["medium"], seed=1
        )
        assert variant is not None
        assert not any(label in variant.text for label in LABELS["en"].values())


def test_markup_is_the_platforms_own() -> None:
    letter, blog = (embedded("how_to", spec=SPECS[name]).text for name in ("letter", "blog"))
    assert "<li>Count visitors every hour</li>" in letter
    assert f'<a href="{LINK}">' in letter
    assert "\n- Count visitors every hour" in blog


def test_html_of_a_source_is_only_text() -> None:
    content = article("# T & T\n\nFish &amp; chips cost less than `a` loaf & a coffee here in May.")
    variant = EmbeddedWriter().write(
        content, analysed(content), segment=EVERYONE, strategy=find_strategy("headline"),
        spec=SPECS["letter"], seed=1,
    )  # fmt: skip
    assert variant is not None
    assert "<p>T &amp; T</p>" in variant.text


@pytest.mark.parametrize("page", sorted(pages()))
def test_thirteen_languages_have_three_strategies_and_no_added_word(page: str) -> None:
    content, analysis = pages()[page]
    found = applicable(analysis, TABLE)
    assert len(found) >= 3
    source = f"{content.title}\n{tidy(content.text)}"
    for strategy in found:
        variant = EmbeddedWriter().write(
            content, analysis, segment=EVERYONE, strategy=strategy, spec=SPECS["letter"], seed=1
        )
        assert variant is not None
        if analysis.language not in LABELS:
            assert set(regex.findall(r"<p> ?<a", variant.text)) == {"<p> <a"}
        plain = EmbeddedWriter().write(
            content, analysis, segment=EVERYONE, strategy=strategy, spec=SPECS["medium"], seed=1
        )
        if plain and "。" not in plain.text:
            lines = body(plain).split("\n")
            assert all(_begins_like_the_source(line, source) for line in lines)


def _begins_like_the_source(line: str, source: str) -> bool:
    return regex.sub(r"^• ", "", line)[:20] in source


@pytest.mark.parametrize("text", ["One word", "```\ncode()\n```", "?!", "# Title", "- a\n- b"])
def test_poor_sources_give_little_and_break_nothing(text: str) -> None:
    content = article(f"{text}\n", "poor.md")
    for strategy in TABLE:
        variant = EmbeddedWriter().write(
            content, analysed(content), segment=EVERYONE, strategy=strategy, spec=SPECS["short"],
            seed=1,
        )  # fmt: skip
        assert variant is None or variant.text


def test_without_a_model_the_source_keeps_its_language_and_it_is_said() -> None:
    spanish = EVERYONE.model_copy(update={"language": "es"})
    variant = embedded("story", segment=spanish)
    assert variant.language == "en"
    [finding] = variant.findings
    assert finding.rule == "not-translated"
    assert "Spanish" in finding.reason and "English" in finding.reason
