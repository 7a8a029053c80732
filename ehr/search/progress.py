"""How far the index of new parameters is, for the refusal of a search that came too early."""

_told = "its index has not been begun"


def tell(done: int, total: int | None) -> None:
    """Records indexed, of how many; None before they are counted."""
    global _told  # noqa: PLW0603 - the one place that holds it
    known = f"{done} of {max(done, total)} records are" if total is not None else "no record is"
    _told = f"{known} indexed"


def told() -> str:
    """The progress in words."""
    return _told
