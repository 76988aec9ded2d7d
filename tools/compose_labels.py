"""The few words the embedded writer adds itself: a label before a link, in English and Spanish.

Elsewhere the link stands alone; nothing is added in a language nobody here proof-read.
"""

LABELS = {
    "en": {
        "read": "Read more:",
        "answer": "The full answer:",
        "numbers": "The numbers in context:",
        "story": "The whole story:",
        "steps": "The full list:",
        "voices": "The full piece:",
        "details": "The details:",
    },
    "es": {
        "read": "Más información:",
        "answer": "La respuesta completa:",
        "numbers": "Los datos en contexto:",
        "story": "La historia completa:",
        "steps": "La lista completa:",
        "voices": "El texto completo:",
        "details": "Los detalles:",
    },
}


def label(call_to_action: str, language: str) -> str:
    """The words before the link; empty where there are none.

    >>> label("steps", "es"), label("steps", "ko")
    ('La lista completa:', '')
    """
    return LABELS.get(language, {}).get(call_to_action, "")
