"""The grammar of `_filter`: what is read, how it groups, and where it is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.errors import EhrError, InvalidQuery, TooCostly
from ehr.search.filter_syntax import (
    DEEPEST,
    LONGEST,
    MOST_TESTS,
    Comparison,
    Expression,
    Group,
    Not,
    Step,
    parsed,
)


def written(one: Expression) -> str:
    """An expression as text: what groups is in parentheses, what need not be bare is quoted."""
    if isinstance(one, Not):
        return f"not ({written(one.part)})"
    if isinstance(one, Group):
        return f" {one.word} ".join(
            f"({written(part)})" if isinstance(part, Group) else written(part) for part in one.parts
        )
    path = ".".join(
        f"{step.name}[{written(step.where)}]" if step.where else step.name for step in one.path
    )
    return f"{path} {one.operator} {json.dumps(one.value)}"


def shape(one: Expression) -> object:
    """An expression without its places."""
    if isinstance(one, Not):
        return ("not", shape(one.part))
    if isinstance(one, Group):
        return (one.word, *map(shape, one.parts))
    path = tuple((step.name, step.where and shape(step.where)) for step in one.path)
    return (path, one.operator, one.value)


GROUPS = [
    ("a eq 1", "a"),
    (" a  eq\t1 ", "a"),
    ("(a eq 1)", "a"),
    ("((a eq 1))", "a"),
    ("a eq 1 and b eq 1", "(a and b)"),
    ("a eq 1 and b eq 1 and c eq 1", "(a and b and c)"),
    ("a eq 1 or b eq 1 and c eq 1", "((a or b) and c)"),
    ("a eq 1 and b eq 1 or c eq 1", "((a and b) or c)"),
    ("a eq 1 or (b eq 1 and c eq 1)", "(a or (b and c))"),
    ("not (a eq 1)", "not a"),
    ("not(a eq 1) and b eq 1", "(not a and b)"),
    ("not (a eq 1 or b eq 1)", "not (a or b)"),
    ("a eq 1 and(b eq 1 or c eq 1)", "(a and (b or c))"),
    ("and eq 1 or or eq 1", "(and or or)"),
]


def spelled(one: Expression) -> str:
    if isinstance(one, Not):
        return f"not {spelled(one.part)}"
    if isinstance(one, Group):
        return f"({f' {one.word} '.join(map(spelled, one.parts))})"
    return one.path[0].name


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("text", "groups"), GROUPS)
def test_words_have_no_precedence_and_are_read_from_the_left(text: str, groups: str) -> None:
    assert spelled(parsed(text)) == groups


VALUES = [
    ("a eq peter", "peter"),
    ('a eq "peter pan"', "peter pan"),
    ('a eq ")] and b"', ")] and b"),
    (r'a eq "\"\\\/\n\u00e1"', '"\\/\ná'),
    ('a eq "\\ud83d\\ude00"', "😀"),
    ("a eq http://loinc.org|1234-5", "http://loinc.org|1234-5"),
    ("a eq 2014-10-10T01:02:03+07:00", "2014-10-10T01:02:03+07:00"),
    ("a eq -5.4e3", "-5.4e3"),
    ("a eq Nguyễn", "Nguyễn"),
    ("a eq [1", "[1"),
    ("a eq and", "and"),
    ('a eq ""', ""),
    ('a eq x"y', 'x"y'),
]


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_value_is_a_string_of_json_or_what_has_no_space(text: str, value: str) -> None:
    found = parsed(text)
    assert isinstance(found, Comparison)
    assert found.value == value


def test_a_path_has_steps_and_filters_in_brackets() -> None:
    found = parsed("_has-x[a eq 1 or b eq 2].c.d pr true")
    assert shape(found) == (
        (
            ("_has-x", ("or", ((("a", None),), "eq", "1"), ((("b", None),), "eq", "2"))),
            ("c", None),
            ("d", None),
        ),
        "pr",
        "true",
    )
    assert isinstance(found, Comparison)
    assert [step.at for step in found.path] == [0, 25, 27]
    assert (found.at, found.value_at) == (29, 32)


REFUSED = [
    ("", 1, "expected the name"),
    ("  ", 3, "expected the name"),
    ("a", 2, "expected an operator"),
    ("a.", 3, "expected the name"),
    ("a eq", 5, "needs a space and a value"),
    ("a eq ", 6, "expected a value"),
    ("a eq )", 6, "expected a value"),
    ("1a eq b", 1, "expected the name"),
    ("a:exact eq b", 2, "expected an operator"),
    ("a = b", 3, "expected an operator"),
    ('a eq "b', 6, "a string that does not end"),
    (r'a eq "\x"', 6, "an escape that JSON does not have"),
    (r'a eq "\u00"', 6, "an escape that JSON does not have"),
    ('a eq "b\nc"', 6, "a string that does not end"),
    (r'a eq "\u0000"', 6, "U+0000"),
    (r'a eq "\ud800"', 6, "half a character"),
    ('a eq"b"', 5, "needs a space"),
    ("a eq b c", 8, "'c' was not expected"),
    ("a eq b)", 7, "')' was not expected"),
    ("(a eq b", 8, "expected ')', not the end"),
    ("a eq b and", 8, "'and' was not expected"),
    ("a eq b and ", 12, "expected the name"),
    ("a eq b or or", 13, "expected an operator"),
    ("a eq b xor c eq d", 8, "was not expected"),
    ("a eq b AND c eq d", 8, "was not expected"),
    ("not a eq b", 10, "was not expected"),
    ("not (a eq b", 12, "expected ')'"),
    ("not ()", 6, "expected the name"),
    ("a[b eq c eq d", 10, "expected ']'"),
    ("a[b eq c] eq d", 11, "followed by a dot"),
    ("a[].c eq d", 3, "expected the name"),
    ("a eq 1; drop table x", 9, "was not expected"),
]


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("text", "character", "says"), REFUSED)
def test_a_refusal_names_the_character(text: str, character: int, says: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        parsed(text)
    assert str(refused.value).startswith(f"_filter, character {character}: "), refused.value
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(" * DEEPEST + "a eq 1" + ")" * DEEPEST, None),
        ("(" * (DEEPEST + 1) + "a eq 1" + ")" * (DEEPEST + 1), TooCostly),
        ("not (" * (DEEPEST + 1) + "a eq 1" + ")" * (DEEPEST + 1), TooCostly),
        ("a[" * (DEEPEST + 1) + "a eq 1" + "].a eq 1" * (DEEPEST + 1), TooCostly),
        ("(" * LONGEST, TooCostly),
        (" or ".join(["a eq 1"] * MOST_TESTS), None),
        (" or ".join(["a eq 1"] * (MOST_TESTS + 1)), TooCostly),
        (f'a eq "{"x" * (LONGEST - 7)}"', None),
        (f'a eq "{"x" * (LONGEST - 6)}"', TooCostly),
    ],
)
def test_what_is_too_much(text: str, kind: type[EhrError] | None) -> None:
    if kind is None:
        assert parsed(text)
        return
    with pytest.raises(kind, match="at most"):
        parsed(text)


_NAMES = st.from_regex(r"[_A-Za-z][A-Za-z0-9_\-]{0,5}", fullmatch=True)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def _tests(where: st.SearchStrategy[Expression] | None) -> st.SearchStrategy[Comparison]:
    plain = st.builds(lambda name: Step(name, 0), _NAMES)
    steps = plain if where is None else st.builds(lambda n, w: Step(n, 0, w), _NAMES, where)
    paths = st.builds(lambda many, last: (*many, last), st.lists(steps, max_size=2), plain)
    return st.builds(
        lambda path, operator, value: Comparison(path, operator, value, 0, 0),
        paths,
        st.sampled_from(["eq", "co", "pr"]),
        _TEXTS,
    )


_EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    _tests(None),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(
            lambda word, parts: Group(word, tuple(parts)),
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        _tests(inner),
    ),
    max_leaves=8,
)


def flat(one: object) -> object:
    """A shape whose first part, if it has the same word, is no group of its own."""
    if isinstance(one, tuple) and one[0] in ("and", "or"):
        first, *rest = map(flat, one[1:])
        inner = first[1:] if isinstance(first, tuple) and first[0] == one[0] else (first,)
        return (one[0], *inner, *rest)
    if isinstance(one, tuple) and one[0] == "not":
        return ("not", flat(one[1]))
    if isinstance(one, tuple) and len(one) == 3:
        return (tuple((name, where and flat(where)) for name, where in one[0]), *one[1:])
    return one


@given(_EXPRESSIONS)
def test_what_is_written_is_read_again(one: Expression) -> None:
    try:
        again = parsed(written(one))
    except TooCostly:
        return
    assert flat(shape(again)) == flat(shape(one))
