"""Invariant: any bytes on the WebSocket are a message of the client, which encodes and decodes to itself within the
bounds of the protocol, or a BadMessageError with a short text. As text with lone surrogates too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signaling.codec import BadMessageError, decode_client, encode

SEEDS: Final[Sequence[bytes]] = [
    b'{"type":"join","id":1,"version":1,"token":"2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk","name":"Sam"}',
    b'{"type":"resume","id":1,"version":1,"session":"5f0c2a","secret":"mJ2l0b9sX4y8QeRtYuIo","name":"Sam","peer":3}',
    b'{"type":"offer","id":2,"sdp":"v=0\\r\\n","sources":{"0":"microphone","1":"camera"},"fresh":true}',
    b'{"type":"publish","id":3,"source":"screen_sound"}',
    b'{"type":"unpublish","id":3,"source":"screen"}',
    b'{"type":"mute","id":4}',
    b'{"type":"unmute","id":2147483647}',
    b'{"type":"view","id":9,"tiles":[{"participant":"1b77","source":"camera","width":640,"height":360}]}',
    b'{"type":"leave","id":4,"unknown":{"deep":[[[[1e999]]]]}}',
    b'{"type":"ping","id":0}',
    b'{"type":"join","id":1,"version":1,"token":"2Pp1vX8wqkQZyJ0rXo7m","name":"\\ud800\\u0000"}',
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
