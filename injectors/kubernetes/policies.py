"""Network policies: which pods one selects, and whether it lets in or out what another one denies. Asks nobody."""

from collections.abc import Mapping

from injectors.contract import Json

Found = Mapping[str, Json]


def selects(selector: Found, labels: Mapping[str, str]) -> bool:
    """Does a label selector take something with these labels? An empty one takes all."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or [])


def _holds(wanted: Found, labels: Mapping[str, str]) -> bool:
    key, values = wanted["key"], wanted.get("values") or []
    match wanted["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
    return key not in labels


def allows(policy: Found, kinds: list[str]) -> bool:
    """Does it let anything through in one of these directions, whatever any other policy denies?"""
    return any(policy["spec"].get(kind.lower()) for kind in kinds)
