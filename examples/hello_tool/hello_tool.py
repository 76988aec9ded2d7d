from smartcontent import tool


@tool
def say_hello(name: str) -> str:
    """Say hello to somebody by name.

    Examples: "say hello to Ana", "greet Bob"
    """
    return f"Hello, {name}! Nice to meet you."
