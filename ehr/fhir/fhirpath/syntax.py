"""FHIRPath expressions as trees (http://hl7.org/fhirpath/N1/grammar.html).

A tree is made of the frozen classes below. Precedence climbs as in the specification's table.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ehr.remembered import remembered


class NotFhirpath(ValueError):
    """The text is not a FHIRPath expression, or is longer than any has reason to be."""


class Unsupported(ValueError):
    """The expression uses a part of FHIRPath that is not compiled here."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, boolean, number, date or quantity (its text); None is the collection `{}`."""

    value: str | bool | int | Decimal | None
    type: str


@dataclass(frozen=True, slots=True)
class This:
    """`$this`, or the input of an expression that begins with a name."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`%name`, `$index` or `$total`; the latter two with their sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name`; `of` is `This()` for a name that begins an expression."""

    of: "Tree"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`of.name(arguments)`."""

    of: "Tree"
    name: str
    arguments: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Index:
    """`of[position]`."""

    of: "Tree"
    position: "Tree"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Typed:
    """`of is type` and `of as type`."""

    of: "Tree"
    operator: str
    type: str


Tree = Literal | This | Variable | Member | Call | Index | Binary | Typed

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)?
        (?:Z|[+-]\d\d:\d\d)?)?|@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
    | (?P<quantity>\d+(?:\.\d+)?\s*(?:'[^'\\]*'
        |(?:year|month|week|day|hour|minute|(?:milli)?second)s?\b))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<quoted>`(?:[^`\\]|\\.)*`)
    | (?P<variable>%(?:[A-Za-z_][\w-]*|`[^`]*`|'[^']*'))
    | (?P<special>\$(?:this|index|total)\b)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign><=|>=|!=|!~|[-+*/&|=~<>.,()\[\]{}])
    )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"}

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("implies",),
    ("or", "xor"),
    ("and",),
    ("in", "contains"),
    ("=", "~", "!=", "!~"),
    ("<=", ">=", "<", ">"),
    ("|",),
    ("is", "as"),
    ("+", "-", "&"),
    ("*", "/", "div", "mod"),
)
"""Operators from the loosest to the tightest."""

_DEEPEST = 400
"""Levels of precedence entered: about 35 parentheses inside each other."""
_LONGEST = 100
"""Links of one chain of names, or operands of one operator."""


@remembered(1024)
def parse(expression: str) -> Tree:
    """The tree of `expression`; raises NotFhirpath, naming the place."""
    parser = _Parser(expression)
    tree = parser.level(0)
    parser.expect("end", "")
    return tree


class _Parser:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(_tokens(expression))
        self._at = 0
        self._depth = 0

    @property
    def _token(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _takes(self, *texts: str) -> bool:
        kind, text = self._token
        return kind in {"sign", "name"} and text in texts

    def expect(self, kind: str, text: str) -> str:
        if self._token[0] != kind or (text and self._token[1] != text):
            raise NotFhirpath(f"{text or kind} expected before {self._token[1]!r}")
        return self._next()

    def level(self, number: int) -> Tree:
        """An expression of the operators from level `number` on."""
        if number == len(_LEVELS):
            return self._unary()
        self._depth += 1
        self._limit(self._depth, _DEEPEST)
        left = self.level(number + 1)
        operands = 1
        while self._takes(*_LEVELS[number]):
            operands += 1
            self._limit(operands, _LONGEST)
            operator = self._next()
            if operator in {"is", "as"}:
                left = Typed(left, operator, self._type())
            else:
                left = Binary(operator, left, self.level(number + 1))
        self._depth -= 1
        return left

    @staticmethod
    def _limit(count: int, most: int) -> None:
        if count > most:
            raise NotFhirpath("the expression is longer or deeper than 100 steps")

    def _unary(self) -> Tree:
        if not self._takes("-", "+"):
            return self._path()
        if self._next() == "+":
            return self._path()
        return Binary("-", Literal(0, "integer"), self._path())

    def _path(self) -> Tree:
        tree = self._term()
        links = 0
        while self._takes(".", "["):
            links += 1
            self._limit(links, _LONGEST)
            if self._next() == "[":
                tree = Index(tree, self.level(0))
                self.expect("sign", "]")
            else:
                tree = self._invocation(tree)
        return tree

    def _term(self) -> Tree:
        kind, text = self._token
        if kind in _LITERALS:
            self._next()
            return _LITERALS[kind](text)
        if self._takes("("):
            self._next()
            tree = self.level(0)
            self.expect("sign", ")")
            return tree
        if self._takes("{"):
            self._next()
            self.expect("sign", "}")
            return Literal(None, "empty")
        if self._takes("true", "false"):
            return Literal(self._next() == "true", "boolean")
        return self._invocation(This())

    def _invocation(self, of: Tree) -> Tree:
        if self._token[0] == "special":
            special = self._next()
            return This() if special == "$this" else Variable(special)
        name = self._name()
        if not self._takes("("):
            return Member(of, name)
        self._next()
        arguments: list[Tree] = []
        while not self._takes(")"):
            arguments.append(self.level(0))
            if not self._takes(")"):
                self.expect("sign", ",")
        self._next()
        return Call(of, name, tuple(arguments))

    def _name(self) -> str:
        if self._token[0] == "quoted":
            return _unescaped(self._next()[1:-1])
        return self.expect("name", "")

    def _type(self) -> str:
        """A type by its own name: `FHIR.Patient` is `Patient`."""
        name = self._name()
        while self._takes("."):
            self._next()
            name = self._name()
        return name


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    text = expression.rstrip()
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotFhirpath(f"not FHIRPath at character {at + 1}: {text[at : at + 20]!r}")
        kind = match.lastgroup or ""
        tokens.append((kind, match[kind]))
        at = match.end()
    return [*tokens, ("end", "the end")]


def _unescaped(text: str) -> str:
    """The characters that are meant; a backslash before any other letter stays (`\\s`)."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        return _ESCAPED.get(code) or (f"\\{code}" if code.isalpha() else code)

    return _ESCAPE.sub(one, text)


def _number(text: str) -> Tree:
    return Literal(Decimal(text), "decimal") if "." in text else Literal(int(text), "integer")


def _date(text: str) -> Tree:
    kind = "time" if text[1] == "T" else "dateTime" if "T" in text else "date"
    return Literal(text[1:].removeprefix("T"), kind)


_LITERALS: dict[str, Callable[[str], Tree]] = {
    "date": _date,
    "number": _number,
    "quantity": lambda text: Literal(text, "Quantity"),
    "string": lambda text: Literal(_unescaped(text[1:-1]), "string"),
    "variable": lambda text: Variable(text[1:].strip("`'")),
}
