"""Two drills at once: each knows of the other, since the alerts of both reach both."""

from workplace import Workplace


def ended(here, drill):
    return next(each["body"] for each in here.entries(drill) if each["body"].get("state") == "ended")


def test_drills_that_run_beside_each_other_know_of_each_other(tmp_path):
    with Workplace(tmp_path) as here:
        files = {}
        for name, service, lasts in (("long", "orders", "5m"), ("short", "ledger", "300ms")):
            victim = here.folder / f"{name}.txt"
            victim.write_text("as it was\n")
            fault = f"{{inject: noop, with: {{file: {victim}}}, duration: {lasts}}}"
            files[name] = here.drill(name, {f"bend-{name}": fault}, service=service)
        long = here.start("run", files["long"])
        here.until_on("bend-long")
        short = here.type("run", files["short"])
        long.terminate()
        codes = (here.ended(long).returncode, short.returncode, here.type("run", files["short"]).returncode)

        assert codes == (143, 0, 0)
        assert ended(here, "1")["beside"] == [{"drill": "2", "service": "ledger"}]
        assert ended(here, "2")["beside"] == [{"drill": "1", "service": "orders"}]
        assert "beside" not in ended(here, "3")
