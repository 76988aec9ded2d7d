"""What a subject allowed.  Absent means no, and the latest word counts."""

from collections.abc import Iterable

from smartcontent.content import Consent, Purpose
from smartcontent.errors import ConsentMissing


def allows(consents: Iterable[Consent], purpose: Purpose) -> bool:
    """True when the latest consent for the purpose was a yes.

    >>> allows([], "personalisation")
    False
    """
    said = [consent for consent in consents if consent.purpose == purpose]
    return max(said, key=lambda consent: consent.at).granted if said else False


def require(consents: Iterable[Consent], purpose: Purpose) -> None:
    """Deny unless the purpose was allowed."""
    if not allows(consents, purpose):
        raise ConsentMissing(
            f"This subject has not allowed {purpose}.",
            todo="Record a consent: PUT /v1/subjects/{subject}/consents/{purpose}",
            purpose=purpose,
        )
