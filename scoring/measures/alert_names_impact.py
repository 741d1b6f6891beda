"""Alert names the impact: does the alert that came say what is broken for whom."""

from scoring.facts import SECOND, Facts
from scoring.impact_words import missing_words, text_of
from scoring.measures.alert_detection import alert_detection, fresh_alerts, receipt
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import AlertLimit, Rubric
from scoring.timeline import Entry


def alert_names_impact(facts: Facts, rubric: Rubric) -> Result:
    """Yes when one alert that detected the fault in time affirms every word of `says`.

    "Good incident response begins by naming impact in plain language", and a drill measures "whether alerts name
    the right impact". Read are the alert's name and annotations, as a person would; addresses in them are not.
    """
    if rubric.alert is None or not rubric.alert.says:
        return Unknown("the scenario names no words to look for (`expect.alert.says`)")
    read = alerts_to_read(facts, rubric.alert, rubric)
    if isinstance(read, Missed | Unknown):
        return read
    texts = [text_of(entry.body) for entry in read]
    silent_on = [missing_words(text, rubric.alert.says) for text in texts]
    best = min(range(len(texts)), key=lambda index: len(silent_on[index]))
    missing = silent_on[best]
    why = f"does not say {', '.join(missing)}" if missing else f"says {', '.join(rubric.alert.says)}"
    return Known(float(not missing), "yes", why=why, detail={"text": texts[best], "missing": list(missing)})


def alerts_to_read(facts: Facts, wanted: AlertLimit, rubric: Rubric) -> list[Entry] | Missed | Unknown:
    """The matching ones that came in time, or the first if it came late; without any, why there is none."""
    fresh = fresh_alerts(facts, wanted)
    if not fresh:
        found = alert_detection(facts, rubric)
        if isinstance(found, Missed):
            return Missed(found.censored_at, "no alert came to be read")
        return found if isinstance(found, Unknown) else Unknown("no alert to read")
    last = (facts.t0 or 0) + int(wanted.within * SECOND)
    return [entry for entry in fresh if receipt(entry) <= max(last, receipt(fresh[0]))]
