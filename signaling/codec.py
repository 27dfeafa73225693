"""Text of one WebSocket message <-> value of the protocol."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from signaling.protocol import ClientMessage, Id, ServerMessage

MAX_MESSAGE: Final = 1024 * 1024  # bytes. An offer with 64 pairs of slots is about 400 KB; nothing else comes near


class BadMessageError(Exception):
    """Not JSON, not one of ours, or out of bounds. `id` is the request's, if that much could be read."""

    def __init__(self, id: int | None, text: str) -> None:
        super().__init__(text)
        self.id = id
        self.text = text


class _Peek(Struct):
    id: Id | None = None


_client: Final[msgspec.json.Decoder[ClientMessage]] = msgspec.json.Decoder(ClientMessage)
_server: Final[msgspec.json.Decoder[ServerMessage]] = msgspec.json.Decoder(ServerMessage)
_peek: Final = msgspec.json.Decoder(_Peek)
_encoder: Final = msgspec.json.Encoder()

# msgspec raises RecursionError on deep nesting, and UnicodeEncodeError on text with lone surrogates.
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, UnicodeError)


def decode_client(text: str | bytes) -> ClientMessage:
    """Raises BadMessageError and nothing else, on any text."""
    try:
        return _client.decode(text)
    except _UNREADABLE as error:
        raise BadMessageError(_id_of(text), str(error)[:200]) from None


def decode_server(text: str | bytes) -> ServerMessage:
    """What bots and tests read. Raises BadMessageError."""
    try:
        return _server.decode(text)
    except _UNREADABLE as error:
        raise BadMessageError(None, str(error)[:200]) from None


def encode(message: ClientMessage | ServerMessage) -> str:
    return _encoder.encode(message).decode()


def _id_of(text: str | bytes) -> int | None:
    try:
        return _peek.decode(text).id
    except _UNREADABLE:
        return None
