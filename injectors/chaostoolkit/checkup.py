"""Whether the functions that a target's `consent:` list names can be loaded by its Python. Calls none of them."""

from collections.abc import Sequence

from injectors.chaostoolkit.extension import Call, Settings, must_load
from injectors.contract import Finding, Found, InjectorError, Visit
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Load each, side by side with nothing. Its clock is ours: it runs here."""
    settings = rebuild(Settings, visit.settings)
    if not visit.consent:
        said = "no function has given consent"
        return [Finding("consent", Found.NOT_OK, said, "consent: [module.func]    (in its target in gameday.yaml)")]
    calls = [
        rebuild(Call, dict(zip(("module", "func"), name.rpartition(".")[::2], strict=True))) for name in visit.consent
    ]
    try:
        must_load(settings, calls)
    except InjectorError as no:
        return [Finding("answers", Found.NOT_OK, str(no))]
    return [
        Finding("answers", Found.OK, "its Python loads every function on the list"),
        Finding("consent", Found.OK, f"given for {', '.join(visit.consent[:5])}"),
    ]
