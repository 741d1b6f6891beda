"""Wrong input as a new user types it: one clear error that says what, where and what to type instead."""

import os
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from servers import EmbeddedToxiproxy, free_port
from workers import Workers
from workplace import Ended, Workplace, said

from drills.cli.commands import COMMANDS

FIRST = Path("drills", "cli", "starter", "drills", "first-drill.yaml")
TEXT = (Path(__file__).resolve().parents[2] / FIRST).read_text()
NOOP = "{inject: noop, duration: 1s}"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as place:
        place.workspace({"this-machine": "{kind: command, with: {allow: ['true']}}"})
        yield place


def told_once(ended: Ended, code: int, error: str) -> None:
    """One line that is an error, with this in it; nothing was run, nothing broke."""
    assert ended.returncode == code, said(ended)
    lines = [each for each in (ended.stdout + ended.stderr).splitlines() if error in each]
    assert len(lines) == 1, said(ended)
    assert "Traceback" not in ended.stderr
    assert "is on" not in ended.stdout


FILES = {
    "empty": (b"", "wrong.yaml:1:1: the file is empty: it begins with `scenario: ID`"),
    "a list": (b"- scenario: x\n", "wrong.yaml:1:1: a list stands at the top: the file begins with `scenario: ID`"),
    "tabs": (b"scenario: x\n\ttitle: x\n", "wrong.yaml:2:1: a tab stands here: use spaces"),
    "50 MB": (b"a" * 50_000_000, "50000000 bytes long; the most is 2097152: is this the right file?"),
    "no UTF-8": (b"scenario: \xff\n", "wrong.yaml:1:11: "),
    "production": (
        TEXT.replace("service:", "environment: production\nservice:").encode(),
        "environment: 'production' is not listed under `environments` in gameday.yaml, so nothing may be drilled there",
    ),
    "an injector's name": (
        TEXT.replace("inject: noop\n", "inject: nopo\n").encode(),
        "faults.nothing-yet.inject: no injector is called 'nopo': did you mean `noop`?",
    ),
    "an injector's parameter": (
        TEXT.replace("inject: noop\n", "inject: noop\n    with: {fiel: /tmp/x}\n").encode(),
        "faults.nothing-yet.with.fiel: unknown key: did you mean `file`?",
    ),
    "a probe's name": (
        TEXT.replace("probe: command", "probe: comand").encode(),
        "probes.answers.probe: no probe is called 'comand': did you mean `command`?",
    ),
    "a probe's parameter": (
        TEXT.replace("with: {run", "with: {unanswred: [2], run").encode(),
        "probes.answers.with.unanswred: unknown key: did you mean `unanswered`?",
    ),
    "what a probe calls good": (
        TEXT.replace("{exit: 0}", "{exti: 0}").encode(),
        "probes.answers.good.exti: unknown key: did you mean `exit`?",
    ),
    "a target": (
        TEXT.replace("target: this-machine", "target: this-machin").encode(),
        "probes.answers.target: staging has no target 'this-machin': did you mean `this-machine`?",
    ),
    "a service": (
        TEXT.replace("service: checkout", "service: order").encode(),
        "service: gameday.yaml lists no service 'order': did you mean `orders`?",
    ),
}


@pytest.mark.parametrize("wrong", FILES)
def test_a_wrong_file_is_one_error_at_its_place_for_check_plan_and_run(here, wrong):
    content, error = FILES[wrong]
    (here.folder / "scenarios" / "wrong.yaml").write_bytes(content.replace(b"service: checkout", b"service: orders"))

    told_once(here.type_inside("check", "scenarios/wrong.yaml"), 1, error)
    told_once(here.type_inside("plan", "scenarios/wrong.yaml"), 2, error)
    told_once(here.type_inside("run", "scenarios/wrong.yaml"), 2, error)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ('{kind: http, with: {url: "http://127.0.0.1", headers: {Authorization: Bearer hunter2}}}', "headers: auth"),
        ('{kind: http, with: {url: "http://ann:hunter2@127.0.0.1"}}', "url: a secret is never written here"),
        ("{kind: command, with: {allow: [x], environment: {DB_PASSWORD: hunter2}}}", "environment: DB_PASSWORD: a "),
        ('{kind: nats, with: {url: "nats://ann:hunter2@127.0.0.1"}}', "url: leave the account out of the address"),
        ('{kind: nats, with: {url: "nats://127.0.0.1", token: hunter2}}', "token: a secret is never written here"),
        ('{kind: toxiproxy, with: {url: "http://ann:hunter2@127.0.0.1"}}', "url: write the address as"),
    ],
)
def test_a_secret_in_plain_sight_is_refused_and_not_repeated(here, target, error):
    uses = {
        "http": ("{inject: noop, duration: 1s}", "{see: {probe: http, good: {status: 200}}}"),
        "command": ("{inject: noop, duration: 1s}", "{see: {probe: command, with: {run: [x]}}}"),
        "nats": ("{inject: nats.refuse_writes, with: {stream: x}, duration: 1s}", "{}"),
        "toxiproxy": ("{inject: toxiproxy.down, with: {proxy: x}, duration: 1s}", "{}"),
    }
    fault, probes = uses[target.split()[1].strip(",")]
    here.workspace({"it": target})
    path = here.drill("one", {"one": fault}, probes=probes)

    for command, code in (("check", 1), ("plan", 2), ("run", 2)):
        ended = here.type_inside(command, path)
        told_once(ended, code, f"environments.staging.targets.it.with.{error}")
        assert "hunter2" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(("begins", "ends"), [(b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n"), (b"\xef\xbb\xbf", b"\r\n")])
def test_a_file_from_another_editor_is_as_good_as_any(here, begins, ends):
    path = here.drill("one", {"quiet": NOOP})
    path.write_bytes(begins + path.read_bytes().replace(b"\n", ends))

    checked = here.type_inside("check", path)
    planned = here.type_inside("plan", path)

    assert (checked.returncode, planned.returncode) == (0, 0), said(checked) + said(planned)
    assert "nothing would refuse it now" in planned.stdout


def test_a_file_that_is_not_there_is_named(here):
    told_once(here.type_inside("check", "scenarios/none.yaml"), 1, "scenarios/none.yaml:1:1: there is no such file")
    told_once(here.type_inside("plan", "scenarios/none.yaml"), 2, "scenarios/none.yaml:1:1: there is no such file")
    told_once(here.type_inside("run", "scenarios/none.yaml"), 2, "scenarios/none.yaml:1:1: there is no such file")


def test_a_folder_in_place_of_a_file_is_named(here):
    told_once(here.type_inside("run", "scenarios"), 2, "scenarios:1:1: ")
    told_once(here.type_inside("plan", "scenarios"), 2, "scenarios:1:1: ")


@pytest.mark.parametrize(
    "words",
    ["check", "status", "stop", "lever show", "revert --all", "sweep", "score", "log", "verify", "export", "start x"],
)
def test_outside_a_workspace_every_command_says_how_to_make_one(tmp_path, words):
    place = Workplace(tmp_path)
    (tmp_path / "gameday.yaml").unlink()

    told_once(
        place.type_inside(*words.split()), 2, "there is no gameday.yaml here or in a folder above: `gameday init`"
    )


def test_outside_a_workspace_a_drill_is_refused_and_its_form_is_checked_all_the_same(tmp_path):
    place = Workplace(tmp_path)
    path = place.drill("one", {"quiet": NOOP})
    (tmp_path / "gameday.yaml").unlink()

    told_once(place.type_inside("run", path), 2, "there is no gameday.yaml here or in a folder above")
    told_once(place.type_inside("plan", path), 2, "there is no gameday.yaml here or in a folder above")
    told_once(place.type_inside("check", path), 0, "so only the form was checked: `gameday init` writes one")


def test_two_scenarios_with_one_id_are_told_at_the_second(here):
    first = here.drill("one", {"quiet": NOOP})
    (here.folder / "scenarios" / "two.yaml").write_text(first.read_text())
    error = "scenarios/one.yaml has the id one already: ids are unique in a workspace"

    told_once(here.type_inside("check"), 1, error)
    told_once(here.type_inside("check", "scenarios/two.yaml"), 1, error)
    told_once(here.type_inside("run", "scenarios/two.yaml"), 2, error)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("chekc", "no command is called 'chekc': did you mean `check`?"),
        ("run --rehears x.yaml", "--rehears"),
        ("run", "Missing argument 'file'"),
        ("run a.yaml b.yaml", "b.yaml"),
        ("check --format xml", "'xml' is not one of 'text', 'json', 'github'"),
        ("schema scenarios", "'scenarios' is not one of 'scenario', 'game_day', 'workspace'"),
        ("plan one.yaml --set wait", "'wait': write --set NAME=VALUE"),
        ("injectors nop", "no injector is called 'nop': did you mean `noop`?"),
        ("probes htp", "no probe or alert source is called 'htp': did you mean `http`?"),
        ("lever engage", "Missing option '--reason'"),
        ("lever pull", "pull"),
        ("stop 7", "no drill 7 is running; gameday status shows what is"),
        ("stop --clear", "a reason is needed"),
        ("start quiet", "running now: none"),
        ("revert", "name one drill, or say --all"),
        ("revert 1 --all", "name one drill, or say --all"),
        ("revert 7", "there is no drill 7; gameday status shows what is open"),
        ("revert --all --resolve quiet", "say of which drill"),
        ("score", "`gameday run` makes it with the first drill"),
        ("init .", "already has gameday.yaml"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_one_clear_error(here, words, error):
    told_once(here.type_inside(*words.split()), 2, error)


def test_a_variable_that_the_scenario_does_not_have_is_named_with_those_it_has(here):
    path = here.drill("one", {"quiet": "{inject: noop, when: '${wait}', duration: 1s}"}, vars="{wait: 1s}")

    told_once(here.type_inside("run", path, "--set", "wiat=2s"), 2, "there is no variable 'wiat' to set: ")
    told_once(here.type_inside("plan", path, "--set", "wait=soon"), 2, "'soon' is no moment")
    assert "2s" in here.type_inside("plan", path, "--set", "wait=2s").stdout


# --- what only the target can say ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proxy():
    with EmbeddedToxiproxy() as server:
        server.create("payments", "127.0.0.1:1")
        server.create("orders", "127.0.0.1:1")
        yield server


def slow(proxy: str = "payments") -> dict[str, str]:
    return {"slow": f"{{inject: toxiproxy.latency, with: {{proxy: {proxy}, latency: 1s}}, duration: 5s}}"}


def toxiproxy(url: str) -> dict[str, str]:
    return {"proxy": f'{{kind: toxiproxy, with: {{url: "{url}"}}, consent: [payments]}}'}


def refused(here: Workplace, path: Path, error: str) -> None:
    """For check it is a good file; plan, rehearse and run refuse it with the same words."""
    assert here.type_inside("check", path).returncode == 0
    told_once(here.type_inside("plan", path), 2, error)
    told_once(here.type_inside("run", "--rehearse", path), 2, error)
    ran = here.type("run", path)
    assert (ran.returncode, error in ran.stdout + ran.stderr, "is on" in ran.stdout) == (2, True, False), said(ran)


def test_a_proxy_that_gave_no_consent_is_refused_with_what_to_write(here, proxy):
    here.workspace(toxiproxy(proxy.url))

    refused(here, here.drill("one", slow("orders")), "has given no consent: write `consent: [payments, orders]`")


def test_a_proxy_that_is_not_there_is_refused_with_those_that_are(here, proxy):
    here.workspace(toxiproxy(proxy.url))

    refused(here, here.drill("one", slow("payment")), "has no proxy payment; it has orders, payments")


def test_a_server_that_does_not_answer_is_refused_with_its_address(here):
    url = f"http://127.0.0.1:{free_port()}"
    here.workspace(toxiproxy(url))

    refused(here, here.drill("one", slow()), f"{url}, asked to list the proxies: nobody listens there: is it running")


def test_a_process_that_gave_no_consent_is_refused_with_what_to_start_it_with(here):
    with Workers() as workers:
        workers.fresh(consent=None)
        here.workspace({"pool": f'{{kind: process, with: {{pidfiles: "{workers.pidfiles}"}}}}'})
        path = here.drill("one", {"kill": "{inject: process.kill}"})
        refused(here, path, "has given no consent: start it with GAMEDAY_CONSENT=staging in its environment")

        workers.fresh(consent="staging")
        text = (here.folder / "gameday.yaml").read_text()
        (here.folder / "gameday.yaml").write_text(text.replace("  staging:", "  production:"))
        refused(here, path, "has given its consent for another environment, 'staging'")
        assert all(len(workers.tree(name)) == 3 for name in ("worker-1", "worker-2", "worker-3"))


def test_an_environment_variable_that_is_not_set_is_named(here, monkeypatch):
    monkeypatch.delenv("SHOP_TOKEN", raising=False)
    here.workspace({"shop": '{kind: http, with: {url: "http://127.0.0.1:1", headers: {x: {env: SHOP_TOKEN}}}}'})
    probes = "{pays: {probe: http, good: {status: 200}, timeout: 1s, every: 200ms}}"
    path = here.drill("one", {"quiet": NOOP}, probes=probes, steady_state="[pays]")
    error = "the environment variable SHOP_TOKEN holds no secret: export SHOP_TOKEN=..."

    planned = here.type_inside("plan", path)
    assert planned.returncode == 2
    assert planned.stdout.count(f"pays does not answer: {error}") == 1
    ran = here.type("run", path)
    assert ran.returncode == 2
    assert f"nothing measured: refused: the steady state is not good: pays: {error}" in ran.stdout


def test_a_store_whose_address_is_not_set_is_named(here, monkeypatch):
    monkeypatch.delenv("STORE", raising=False)
    here.workspace(more="store: {env: STORE}\n")

    refused(here, here.drill("one", {"quiet": NOOP}), "the environment variable STORE holds no secret")


ALERT = "{alert: {name: Slow, within: 1m}}"


def test_a_port_in_use_is_refused_where_an_alert_is_expected_and_else_only_told(here):
    with EmbeddedToxiproxy() as server:
        here.workspace({"pages": f'{{kind: webhook, with: {{listen: "127.0.0.1:{server.port}"}}}}'})
        error = f"pages cannot listen on 127.0.0.1:{server.port}: the port is in use"
        asking = here.drill("asking", {"quiet": NOOP}, expect=ALERT)
        told_once(here.type_inside("run", "--rehearse", asking), 2, f"would be refused: pages: the webhook {error}")
        ran = here.type("run", asking)
        assert ran.returncode == 2, said(ran)
        assert f"nothing measured: refused: pages: the webhook {error}" in ran.stdout

        deaf = here.drill("deaf", {"quiet": "{inject: noop, duration: 200ms}"})
        planned = here.type_inside("plan", deaf)
        assert (planned.returncode, error in planned.stdout) == (0, True), said(planned)
        ran = here.type("run", deaf)
        assert ran.returncode == 0, said(ran)
        assert "pages IS BLIND" in ran.stdout


def test_a_webhook_without_its_token_is_refused_by_plan_too(here, monkeypatch):
    monkeypatch.delenv("HOOK", raising=False)
    here.workspace({"pages": f'{{kind: webhook, with: {{listen: "127.0.0.1:{free_port()}", token: {{env: HOOK}}}}}}'})

    refused_where_expected = here.type_inside("plan", here.drill("one", {"quiet": NOOP}, expect=ALERT))

    assert refused_where_expected.returncode == 2
    assert "  pages: the webhook pages has no token: the environment variable HOOK" in refused_where_expected.stdout


# --- a store and a folder that cannot be used ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (lambda path: path.write_bytes(os.urandom(20_000)), "it is not a database: move the file away"),
        (lambda path: path.mkdir(), "a folder has this name: move it away"),
    ],
)
def test_a_store_that_is_none_is_told_before_anything_is_begun(here, broken, error):
    (here.folder / ".gameday").mkdir()
    broken(here.folder / ".gameday" / "store.db")

    refused(here, here.drill("one", {"quiet": NOOP}), f"store.db: {error}")
    for command in ("score", "log", "verify", "export"):
        ended = here.type_inside(command)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), said(ended)
    assert here.type_inside("status").returncode == 0
    assert not (here.folder / ".gameday" / "drills").exists()


@pytest.fixture
def read_only(here):
    """The folder of `here`, which cannot be written from now on: neither by root."""
    if os.geteuid() != 0:
        here.folder.chmod(0o555)
        yield here
        here.folder.chmod(0o755)
        return
    made = subprocess.run(["mount", "--bind", here.folder, here.folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this machine mounts nothing: {made.stderr.decode()}")
    subprocess.run(["mount", "-o", "remount,bind,ro", here.folder], check=True)
    yield here
    subprocess.run(["umount", "-l", here.folder], check=True)


def test_a_read_only_folder_can_be_looked_at_and_whatever_writes_says_so(here, request):
    path = here.drill("one", {"quiet": NOOP})
    request.getfixturevalue("read_only")

    for words in ("check", "status", "lever show", "revert --all", "sweep", f"plan {path}", f"run --rehearse {path}"):
        looked = here.type_inside(*words.split())
        assert looked.returncode == 0, said(looked)
    state = here.folder / ".gameday"
    for words in (f"run {path}", "stop", "lever engage --reason x"):
        told_once(here.type_inside(*words.split()), 2, f"{state}: cannot be written (")
    told_once(here.type_inside("init", "new"), 2, "cannot be written (")
    told_once(here.type_inside("score"), 2, "`gameday run` makes it with the first drill")


# --- help ---------------------------------------------------------------------------------------------------------


def test_help_lists_every_command_with_its_whole_line(here):
    shown = here.type_inside("--help")

    assert shown.returncode == 0
    lines = {tuple(line.split(maxsplit=1)) for line in shown.stdout.splitlines() if line.startswith("  ")}
    assert set(COMMANDS.items()) - lines == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_of_its_own_and_needs_no_workspace_for_it(tmp_path, name):
    place = Workplace(tmp_path)
    (tmp_path / "gameday.yaml").unlink()

    shown = place.type_inside(name, "--help")

    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Usage: gameday {name} ")


def test_the_version_is_that_of_the_distribution(here):
    assert here.type_inside("--version").stdout == f"gameday-drills {metadata.version('gameday-drills')}\n"
