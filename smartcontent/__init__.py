"""SmartContent: writes what the source supports, decides, publishes never blindly twice, learns.

Plug-ins import this package and nothing else of the product.
"""

from smartcontent.plugins import Given, Tool, tool

__all__ = ["Given", "Tool", "tool"]
__version__ = "0.1.0"
