"""May this process be hurt? Its own word, our own ancestors, our rights, and whether it is well now. Looks only."""

from injectors.contract import Change, Refused, Undo
from injectors.process import kernel
from injectors.process.kernel import Process
from injectors.process.pool import Pool

LABEL = "GAMEDAY_CONSENT"
CONSENT = (
    f"the process was started with the environment variable {LABEL}=<environment>; "
    "a `consent:` list in its target, where there is one, names its slot as well"
)
TREE_LIMIT = 1000
"""Processes below one that is hurt."""


def consented(change: Change, pool: Pool) -> Process:
    """Return who is in the slot, if a fault may be put on it. Raises `Refused`, `Unreachable`."""
    name = change.subject
    root = pool.find(name)
    if root is None:
        raise Refused(f"nobody is in the slot {name}: start it, or see why its pid file names no live process")
    where = f"{name} (process {root.pid})"
    if root.pid == 1 or root.pid in kernel.ancestors():
        raise Refused(f"{where} is the machine's first process, gameday itself or above it: it is never hurt")
    if change.consent and name not in change.consent:
        raise Refused(
            f"{where} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, name])}]`"
        )
    label = kernel.variable(root, LABEL)
    if label != change.environment:
        said = "has given no consent" if label is None else f"has given its consent for another environment, {label!r}"
        raise Refused(f"{where} {said}: start it with {LABEL}={change.environment} in its environment")
    kernel.send(root, 0)
    if kernel.stopped(root):
        raise Refused(f"{where} is stopped already, by somebody else: continue it with `kill -CONT {root.pid}`")
    return root


def facts(root: Process) -> dict[str, object]:
    """Write down who is meant: this process, of this boot."""
    return {"boot": kernel.boot(), "root": kernel.as_json([root])[0]}


def recorded(undo: Undo) -> Process | None:
    """Return who was meant; None: the machine was booted since, so everything recorded is gone."""
    facts = undo.of_version(1)
    pid, start = facts["root"]
    return Process(pid, start) if facts["boot"] == kernel.boot() else None


def whole_tree(root: Process) -> list[Process]:
    """Return it and all below it. Raises `Refused` when they are too many to write down."""
    found = kernel.tree(root)
    if len(found) > TREE_LIMIT:
        raise Refused(f"process {root.pid} has more than {TREE_LIMIT} processes below it")
    return found
