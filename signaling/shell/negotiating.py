"""Offers, answers and views: what a page and its media peer agree on. Nothing of it is an event."""

from __future__ import annotations

from rtc import Answer, PeerId
from signaling import protocol as p
from signaling.codec import encode
from signaling.core import sight
from signaling.core.errors import RefusedError
from signaling.core.ids import ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.slots import Feed, Look
from signaling.core.state import Seat
from signaling.shell.telling import Client
from signaling.shell.turns import Turns


def begin_offer(turns: Turns, client: Client, fresh: bool) -> tuple[ParticipantId, PeerId]:
    """The peer that the offer is for; a fresh one replaces the old. The caller then waits for the engine."""
    seat = _need_media(turns, client)
    media = turns.media
    peer = media.add(seat.participant, seat.roles) if fresh else media.peer_of(seat.participant)
    if peer is None:
        raise RefusedError(p.ErrorCode.MEDIA_GONE, "there is no live peer: offer fresh")
    turns.switch()
    return seat.participant, peer


def end_offer(turns: Turns, client: Client, request: int, peer: PeerId, answer: Answer) -> None:
    seat = _need_media(turns, client)
    if turns.media.peer_of(seat.participant) != peer:
        raise RefusedError(p.ErrorCode.MEDIA_GONE, "the peer is gone: offer fresh")
    turns.media.answered(seat.participant, answer.slots)
    client.tell(encode(p.Answer(request, answer.sdp, peer, [(audio, video) for audio, video in answer.slots])))
    for message in turns.media.adapted(seat.participant):
        client.tell(encode(message))
    turns.switch()


def fail_offer(turns: Turns, participant: ParticipantId, peer: PeerId) -> None:
    """A peer that never got an answer is of no use."""
    if turns.media.peer_of(participant) == peer:
        turns.media.drop(participant)
        turns.switch()


def take_view(turns: Turns, client: Client, request: p.View) -> None:
    seat = _need_media(turns, client)
    looks: dict[Feed, Look] = {}
    for tile in request.tiles:
        look = Look(tile.height, tile.front, tile.needed)
        looks.setdefault((ParticipantId(tile.participant), tile.source), look)
    turns.media.view(turns.session, seat.participant, looks)
    client.tell(encode(p.Ok(request.id)))
    turns.switch()


def _need_media(turns: Turns, client: Client) -> Seat:
    """The worker refuses it to the others too, by their grant."""
    seat, place = turns.place_of(client)
    if not place.standby and sight.in_media_room(turns.session, seat):
        return seat
    if seat.door is not Door.INSIDE:
        raise RefusedError(p.ErrorCode.WAITING, "not let in yet")
    raise RefusedError(p.ErrorCode.NOT_ALLOWED, "there is no media in this place")
