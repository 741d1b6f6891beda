"""Whatever a registry names is there: it loads, bears its name, and its example is accepted by its own keys."""

import pytest
import yaml

from drills.signals import registry as signals
from injectors import registry as injectors


@pytest.mark.parametrize("name", injectors.BUILT_IN)
def test_every_injector_loads_and_takes_its_own_example(name):
    kind = injectors.kind(name)
    assert kind.name == name
    kind.parameters.model_validate(yaml.safe_load(kind.example))


@pytest.mark.parametrize("name", signals.PROBES)
def test_every_probe_loads_and_takes_its_own_example(name):
    kind = signals.probe_kind(name)
    example = yaml.safe_load(kind.example)
    assert kind.name == name
    assert example["probe"] == name
    kind.parameters.model_validate(example.get("with", {}))
    kind.good.model_validate(example.get("good", {}))


@pytest.mark.parametrize("name", signals.SOURCES)
def test_every_alert_source_loads_and_takes_its_own_example(name):
    kind = signals.source_kind(name)
    example = yaml.safe_load(kind.example)
    assert kind.name == name
    assert example["kind"] == name
    kind.settings.model_validate(example.get("with", {}))
