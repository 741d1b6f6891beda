"""Where a workspace keeps its store: paths count from the workspace, wherever somebody types."""

import pytest

from drills.plan.places import store_address
from scenarios import load_workspace


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", ".gameday/store.db"),
        ("store: kept/here.db", "kept/here.db"),
        ("store: sqlite:///kept/here.db", "kept/here.db"),
        ("store: sqlite:////kept/here.db", "/kept/here.db"),
        ("store: /kept/here.db", "/kept/here.db"),
    ],
)
def test_a_store_counts_from_the_workspace_with_and_without_its_scheme(tmp_path, monkeypatch, written, found):
    (tmp_path / "w").mkdir()
    file = tmp_path / "w" / "gameday.yaml"
    file.write_text(f"format: 1\nzone: UTC\nenvironments: {{staging: {{}}}}\n{written}\n")
    monkeypatch.chdir(tmp_path)

    assert store_address(load_workspace(file)) == tmp_path / "w" / found


def test_an_address_of_another_database_is_left_as_it_is(tmp_path):
    file = tmp_path / "gameday.yaml"
    file.write_text("format: 1\nzone: UTC\nenvironments: {staging: {}}\nstore: postgresql://db/gameday\n")

    assert store_address(load_workspace(file)) == "postgresql://db/gameday"
