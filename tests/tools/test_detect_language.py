"""The language of every page of vote.gov is told."""

import json
from pathlib import Path

import pytest

from tests.real_articles import NAMES, reading
from tools.detect_language import UNKNOWN, detect, likelihood

PAGES = json.loads((Path(__file__).parent.parent / "data" / "vote_gov.json").read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES["pages"].values(), ids=PAGES["pages"].keys())
def test_thirteen_languages(page: dict[str, str]) -> None:
    found, confidence = detect(page["text"])
    assert found == page["language"] and confidence > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_articles(name: str) -> None:
    expected = name.split("-")[-1].split(".")[0] if name.startswith("vote") else "en"
    assert detect(reading(name).text)[0] == expected


def test_without_letters_nothing_is_guessed() -> None:
    assert detect("12 — 3 % 🎉 https://example.org") == (UNKNOWN, 0.0)


def test_a_short_text_is_not_sure() -> None:
    assert detect("Hello")[1] < 0.5


def test_likelihood_tells_the_wrong_language() -> None:
    spanish = "Seleccione su estado o territorio en el menú desplegable."
    assert likelihood(spanish, "es") > 0.8 > 0.1 > likelihood(spanish, "en")
    assert likelihood(spanish, "xx") == 0.0


NEAR = {
    "nb": "Jeg vet ikke hva de heter, men vi skal spise frokost sammen i morgen tidlig.",
    "nn": "Eg veit ikkje kva dei heiter, men vi skal ete frukost saman i morgon tidleg.",
    "da": "Jeg ved ikke, hvad de hedder, men vi skal spise morgenmad sammen i morgen tidlig.",
    "mi": "Kei te haere mātou ki te tāone āpōpō ki te hoko parāoa me te miraka mō ngā tamariki.",
    "tn": "Re tla ya kwa toropong ka moso go reka borotho le mašwi a bana ba rona.",
    "ml": "നാളെ ഞങ്ങൾ കുട്ടികൾക്ക് റൊട്ടിയും പാലും വാങ്ങാൻ പട്ടണത്തിലേക്ക് പോകും.",
    "gl": "Mañá imos á vila mercar pan e leite para os rapaces, que aínda non comeron nada.",
}


@pytest.mark.parametrize(("language", "text"), NEAR.items())
def test_near_and_rare_languages(language: str, text: str) -> None:
    assert detect(text)[0] == language


def test_shares_are_shares() -> None:
    assert 0.99 < sum(likelihood(NEAR["nn"], code) for code in ("nn", "nb", "da", "sv")) <= 1.0001
