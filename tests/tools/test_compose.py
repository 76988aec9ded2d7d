"""What may open a post, in every language we have lists for, and what is cut out of one."""

import pytest

from tools.compose_sentences import usable
from tools.compress_sentence import compress, without_connective
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
    ],
)
def test_what_points_elsewhere_may_not_open(text: str) -> None:
    assert not stands_alone(text, "en")


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
