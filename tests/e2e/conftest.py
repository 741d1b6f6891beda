"""Real targets that several files of commands share; each file has servers of its own, fresh for each test."""

from collections.abc import Iterator

import pytest
from real_targets import Staging, opened


@pytest.fixture(scope="module")
def servers() -> Iterator[Staging]:
    with opened() as made:
        yield made


@pytest.fixture
def staging(servers) -> Staging:
    servers.fresh()
    return servers
