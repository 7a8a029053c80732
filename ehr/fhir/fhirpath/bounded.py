"""Expressions that clients send and that are run at once: their cost is that of what they look at.

They run in the event loop, where nothing can stop them. So there is nothing that looks at all below
each of all below, that makes many elements of one, and no regular expression.
"""

from collections.abc import Iterator

from ehr.fhir.fhirpath import syntax
from ehr.fhir.fhirpath.syntax import Tree

LONGEST = 1000
MOST_STEPS = 200


def fault(tree: Tree, allowed: frozenset[str]) -> str | None:
    """What has no bound in an expression that may call the `allowed` functions; None for nothing.

    Of the functions allowed, none may give more elements than it takes.
    """
    trees = list(walk(tree))
    if len(trees) > MOST_STEPS:
        return f"an expression has at most {MOST_STEPS} steps here"
    for one in trees:
        if isinstance(one, syntax.Variable):
            return f"%{one.name[:64]} cannot be used here"
        if isinstance(one, syntax.Call) and one.name not in allowed:
            return f"{one.name[:64]}() cannot be used here"
    return None


def walk(tree: Tree) -> Iterator[Tree]:
    """Every part of an expression."""
    yield tree
    for part in parts(tree):
        yield from walk(part)


def parts(tree: Tree) -> tuple[Tree, ...]:
    """The expressions that one is made of."""
    match tree:
        case syntax.Member() | syntax.Typed():
            return (tree.of,)
        case syntax.Call():
            return (tree.of, *tree.arguments)
        case syntax.Index():
            return tree.of, tree.position
        case syntax.Binary():
            return tree.left, tree.right
        case _:
            return ()
