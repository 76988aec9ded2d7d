"""Marks that a site's generator would have replaced: they are never shown to an audience.

Liquid and Jinja `{{ }}` `{% %}` `{# #}`, Hugo `{{< >}}`, attribute lists `{: .class}` and
Pandoc-style footnote marks.  Every pattern stops at the next brace, so time grows with length.
"""

import re

_OUTPUT = re.compile(r"\{\{-?([^{}]*)\}\}")
_TAG = re.compile(r"\{%(?:(?!\{%|%\}).)*%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#(?:(?!\{#|#\}).)*#\}", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{:?[ ]?[.#][A-Za-z][^{}\n]*\}|\{::?[^{}\n]*\}")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\](?::[ ]?)?")
_ALONE = re.compile(r"^([ \t]*)\{%(?:(?!\{%|%\}).)*%\}[ \t]*$", re.DOTALL | re.MULTILINE)
_SAID_WORD = re.compile(r"""\s*["']([\w .'’-]+)["']\s*\|""")


def strip_marks(text: str, instead: str = "") -> str:
    """The text without template marks; a quoted word that was to be shown stays.

    `instead` takes the place of a tag that has a line of its own: an empty line there would end
    the HTML block around it, so Markdown gets an HTML comment.

    >>> strip_marks('Read {% image "a.png" "A" %}[us]({{ "/" | url }}), by {{ "noah" | link }}.')
    'Read [us](), by noah.'
    """
    if "{" in text:
        text = _ALONE.sub(rf"\1{instead}", text) if instead else text
        text = _TAG.sub("", text)
        text = _COMMENT.sub("", text)
        text = _OUTPUT.sub(_shown, text)
        text = _ATTRIBUTES.sub("", text)
    return _FOOTNOTE.sub("", text) if "[^" in text else text


def _shown(mark: re.Match[str]) -> str:
    word = _SAID_WORD.match(mark[1])
    return word[1] if word else ""
