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
from ehr.search.sql import Branches, Sql, either, every, negated

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


def of_concept(parameter: Parameter, text: str) -> Branches:
    """A text that goes with a code of the parameter has words that begin so: all in one text."""
    numbers = [one.number for one in parameter.stored]
    found = [*dict.fromkeys(folded(text))]
    phrase = _with_phrase(numbers, _AND.join(f"'{word}':*" for word in found))
    own = either(_own(_AND.join(f"'{number}.{word}':*" for word in found)) for number in numbers)
    return (phrase, every([own, negated(phrase)]))


def _own(query: str) -> Sql:
    return Sql(
        "EXISTS (SELECT FROM index_text x WHERE x.bucket = i.bucket AND x.rid = i.rid"
        " AND x.ward = i.ward AND x.words @@ %s::tsquery)",
        (query,),
    )


def _with_phrase(numbers: Sequence[int], query: str) -> Sql:
    return Sql(
        "i.tok && ARRAY(SELECT p.v FROM index_phrase p"
        " WHERE p.words @@ %s::tsquery AND p.v >> %s = ANY (%s::bigint[]))",
        (query, TOKEN_BITS, list(numbers)),
    )
