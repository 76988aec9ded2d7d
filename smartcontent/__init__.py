"""SmartContent: writes what the source supports, decides, publishes never blindly twice, learns.

Plug-ins import this package and nothing else of the product:

>>> from smartcontent import tool
>>> @tool
... def greet(name: str) -> str:
...     '''Greet a person by name.'''
...     return f"Hello, {name}!"
>>> greet("Ana")
'Hello, Ana!'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smartcontent.plugins import Given, Tool, tool

__all__ = ["Given", "Tool", "tool"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the face when it is asked for: `smartcontent --help` has no use for it."""
    if name not in __all__:
        raise AttributeError(f"module 'smartcontent' has no attribute {name!r}")
    return getattr(import_module("smartcontent.plugins"), name)
