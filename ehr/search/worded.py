"""The conditions of full text on the row `i`: words of a record's own, and phrases it shares.

`ehr.search.full_text` tells the two apart. The queries are tsquery's, made of folded words alone
(letters and digits), and travel as parameters.
"""

from collections.abc import Callable, Sequence

from ehr.fhir.definitions import resource_types
from ehr.search.full_text import folded
from ehr.search.hashing import TOKEN_BITS
from ehr.search.parameter import Parameter
from ehr.search.registry import EVERY_TYPE, derived, parameters
from ehr.search.sql import FALSE, Branches, Sql, either, every, negated
from ehr.search.values import PhrasedText, TextValue

_AND = " & "


def in_narrative(word: str) -> Sql:
    """A word of the narrative begins so."""
    return _own(f"'n.{word}':*")


def anywhere(resource_type: str) -> Callable[[str], Sql]:
    """Any word of a resource of the type begins so, as a function of the beginning."""
    numbers = _of_tokens(resource_type)

    def has(word: str) -> Sql:
        own = _own(f"'{word}':* | 'n.{word}':*")
        return either([own, _with_phrase(numbers, f"'{word}':*")])

    return has


@derived
def _of_tokens(resource_type: str) -> tuple[int, ...]:
    """The numbers of the token parameters of a type, or of all."""
    kinds = resource_types() if resource_type == EVERY_TYPE else (resource_type,)
    found = (one for kind in kinds for one in parameters(kind).values())
    return tuple(dict.fromkeys(one.number for one in found if one.kind == "token"))


def of_concept(parameter: Parameter, value: TextValue | PhrasedText) -> Branches:
    """A text that goes with a code of the parameter has words that begin so: all in one text."""
    found = _distinct(value.text)
    if isinstance(value, TextValue):
        phrase = _with_phrase(_numbers(parameter), _beginning(found))
    else:
        phrase = Sql("i.tok && %s::bigint[]", (list(value.phrases),)) if value.phrases else FALSE
    own = either(
        _own(_AND.join(f"'{number}.{word}':*" for word in found)) for number in _numbers(parameter)
    )
    return (own,) if phrase is FALSE else (phrase, every([own, negated(phrase)]))


def phrases_of(parameter: Parameter, text: str, most: int) -> Sql:
    """The tokens of phrases with the words of `text`, at most so many.

    With them at hand, the planner has statistics on how many records have one.
    """
    found = _phrases(_numbers(parameter), _beginning(_distinct(text)))
    return Sql(f"{found.text} LIMIT %s", (*found.params, most))


def _numbers(parameter: Parameter) -> list[int]:
    return [one.number for one in parameter.stored]


def _distinct(text: str) -> list[str]:
    return [*dict.fromkeys(folded(text))]


def _beginning(words: Sequence[str]) -> str:
    return _AND.join(f"'{word}':*" for word in words)


def _own(query: str) -> Sql:
    return Sql(
        "EXISTS (SELECT FROM index_text x WHERE x.bucket = i.bucket AND x.rid = i.rid"
        " AND x.ward = i.ward AND x.words @@ %s::tsquery)",
        (query,),
    )


def _with_phrase(numbers: Sequence[int], query: str) -> Sql:
    found = _phrases(numbers, query)
    return Sql(f"i.tok && ARRAY({found.text})", found.params)


def _phrases(numbers: Sequence[int], query: str) -> Sql:
    return Sql(
        "SELECT p.v FROM index_phrase p"
        " WHERE p.words @@ %s::tsquery AND p.v >> %s = ANY (%s::bigint[])",
        (query, TOKEN_BITS, list(numbers)),
    )
