"""Whether a code is in the value set that a profile binds an element to.

Asked many times for one resource: where nothing stored has a part in it, a value set is answered
from its list, and all questions of one resource share a budget.
"""

from dataclasses import dataclass, field

from ehr.errors import NotFound, NotSupported, TooCostly
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library
from ehr.terminology.membership import of_value_set
from ehr.terminology.validate import in_value_set


@dataclass(frozen=True, slots=True)
class Bindings:
    """The value sets of a library, for the judgement of one resource.

    For `looked_for` it was looked where resources are stored; what else is asked is added to
    `missing`, and not answered.
    """

    library: Library = field(default_factory=Library)
    looked_for: frozenset[str] = frozenset()
    missing: set[str] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)

    def holds(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether the code is in it, in any system without `system`; None if that is unknown."""
        if value_set not in self.looked_for:
            self.missing.add(value_set)
            return None
        try:
            if self.library.stored:
                return self._asked(value_set, system, code)
            return self._listed(value_set, system, code)
        except (NotFound, TooCostly):
            return None
        except NotSupported:
            return self._asked_if_told(value_set, system, code)

    def _listed(self, value_set: str, system: str | None, code: str) -> bool:
        listed = of_value_set(self.library, value_set)
        if system is not None:
            return (system, code) in listed
        return any(code == one for _, one in listed)

    def _asked(self, value_set: str, system: str | None, code: str) -> bool:
        found = self.library.value_set(value_set)
        return in_value_set(self.library, found, system, code, budget=self.budget).result

    def _asked_if_told(self, value_set: str, system: str | None, code: str) -> bool | None:
        try:
            return self._asked(value_set, system, code)
        except (NotFound, NotSupported, TooCostly):
            return None
