"""What a drill will be judged by, taken from its scenario. It judges nothing."""

from drills.plan.life import time_limit
from scenarios import Scenario
from scenarios.scenario import plain
from scoring import rubric
from scoring.rubric import Rubric


def rubric_of(scenario: Scenario) -> Rubric:
    """The limits of `expect:`; what is not listed stays None: measured and shown, not judged."""
    expect = scenario.expect
    alert, recovery, contained = expect.alert, expect.recovery, expect.containment
    noticed, picture, relapse = expect.noticed, expect.shared_picture, expect.relapse
    return Rubric(
        steady_state=scenario.steady_state,
        time_limit=time_limit(scenario),
        alert=rubric.AlertLimit(alert.name, alert.within, dict(alert.labels), alert.says) if alert else None,
        recovery=rubric.RecoveryLimit(recovery.within, recovery.criteria, recovery.negative_checks, recovery.watch)
        if recovery
        else None,
        unharmed=rubric.UnharmedLimit(expect.unharmed.probes) if expect.unharmed else None,
        containment=rubric.ContainmentLimit(contained.within, contained.harm) if contained else None,
        noticed=rubric.NoticedLimit(noticed.within) if noticed else None,
        shared_picture=rubric.SharedPictureLimit(picture.within) if picture else None,
        updates=rubric.UpdatesLimit(expect.updates.every) if expect.updates else None,
        runbook_steps=rubric.RunbookStepsLimit(expect.runbook_steps.worked) if expect.runbook_steps else None,
        relapse=rubric.RelapseLimit(relapse.after, relapse.duration) if relapse else None,
        answer=plain(scenario.answer),
    )
