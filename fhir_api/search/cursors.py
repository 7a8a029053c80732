"""Cursors as the bytes inside a signed page link."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from ehr.errors import InvalidQuery
from ehr.search.query import Cursor


class _Written(msgspec.Struct, array_like=True):
    keys: tuple[Any, ...]
    """Each a datetime, which is a timestamp of MessagePack, a str or None."""
    rid: int
    backward: bool


_decoder = msgspec.msgpack.Decoder(_Written)
_encoder = msgspec.msgpack.Encoder()


def write_cursor(cursor: Cursor) -> bytes:
    """The bytes of a cursor."""
    return _encoder.encode(_Written(cursor.keys, cursor.rid, cursor.backward))


def read_cursor(written: bytes) -> Cursor:
    """The cursor that `write_cursor` wrote; raises InvalidQuery for other bytes."""
    try:
        found = _decoder.decode(written)
    except msgspec.MsgspecError:
        raise InvalidQuery("The page link is of another search.") from None
    keys = tuple(k.astimezone(UTC) if isinstance(k, datetime) else k for k in found.keys)
    return Cursor(keys, found.rid, found.backward)
