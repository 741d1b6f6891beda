"""`gameday injectors` and `gameday probes`: what there is, and all that a person needs to write one."""

import re

import pytest
import yaml
from workplace import Workplace, said

from drills.signals import registry as signals
from injectors import registry as injectors


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Workplace(tmp_path_factory.mktemp("kinds"))
    (made.folder / "gameday.yaml").unlink()  # neither needs a workspace
    return made


def test_every_injector_stands_in_the_list_with_its_target_and_its_sentence(place):
    shown = place.type_inside("injectors")

    assert shown.returncode == 0, said(shown)
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.stdout.splitlines() if line.startswith("  ")}
    for name in injectors.names():
        kind = injectors.kind(name)
        lasts = "for its duration" if kind.holds else "once"
        assert rows[name] == f"{kind.target or 'none'} {lasts} {kind.summary}"


@pytest.mark.parametrize("name", injectors.names())
def test_all_about_an_injector_is_its_consent_its_revert_its_keys_and_an_example(place, name):
    shown = place.type_inside("injectors", name)

    kind = injectors.kind(name)
    text = shown.stdout
    assert shown.returncode == 0, said(shown)
    assert text.startswith(f"{name}: {kind.summary}\n")
    assert f"consent:     {kind.consent}\n" in text
    assert f"reverted by: {kind.reverted_by}\n" in text
    for model in (kind.parameters, kind.settings):
        for key, field in model.model_fields.items():
            row = re.search(rf"^  {field.alias or key} .*$", text, re.MULTILINE)
            assert row, (key, text)
            assert ("required" in row[0]) is field.is_required()
    written = text.partition("example of `with:`\n")[2]
    assert isinstance(yaml.safe_load(written), dict)


@pytest.mark.parametrize("name", [*signals.probe_names(), *signals.source_names()])
def test_all_about_a_probe_or_an_alert_source_is_its_keys_and_an_example(place, name):
    listed, shown = place.type_inside("probes"), place.type_inside("probes", name)

    assert (listed.returncode, shown.returncode) == (0, 0), said(shown)
    kind = signals.probe_kind(name) if name in signals.probe_names() else signals.source_kind(name)
    assert re.search(rf"^  {re.escape(name)} .*{re.escape(kind.summary)}$", listed.stdout, re.MULTILINE)
    assert shown.stdout.startswith(f"{name}: {kind.summary}\n")
    models = [kind.settings, *(getattr(kind, each) for each in ("parameters", "good") if hasattr(kind, each))]
    for key in (field.alias or each for model in models for each, field in model.model_fields.items()):
        assert re.search(rf"^  {key} ", shown.stdout, re.MULTILINE), key
    assert isinstance(yaml.safe_load(shown.stdout.partition("\nexample\n")[2]), dict)


def test_a_default_is_shown_as_a_person_would_write_it(place):
    latency = place.type_inside("injectors", "toxiproxy.latency").stdout

    assert re.search(r"^  jitter +such as 300ms +0s ", latency, re.MULTILINE)
    assert re.search(r"^  toxicity .* 100% ", latency, re.MULTILINE)
