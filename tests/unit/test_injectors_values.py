"""Values of `with:` always have a unit, and a secret is never in them."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from injectors import registry
from injectors.contract import Change, InjectorError, Slow
from injectors.values import Keys, MissingSecret, Rate, Seconds, Secret, Share, Size, rebuild

CANARY = "canary-4f1d"


class Fields(Keys):
    wait: Annotated[Seconds, Field(le=3600)] = 0.0
    size: Size = 0
    rate: Rate = 0.0
    share: Share = 0.0
    password: Secret | None = None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("300ms", 0.3), ("30s", 30), ("5m", 300), ("1m30s", 90), ("0.5s", 0.5), ("1h", 3600), ("0s", 0)],
)
def test_a_duration_is_held_in_seconds(written, seconds):
    assert Fields.model_validate({"wait": written}).wait == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written", ["5", "5 s", "s", "", "-5s", "5x", "1e3s", "5s ", "\uff12s", "9" * 400 + "s", 5, 0.5, True, None, ["5s"]]
)
def test_a_duration_without_its_unit_is_an_error_that_says_what_to_write(written):
    with pytest.raises(ValidationError, match="write a duration with its unit, such as 300ms"):
        Fields.model_validate({"wait": written})


def test_a_duration_has_a_bound():
    with pytest.raises(ValidationError, match="less than or equal to 3600"):
        Fields.model_validate({"wait": "2h"})


@pytest.mark.parametrize(
    ("key", "written", "held"),
    [
        ("size", "500B", 500),
        ("size", "1.5kB", 1500),
        ("size", "2MiB", 2 * 1024**2),
        ("rate", "64kB/s", 64_000),
        ("share", "20%", 0.2),
        ("share", 0.2, 0.2),
        ("share", 1, 1),
    ],
)
def test_sizes_rates_and_shares_are_held_in_their_smallest_unit(key, written, held):
    assert getattr(Fields.model_validate({key: written}), key) == pytest.approx(held)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("size", 5),
        ("size", "5"),
        ("size", "5kb"),
        ("size", "9" * 400 + "B"),
        ("rate", "5kB"),
        ("rate", 5),
        ("share", "120%"),
        ("share", 2),
        ("share", "a lot"),
        ("share", True),
    ],
)
def test_a_wrong_size_rate_or_share_is_an_error(key, written):
    with pytest.raises(ValidationError):
        Fields.model_validate({key: written})


@given(
    wait=st.floats(0, 3600),
    size=st.integers(0, 10**9),
    rate=st.floats(0, 1e9),
    share=st.floats(0, 1),
)
def test_the_plain_form_rebuilds_the_same(wait, size, rate, share):
    held = rebuild(Fields, {"wait": wait, "size": size, "rate": rate, "share": share})
    assert rebuild(Fields, held.model_dump(mode="json")) == held


@given(
    st.one_of(
        st.text(), st.integers(), st.floats(), st.none(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
    )
)
def test_anything_else_is_a_validation_error_and_never_another(written):
    for key in Fields.model_fields:
        try:
            Fields.model_validate({key: written})
        except ValidationError:
            continue


def test_an_unknown_key_is_an_error():
    with pytest.raises(InjectorError, match=r"^waits: Extra inputs are not permitted$"):
        rebuild(Fields, {"waits": "5s"})


@pytest.mark.parametrize("written", [CANARY, {"env": "A", "file": CANARY}, {"plain": CANARY}, {}, [CANARY]])
def test_a_secret_that_is_written_out_is_refused_and_never_echoed(written):
    with pytest.raises(ValidationError) as checked:
        Fields.model_validate({"password": written})
    with pytest.raises(InjectorError) as rebuilt:
        rebuild(Fields, {"password": written})
    assert CANARY not in str(checked.value)
    assert CANARY not in str(rebuilt.value)


def test_a_secret_is_revealed_on_demand_and_held_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("GAMEDAY_TEST_SECRET", CANARY)
    (tmp_path / "secret").write_text(CANARY + "\n")
    for reference in ({"env": "GAMEDAY_TEST_SECRET"}, {"file": str(tmp_path / "secret")}):
        fields = Fields.model_validate({"password": reference})
        assert fields.password.reveal() == CANARY
        assert CANARY not in repr(fields)
        assert fields.model_dump(mode="json")["password"] == reference


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 70_000])
def test_a_secret_that_is_not_there_is_an_error_that_names_the_reference_alone(tmp_path, content):
    with pytest.raises(MissingSecret, match="GAMEDAY_TEST_NOWHERE"):
        Secret(env="GAMEDAY_TEST_NOWHERE").reveal()
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MissingSecret, match=str(path)):
        Secret(file=str(path)).reveal()


@pytest.mark.parametrize(
    ("kind", "target", "parameters", "longest"),
    [
        ("process.kill", {"pidfiles": "/run/*.pid", "supervisor": {"pid": ["x"]}, "timeout": 60}, {}, 180),
        ("process.keep_down", {"pidfiles": "/run/*.pid", "supervisor": {"pid": ["x"]}, "timeout": 60}, {}, 180),
        ("nats.pause_consumer", {"url": "nats://h:1", "timeout": 30}, {"stream": "s", "consumer": "c"}, 90),
        ("nats.refuse_writes", {"url": "nats://h:1", "timeout": 30}, {"stream": "s"}, 90),
        ("certificate.expire", {"folder": "/tls", "timeout": 15}, {"certificate": "a.crt"}, 15),
    ],
)
def test_a_call_may_take_as_long_as_the_timeouts_of_its_target_together(kind, target, parameters, longest):
    injector = registry.make(Change("f", kind, "s", "gameday-1-abcdef", target=target, parameters=parameters))
    assert isinstance(injector, Slow)
    assert injector.call_limit > longest
