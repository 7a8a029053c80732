"""Code systems that clients stored, made once and not for each question.

A list of diagnoses is 15,000 concepts: a third of a second to read and make. What is kept is known
by its content, so it can be neither old nor another's; who may see it is asked before, each time.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b

from ehr.fhir.resource import Resource, parse
from ehr.terminology.concepts import CodeSystem, code_system_of

MOST_BYTES = 16_000_000
"""Of content; what is made of it is about four times as large."""
_WORTH = 16_000
"""Bytes below which reading is as quick as looking."""


@dataclass(slots=True)
class Kept:
    """The code systems that were asked for last."""

    most: int = MOST_BYTES
    size: int = 0
    _found: OrderedDict[bytes, tuple[Resource, CodeSystem, int]] = field(
        default_factory=OrderedDict
    )

    def of(self, content: bytes) -> tuple[Resource, CodeSystem]:
        """What a CodeSystem's content says of itself, without its concepts, and what it lists."""
        if len(content) < _WORTH:
            return _made(content)
        key = blake2b(content, digest_size=20).digest()
        if key in self._found:
            self._found.move_to_end(key)
        else:
            self._found[key] = (*_made(content), len(content))
            self.size += len(content)
        head, system, _ = self._found[key]
        while self.size > self.most:
            *_, size = self._found.popitem(last=False)[1]
            self.size -= size
        return head, system

    def __len__(self) -> int:
        return len(self._found)


def _made(content: bytes) -> tuple[Resource, CodeSystem]:
    resource = parse(content)
    system = code_system_of(resource)
    return {key: value for key, value in resource.items() if key != "concept"}, system


KEPT = Kept()
"""Those of this process."""
