"""Commands are driven against the whole product."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """The fixtures of `tests.product`: one product for the whole session, whoever asks first."""
    config.pluginmanager.import_plugin("tests.product")
