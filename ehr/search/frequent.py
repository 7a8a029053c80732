"""How common a word of Vietnamese names is: which word of a search to begin with.

A plan only, never a result: of "nguyen hoa", those called Hòa are looked through and asked
whether they are Nguyễn, not the other way round. Family names by Lê Trung Hoa, *Họ và tên người
Việt Nam* (2005); middle and given names estimated.
"""

_SHARES = {
    "nguyen": 0.384, "thi": 0.35, "van": 0.25, "tran": 0.121, "le": 0.095, "pham": 0.07,
    "hoang": 0.051, "huynh": 0.051, "minh": 0.05, "phan": 0.045, "ngoc": 0.045, "thu": 0.04,
    "vu": 0.039, "vo": 0.039, "anh": 0.04, "duc": 0.03, "thanh": 0.04, "xuan": 0.02,
    "huong": 0.02, "hong": 0.02, "dang": 0.021, "bui": 0.02, "quang": 0.02, "do": 0.014,
    "ho": 0.013, "ngo": 0.013, "hung": 0.015, "lan": 0.015, "hoa": 0.015, "duong": 0.01,
    "ly": 0.005,
}  # fmt: skip
_OTHER_LETTER = 0.4
"""What each further letter leaves of the words that are not listed."""


def share(beginning: str) -> float:
    """About which part of people have a name with a word that begins so; for comparison only."""
    return known_share(beginning) + float(_OTHER_LETTER ** len(beginning))


def known_share(beginning: str) -> float:
    """The part of people who have a listed word that begins so; 0 says nothing."""
    return float(sum(part for word, part in _SHARES.items() if word.startswith(beginning)))
