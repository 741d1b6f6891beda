"""How results are worded for people: times, limits, verdict sentences. Nothing is measured here."""

from scoring.result import Limit, Missed, Result, Unknown


def clock(seconds: float) -> str:
    """`0:40`, `12:05`, `1:02:03`; under a minute with tenths when there are any: `0:03.2`."""
    tenths = round(abs(seconds) * 10)
    sign = "-" if seconds < 0 and tenths else ""
    whole, tenth = divmod(tenths, 10)
    minutes, left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{minutes:02}:{left:02}"
    fine = f".{tenth}" if tenth and not minutes else ""
    return f"{sign}{minutes}:{left:02}{fine}"


def amount(value: float, unit: str) -> str:
    """One number with its unit."""
    match unit:
        case "seconds":
            return clock(value)
        case "share":
            return f"{value:.0%}"
        case "yes":
            return "yes" if value >= 1 else "no"
        case "kept":
            return "kept" if value >= 1 else "broken"
        case _:
            return f"{value:g}"


def limit_words(limit: Limit | None) -> str:
    """Say where good ends; empty: no limit was set."""
    if limit is None:
        return ""
    if limit.unit == "seconds":
        return f"within {clock(limit.value)}"
    return amount(limit.value, limit.unit) if limit.unit != "share" else f"at least {limit.value:.0%}"


def result_words(result: Result) -> str:
    """What was found, in a few words and without the reason."""
    if isinstance(result, Unknown):
        return "unknown"
    if isinstance(result, Missed):
        return f"not by {clock(result.censored_at)}"
    low, high, unit = result.low, result.high, result.unit
    if low is None or high is None or amount(low, unit) == amount(high, unit):
        return amount(result.value, unit)
    return f"{amount(low, unit)} to {amount(high, unit)}"


def printable(text: str) -> str:
    """Text from outside, harmless for a terminal: control characters become spaces or disappear."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
