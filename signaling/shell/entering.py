"""Coming in: by a link, by a resume secret, or as a facilitator's silent phone."""

from __future__ import annotations

from signaling import protocol as p
from signaling.codec import encode
from signaling.core import commands as c
from signaling.core.errors import RefusedError
from signaling.core.ids import SecretHash, StandbyHash
from signaling.core.names import clean_name
from signaling.core.session import seat_of_secret
from signaling.core.state import Seat
from signaling.shell.auth import new_participant_id, new_token, secret_hash
from signaling.shell.links import Admission
from signaling.shell.telling import Client
from signaling.shell.turns import Turns
from signaling.store.store import Link


async def join(turns: Turns, client: Client, admission: Admission, request: p.Join) -> None:
    link, name = admission.link, admission.name or clean_name(request.name)
    participant, secret = new_participant_id(), new_token()
    command = c.Join(
        participant=participant,
        secret=secret_hash(secret),
        connection=client.id,
        link=link.hash,
        person=link.person,
        roles=link.roles,
        function=link.function,
        people=link.people,
        knocks=link.knocks,
        banned_until=link.banned_until,
        agreement=request.agreement,
        agreed=link.agreed,
    )
    await turns.take(
        c.Newcomer(),
        command,
        words=lambda memory: memory.name(participant, name, admission.name, link.person),
        reply=lambda: turns.audience.enter(turns.session, client, request.id, secret),
    )
    _need_place(turns, client)


async def join_standby(turns: Turns, client: Client, token: StandbyHash, request: int) -> None:
    secret = new_token()
    await turns.take(
        c.Newcomer(),
        c.JoinStandby(token, secret_hash(secret), client.id),
        reply=lambda: turns.audience.enter(turns.session, client, request, secret),
    )
    _need_place(turns, client)


async def resume(turns: Turns, client: Client, secret: SecretHash, request: p.Resume) -> None:
    found = seat_of_secret(turns.session, secret)
    link = None if found is None else await turns.store.link(found[0].link)
    if found is None or link is None or link.revoked is not None or _banned(link, turns.clock()):
        raise RefusedError(p.ErrorCode.RESUME_UNKNOWN, "unknown secret")
    seat, standby = found
    name = _name(turns, seat, link, request)
    command = c.Resume(secret, client.id, _kept(turns, seat, request) and not standby)

    def prepare() -> None:
        if not standby:
            turns.media.returned(seat.participant)
            if not command.media_kept:
                turns.media.forget_view(seat.participant)

    def reply() -> None:
        turns.audience.enter(turns.session, client, request.id, None)
        if not standby:
            # What was said while nobody listened.
            for message in turns.media.adapted(seat.participant):
                client.tell(encode(message))
            for mid, rtp in turns.media.flows_of(seat.participant):
                client.tell(encode(p.Flowing(mid, rtp)))

    await turns.take(
        c.Newcomer(),
        command,
        words=lambda memory: memory.name(seat.participant, name, None),
        prepare=prepare,
        reply=reply,
    )
    _need_place(turns, client)


def _need_place(turns: Turns, client: Client) -> None:
    """Time that had passed unseen may have ended the group in the very turn in which somebody came."""
    if client.id not in turns.audience:
        raise RefusedError(p.ErrorCode.ENDED, "the session was over by then")


def _banned(link: Link, now: float) -> bool:
    """By the practice, perhaps while nobody was in the session: it then has no event of it."""
    return link.banned_until is not None and link.banned_until > now


def _kept(turns: Turns, seat: Seat, request: p.Resume) -> bool:
    return turns.media.kept_peer(seat.participant, request.peer) is not None


def _name(turns: Turns, seat: Seat, link: Link, request: p.Resume) -> str:
    """What the page says counts only when the server has forgotten, and the link fixes none."""
    return turns.memory.names.get(seat.participant) or (link.name if link.fixed else None) or clean_name(request.name)
