"""What may open a post, in every language we have lists for, and what is cut out of one."""

import pytest

from tests.agents.articles import article
from tools.compose_sentences import Sentence, find_sentences, usable
from tools.compress_sentence import compress, without_connective
from tools.read_content import blocks_of
from tools.strategy_markers import known, stands_alone

ALONE = {
    "en": "Some states require voters to register up to 30 days before an election.",
    "es": "La oficina electoral de su estado puede ayudarle a reactivar su registro.",
    "fr": "Le bureau électoral local peut vous aider à changer votre statut.",
    "pt": "A repartição eleitoral do seu estado poderá ajudar a alterar a situação.",
    "ru": "Все штаты требуют, чтобы граждане зарегистрировались.",
    "ar": "تطلب جميع الولايات التسجيل قبل التصويت في الانتخابات.",
    "bn": "প্রতিটি স্টেট এবং অঞ্চলের ভোটারদের আইন মেনে চলতে হবে।",
    "hi": "पूरे देश के लिए मतदाता पंजीकरण की कोई एक अंतिम तारीख़ नहीं है।",
    "ko": "연방 선거에서 최소 2회 이상 투표에 참여하지 않았습니다.",
    "zh": "沒有全國選民登記截止日期。",
    "ht": "Yon estati inaktif pa nesesèman vle di w dwe reyenskri.",
    "tl": "Walang pambansang deadline sa pagpaparehistro ng botante.",
    "vi": "Không có thời hạn đăng ký cử tri toàn quốc.",
}
NOT_ALONE = {
    "en": "That could be up to 30 days before the election.",
    "es": "Esto significa que tal vez tenga que tomar medidas adicionales.",
    "fr": "Ça veut dire que vous devez prendre des mesures supplémentaires.",
    "pt": "Isso significa que talvez você tenha que tomar outras medidas.",
    "ru": "Это означает, что Вам придется предпринять дополнительные шаги.",
    "ar": "إنها تعني أنك قد تضطر إلى اتخاذ خطوات إضافية.",
    "bn": "এর মানে হল আপনাকে অতিরিক্ত পদক্ষেপ নিতে হতে পারে।",
    "hi": "इसका अर्थ यह है कि आपको कुछ अतिरिक्त कदम उठाने पड़ सकते हैं।",
    "ko": "또한, 귀하의 등록 상태가 표시되는지 확인해 보세요.",
    "zh": "這意味著您可能需要採取額外的步驟才能投票。",
    "ht": "Sa vle di w ka bezwen pran etap adisyonèl anvan ou ka vote.",
    "tl": "Ang ibig sabihin nito ay maaaring kailangan kayong gumawa.",
    "vi": "Điều đó có nghĩa là quý vị có thể phải thực hiện thêm vài bước.",
}


@pytest.mark.parametrize("language", sorted(ALONE))
def test_a_sentence_of_its_own_may_open(language: str) -> None:
    assert known(language)
    assert stands_alone(ALONE[language], language)
    assert usable(ALONE[language], language)


@pytest.mark.parametrize("language", sorted(NOT_ALONE))
def test_a_sentence_that_points_back_may_not(language: str) -> None:
    assert not stands_alone(NOT_ALONE[language], language)


@pytest.mark.parametrize(
    "text",
    [
        "As shown in Figure 3 below, visits grew.",
        "Click on the chart to see how it grew.",
        "By using these standards, agencies save time.",
        "“They are a lot of different people.”",
        "The benefits were clear, though.",
        "In this post, Ana explains the plan.",
        "You can also look at the site.",
        "For more information, visit the office.",
        "Our developers write code to support these goals.",
        "Trains serve much the same purpose.",
        "Congrats to the whole team for clearing the backlog!",
        "In her tenure at the library, she has led three teams.",
    ],
)
def test_what_points_elsewhere_may_not_open(text: str) -> None:
    assert not stands_alone(text, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Since opening its doors in 1975, the ALA has grown.", "en"),
        ("In her years at the library, Rosa led three teams.", "en"),
        ("Moved both by letters and by calls, Rosa opened a branch.", "en"),
        ("The best advice I give to anybody is to define a blog post by its reader.", "en"),
        ("Rosa came to learn more about how libraries work.", "en"),
        ("सभी के लिए यह आवश्यक है कि आप चुनाव से पहले पंजीकरण करें।", "hi"),
        ("يمكن للمواطنين، بما في ذلك أفراد القوات المسلحة، التسجيل للتصويت.", "ar"),
    ],
)
def test_what_only_seems_to_point_back_may_open(text: str, language: str) -> None:
    assert stands_alone(text, language)


def read(*paragraphs: str) -> list[Sentence]:
    """The usable sentences of a text."""
    blocks = blocks_of(article("\n\n".join(paragraphs)))
    return list(find_sentences(blocks, "en", {}))


def test_words_beside_a_picture_are_not_the_matter() -> None:
    prose = "The staff of the library scan a thousand forms a year."
    captions = (
        "Staff scanning forms in the library, 1982. Image from the library.",
        "A screenshot of the form that readers fill in.",
        "Rosa receives an award, photo courtesy of the council.",
    )
    assert [one.text for one in read(*captions, prose)] == [prose]


def test_who_answers_in_an_interview_is_not_the_author() -> None:
    found = read(
        "Rosa Keller runs the night library in Norway.",
        "Ana: How did the library begin its nights?",
        "Rosa: We asked the bakers of the town.",
        "The bakers came with bread on the first night.",
        "Ana: “Bread” is a fine beginning for a library.",
        "Rosa: It was a fine beginning for everybody there.",
        "## What comes next",
        "The library opens two more rooms in autumn.",
    )
    own = [one.text for one in found if not one.said]
    assert own == [
        "Rosa Keller runs the night library in Norway.",
        "The library opens two more rooms in autumn.",
    ]
    assert not any(one.alone for one in found if one.text.startswith(("Ana:", "Rosa:")))


@pytest.mark.parametrize(
    "text",
    [
        "See {{ site.baseurl }} for the chart of visits.",
        "The list is at https://example.org/list today.",
        "Write to ana@example.org for the whole list.",
        "(They can also bring their families along.)",
        "It said “a quiet table after work is worth it.",
        "A heading without an end of its own",
        "Too short.",
        "June 27, 2014, from 9:30 to 11:30.",
    ],
)
def test_crumbs_are_not_usable(text: str) -> None:
    assert not usable(text, "en")


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("The office (a small one) opens at six.", "The office opens at six."),
        ("La oficina (pequeña) abre a las seis.", "La oficina abre a las seis."),
        ("Nothing is cut from this.", "Nothing is cut from this."),
    ],
)
def test_asides_are_cut_out_whole(text: str, shorter: str) -> None:
    assert compress(text, "es" if text.startswith("La") else "en") == shorter


def test_a_connective_goes_only_where_a_comma_sets_it_apart() -> None:
    assert without_connective("Sin embargo, abre hoy.", "es") == "Abre hoy."
    assert without_connective("So many people came.", "en") == "So many people came."


def test_what_adds_to_a_sentence_that_is_not_there_goes_too() -> None:
    assert without_connective("Rosa can also read.", "en") == "Rosa can read."
    late = "It rained all day, and in the end Rosa was also there."
    assert without_connective(late, "en") == late
    assert without_connective("Ana también lee.", "es") == "Ana también lee."
