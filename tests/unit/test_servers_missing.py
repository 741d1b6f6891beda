"""A real part that is not installed is a failure in CI, and a skip with the install command elsewhere."""

import pytest
from servers import missing


def test_in_ci_a_missing_server_is_a_failure(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="the server is not installed: make tools"):
        missing("the server", "make tools")


def test_elsewhere_a_missing_server_is_a_skip_that_names_the_install_command(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="the server is not installed: make tools"):
        missing("the server", "make tools")
