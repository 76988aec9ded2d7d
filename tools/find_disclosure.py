"""Whether a paid piece says that it is paid (advertising law asks for it nearly everywhere).

The U.S. FTC's Endorsement Guides (16 CFR 255) and EU Directive 2005/29/EC (annex I, no. 11) want a
connection that readers would not expect to be said clearly, in the post itself.
"""

from typing import NamedTuple

import regex

_DECLARED = regex.compile(
    r"(?mi)^\s*[\"']?(?:sponsor(?:ed)?(?:[_ -]by)?|paid(?:[_ -]partnership)?|advertorial|affiliate)"
    r"[\"']?[ \t]*[:=][ \t]*(?!(?:false|no|none|null|[\"']{2})[ \t]*$)\S"
)
_SAID = regex.compile(
    r"(?i)\b(?:this (?:post|article|piece|content) (?:is|was|has been) (?:sponsored|paid for)|"
    r"sponsored (?:by|content|post)|paid partnership|in paid partnership with|"
    r"(?:contains|includes) affiliate links|advertorial|"
    r"(?:contenido|artículo) patrocinado|patrocinado por|publirreportaje|"
    r"(?:contenu|article) sponsorisé|sponsorisé par|partenariat rémunéré|publi-rédactionnel|"
    r"(?:conteúdo|artigo) patrocinado|publieditorial|bezahlte partnerschaft|gesponsert von)\b"
)
_LABEL = regex.compile(
    r"(?i)(?<!\p{L})(?:#?(?:ad|ads|advert|advertisement|advertising|sponsored|sponsor|anzeige|werbung|"
    r"publicidad|patrocinado|publicité|publi|sponsorisé|publicidade|publi|reklama|реклама|廣告|广告|광고|"
    r"إعلان|विज्ञापन|বিজ্ঞাপন)(?!\p{L})|paid partnership|in partnership with|bezahlte partnerschaft)"
)


class Paid(NamedTuple):
    """Where the source says that it is paid; `declared` in its header, else in its words."""

    words: str
    declared: bool


def paid(source: str, text: str) -> Paid | None:
    """What says that a piece is paid; None where nothing does.

    >>> paid("---\\nsponsored: true\\n---\\nHello", "Hello").declared
    True
    >>> paid("", "We looked for a sponsor for years.") is None
    True
    """
    header = source[:2_000] if source.startswith(("---", "+++")) else ""
    declared = _DECLARED.search(header)
    if declared:
        return Paid(declared[0].strip(), True)
    said = _SAID.search(text)
    return Paid(said[0], False) if said else None


def labelled(text: str) -> bool:
    """Whether a post says that it is advertising.

    >>> labelled("A table for your terrace. #ad"), labelled("We added a table.")
    (True, False)
    """
    return _LABEL.search(text) is not None
