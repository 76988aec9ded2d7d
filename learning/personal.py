"""What describes a person, by its name: to be left out where the person did not allow it."""

from smartcontent.content import Features

PERSON = "person."  # features so named describe the person, and need their consent


def impersonal(context: Features) -> Features:
    """The context without what describes the person.

    >>> impersonal({"person.age": 40.0, "page": "home"})
    {'page': 'home'}
    """
    return {name: value for name, value in context.items() if not name.startswith(PERSON)}
