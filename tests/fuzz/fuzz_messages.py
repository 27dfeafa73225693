"""Invariant: any bytes on the WebSocket are a message of the client, which encodes and decodes to itself within the
bounds of the protocol, or a BadMessageError with a short text. As text with lone surrogates too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import msgspec
from msgspec import Struct

from signaling.codec import BadMessageError, decode_client, encode
from signaling.protocol import ClientMessage

# The fields of the requests that have more than an id, each a value within its bounds.
VALUES: Final[dict[str, object]] = {
    "version": 2,
    "token": "2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk",
    "secret": "mJ2l0b9sX4y8QeRtYuIo",
    "session": "5f0c2a",
    "name": "Sam",
    "agreement": "2026-03",
    "peer": 3,
    "sdp": "v=0\r\n",
    "sources": {"0": "microphone", "1": "camera"},
    "fresh": True,
    "source": "screen_sound",
    "tiles": [{"participant": "1b77", "source": "camera", "width": 640, "height": 360, "front": True, "needed": False}],
    "kind": "private",
    "note": "one moment",
    "ok": True,
    "on": False,
    "to": "room",
    "text": "two\nlines",
    "participant": "1b77",
    "whom": None,
    "room": "main",
    "call": "private.1b77",
    "until": 1795453904.5,
    "minutes": 5,
    "how": "size",
    "count": 2,
    "rooms": [["1b77", "0c2a"], ["9e01"]],
    "late": "smallest",
    "seconds": 60.0,
    "moves": [["1b77", "pair.2"], ["9e01", "main"]],
    "anyway": True,
    "other": "0c2a",
}


def seed(kind: type[Struct], number: int) -> bytes:
    fields = {field: VALUES[field] for field in kind.__struct_fields__ if field != "id"}
    return msgspec.json.encode({"type": kind.__struct_config__.tag, "id": number, **fields})


SEEDS: Final[Sequence[bytes]] = [
    *(seed(kind, number) for number, kind in enumerate(get_args(ClientMessage))),
    b'{"type":"unmute","id":2147483647}',
    b'{"type":"leave","id":4,"unknown":{"deep":[[[[1e999]]]]}}',
    b'{"type":"ban","id":4,"participant":"1b77","until":1e999}',
    b'{"type":"start_break","id":4,"until":NaN}',
    b'{"type":"close_group","id":4,"minutes":3}',
    b'{"type":"join","id":1,"version":2,"token":"2Pp1vX8wqkQZyJ0rXo7m","name":"\\ud800\\u0000"}',
    b'{"id":1,"x":' + b"[" * 2000,
    b'\xff\xfe{"type":"ping","id":0}',
]


def check(data: bytes) -> None:
    for text in (data, data.decode(errors="surrogateescape")):
        refused: BadMessageError | None = None
        try:
            message = decode_client(text)
        except BadMessageError as error:
            refused = error
        if refused is not None:
            assert refused.id is None or 0 <= refused.id < 2**31
            assert len(refused.text) <= 200
        else:
            assert 0 <= message.id < 2**31
            assert decode_client(encode(message)) == message
