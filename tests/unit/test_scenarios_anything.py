"""Whatever the bytes are, the loader gives a scenario, a game day, or a `ScenarioError` with places."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import scenarios
from scenarios import GameDay, Scenario, ScenarioError
from scenarios.references import in_workspace

FORMAT = Path(__file__).parent.parent / "material" / "format"
EXAMPLES = [path.read_bytes() for path in sorted((FORMAT / "drills").iterdir())]
KEYS = sorted({*Scenario.model_json_schema()["properties"], *GameDay.model_json_schema()["properties"], "with", "good"})
QUICK = settings(max_examples=150)

words = st.sampled_from([*KEYS, "inject", "when", "probe", "within", "5s", "0s after a ends", "by hand", "${x}", "a"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def outcome(content):
    """Load it and look hard at what came."""
    error = None
    try:
        loaded = scenarios.read(content, Path("any.yaml"))
    except ScenarioError as wrong:
        error = wrong
    if error is not None:
        assert error.problems
        lines = content.count(b"\n") + content.count(b"\r") + content.count("\u0085".encode()) + 3
        lines += content.count("\u2028".encode()) + content.count("\u2029".encode())
        for problem in error.problems:
            assert problem.file == "any.yaml"
            assert 1 <= problem.line <= lines
            assert problem.column >= 1
            assert problem.message
        return error
    assert isinstance(loaded, Scenario | GameDay)
    return loaded


@QUICK
@given(st.binary(max_size=200))
@example(b"")
@example(b"\xff\xfe")
@example(b"a: &a [*a]")
@example(b"? ? ? a")
@example(b"scenario: a\r\ntitle: b\r\n\x85")
def test_any_bytes(content):
    outcome(content)


@QUICK
@given(st.text(max_size=200))
def test_any_text(text):
    outcome(text.encode("utf-8", "surrogatepass"))


@QUICK
@given(st.sampled_from(["scenario", "game_day"]), st.dictionaries(words, values, max_size=8))
def test_any_values_under_our_own_keys(kind, data):
    body = yaml.safe_dump({kind: "some-id"}, sort_keys=False) + yaml.safe_dump(data, allow_unicode=True)
    outcome(body.encode("utf-8", "surrogatepass"))


@QUICK
@given(st.sampled_from(EXAMPLES), st.data())
def test_any_example_with_a_piece_changed(content, data):
    at = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 40))
    put = data.draw(
        st.sampled_from([b"", b"\t", b"\n", b"  ", b"{", b"]", b"'", b": ", b"*a", b"&a ", b"!x ", b"\0", b"5"])
    )
    outcome(content[:at] + put + content[at + gone :])


@QUICK
@given(st.dictionaries(st.sampled_from(["services", "teams", "probes", "schedules", "dependencies"]), values))
@example({"probes": {}, "dependencies": {"a": {"slow": {"probe": ["b"]}}}})
def test_any_names_in_a_workspace(data):
    root = scenarios.read(EXAMPLES[0], Path("x"))._origin if isinstance(data, list) else None
    origin = root or scenarios.load(FORMAT / "drills" / "kill-worker.yaml")._origin
    assert isinstance(in_workspace(data, origin), list)


@QUICK
@given(st.binary(max_size=100))
def test_any_bytes_as_a_workspace(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    (folder / "gameday.yaml").write_bytes(content)
    with pytest.raises(ScenarioError):
        scenarios.load_workspace(folder)
