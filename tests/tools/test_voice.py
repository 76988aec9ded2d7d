"""Rules of a voice: what a text breaks, what may be reworded, and what edits teach."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcontent.voice import Lesson, Voice, VoiceKind, VoiceSetting
from tools.find_claims import find_claims
from tools.follow_voice import CHECKS, breaks, broken, not_applied
from tools.learn_voice import ENOUGH, HABIT, Edit, from_edits, from_posts
from tools.read_post import read_post
from tools.reword_text import reword_text

LINK = "https://example.org/a"
UTILISE = VoiceSetting(kind="replace", about="utilise", instead="use")
KEPT = "We opened a library. Readers came."
BREAKING: dict[VoiceKind, tuple[VoiceSetting, str]] = {
    "hashtags": (VoiceSetting(kind="hashtags", most=1), "We won.\n\n#Vote #Now"),
    "sentences": (VoiceSetting(kind="sentences", most=2), "One came. Two came. Three came."),
    "characters": (VoiceSetting(kind="characters", most=40), "We opened a library at night " * 3),
    "no_emoji": (VoiceSetting(kind="no_emoji"), "We won 🎉 today."),
    "no_exclamation_marks": (VoiceSetting(kind="no_exclamation_marks"), "We won!"),
    "no_opening_question": (VoiceSetting(kind="no_opening_question"), "Why now? It is time."),
    "no_call_to_action": (VoiceSetting(kind="no_call_to_action"), f"We won.\n\nRead more: {LINK}"),
    "no_link": (VoiceSetting(kind="no_link"), f"We won.\n\n{LINK}"),
    "avoid": (VoiceSetting(kind="avoid", about="just"), "It just works."),
    "replace": (UTILISE, "We utilise it."),
}


def edit(draft: str, approved: str | None = None, language: str = "en") -> Edit:
    said = draft if approved is None else approved
    return Edit(read_post(draft, language), read_post(said, language))


def taught(*edits: Edit) -> list[str]:
    return [lesson.setting.statement for lesson in from_edits(edits)]


@pytest.mark.parametrize("kind", CHECKS)
def test_every_kind_that_is_checked_sees_what_breaks_it(kind: VoiceKind) -> None:
    rule, text = BREAKING[kind]
    assert breaks(rule, read_post(text, "en"))
    assert not breaks(rule, read_post(KEPT, "en"))


def test_what_a_program_cannot_tell_it_does_not_claim() -> None:
    rule = VoiceSetting(kind="manner", about="Warm.")
    assert not breaks(rule, read_post("COLD!", "en"))
    assert not_applied(Voice(rules=(rule,)))[0].rule == "voice-not-applied"
    assert not_applied(Voice(rules=(UTILISE,))) == []


def test_a_broken_rule_is_said_in_its_own_words() -> None:
    (finding,) = broken(Voice(rules=(UTILISE,)), read_post("Utilise it.", "en"))
    assert (finding.rule, finding.severity) == ("voice", "warning")
    assert "Say “use” instead of “utilise”." in finding.reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Utilise it and utilise them.", "Use it and use them."),
        ("To reutilise nothing, utilise it.", "To reutilise nothing, use it."),
        ("He said: “You utilise all of it.”", "He said: “You utilise all of it.”"),
    ],
)
def test_words_are_replaced_whole_and_in_their_case(text: str, said: str) -> None:
    assert reword_text(text, (UTILISE,), "en") == said


@pytest.mark.parametrize(
    ("about", "instead", "text"),
    [
        ("twenty", "forty", "We expected twenty people."),
        ("rose", "fell", "Costs rose."),
        ("can", "cannot", "A reader can come."),
        ("Rosa Keller", "Maria Braun", "We asked Rosa Keller about it."),
        ("March", "April", "It opened in March 2023."),
        ("and", "3", "Readers and writers came."),
    ],
)
def test_no_rule_changes_a_fact(about: str, instead: str, text: str) -> None:
    rule = VoiceSetting(kind="replace", about=about, instead=instead)
    assert reword_text(text, (rule,), "en") == text


def test_marks_and_emoji_go_and_quotations_keep_theirs() -> None:
    rules = (VoiceSetting(kind="no_exclamation_marks"), VoiceSetting(kind="no_emoji"))
    assert reword_text("We won 🎉! Really?! Yes!!", rules, "en") == "We won. Really? Yes."
    assert reword_text("¡La casa es nueva! Sí.", rules, "es") == "La casa es nueva. Sí."
    assert reword_text("She said, “We won at last!” Fine!", rules, "en") == (
        "She said, “We won at last!” Fine."
    )


WORDS = st.sampled_from(
    ["utilise", "Utilise", "twenty", "1,200", "Rosa", "Keller", "not", "never", "in", "March",
     "2023", "“utilise", "it”", "people.", "came!", "🎉", "3%", "fell", "rose", "the"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join), WORDS, WORDS)
def test_rewording_never_moves_a_claim(text: str, about: str, instead: str) -> None:
    rules = (
        VoiceSetting(kind="replace", about=about, instead=instead),
        VoiceSetting(kind="no_exclamation_marks"),
        VoiceSetting(kind="no_emoji"),
    )
    now = reword_text(text, rules, "en")
    before, after = ([(c.kind, c.value) for c in find_claims(one, "en")] for one in (text, now))
    assert sorted(before) == sorted(after)


TAGGED = "We opened a library. Readers came.\n\n#Library #Night"
FEWER = TAGGED.removesuffix(" #Night")
BARE = TAGGED.partition("\n")[0]


def test_hashtags_deleted_three_times_are_a_rule() -> None:
    assert taught(*[edit(TAGGED, BARE)] * ENOUGH) == ["No hashtags."]
    assert taught(*[edit(TAGGED, FEWER)] * ENOUGH) == ["At most 1 hashtag."]


def test_twice_is_not_enough() -> None:
    assert taught(*[edit(TAGGED, BARE)] * (ENOUGH - 1)) == []


def test_edits_that_disagree_teach_nothing() -> None:
    kept = [edit(TAGGED)] * 2
    assert taught(*[edit(TAGGED, BARE)] * ENOUGH, *kept) == []
    swapped = [edit("We utilise it.", f"We {word} it.") for word in ("use", "apply", "take")]
    assert "Say" not in "".join(taught(*swapped))


def test_a_word_replaced_three_times_is_a_rule_with_its_evidence() -> None:
    drafts = ("Utilise it today.", "We utilise the room.", "Most people utilise a card.")
    fixed = [edit(one, one.replace("Utilise", "Use").replace("utilise", "use")) for one in drafts]
    (lesson,) = from_edits(fixed)
    assert (lesson.setting, lesson.support, lesson.against) == (UTILISE, 3, 0)
    assert lesson.evidence[0].before == drafts[0]
    assert lesson.evidence[0].after == "Use it today."


def test_a_word_left_out_three_times_is_avoided() -> None:
    drafts = ("It just works.", "We just opened the doors.", "They just came in.")
    assert taught(*[edit(one, one.replace("just ", "")) for one in drafts]) == [
        "Do not say “just”."
    ]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("1,200", "1,300"),
        ("twenty", "thirty"),
        ("Rosa Keller", "Maria Braun"),
        ("March 2023", "April 2023"),
        ("never", "always"),
        ("rose", "fell"),
        ("can", "cannot"),
    ],
)
def test_a_changed_fact_is_never_a_rule(was: str, now: str) -> None:
    drafts = [f"{start} {was} of them." for start in ("We saw", "There is", "They told us about")]
    assert taught(*[edit(one, one.replace(was, now)) for one in drafts]) == []


def test_one_sentence_instead_of_three_is_a_rule() -> None:
    long = "We opened a library. Readers came. The mayor came too."
    assert taught(*[edit(long, "We opened a library.")] * ENOUGH) == ["At most 1 sentence."]


def test_the_label_of_a_link_is_not_missed_when_the_link_is_gone() -> None:
    text = f"We won a prize.\n\nRead more: {LINK}"
    assert taught(*[edit(text, f"We won a prize.\n\n{LINK}")] * ENOUGH) == [
        "No words before the link, such as “Read more:”."
    ]
    assert taught(*[edit(text, "We won a prize.")] * ENOUGH) == ["No link."]


SHORT = "Sentences of about 4 words."


def habits(texts: Sequence[str]) -> list[Lesson]:
    return from_posts([read_post(text, "en") for text in texts])


def test_posts_of_ones_own_tell_habits() -> None:
    posts = [f"We opened room number {n} today. It is warm." for n in range(HABIT)]
    stated = [lesson.setting.statement for lesson in habits(posts)]
    assert stated[:3] == ["No emoji.", "No exclamation marks.", "No hashtags."]
    assert stated[3:] == ["At most 50 characters, link and hashtags aside.", SHORT]
    assert habits(posts[1:]) == []
    loud = [lesson.setting.kind for lesson in habits([*posts, "Hey! 🎉 #A #B #C"])]
    assert not {"no_emoji", "no_exclamation_marks", "hashtags"} & set(loud)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6))
def test_what_is_learned_is_kept_by_what_taught_it(changes: list[tuple[str, str]]) -> None:
    edits = [edit(f"We {was} it here.", f"We {now} it here.") for was, now in changes]
    for lesson in from_edits(edits):
        keep = [one for one in edits if not breaks(lesson.setting, one.approved)]
        assert lesson.support >= ENOUGH and len(keep) >= lesson.support
