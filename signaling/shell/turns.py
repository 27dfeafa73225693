"""One turn of a session: a command is decided, stored, applied and told, and only then media is switched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from signaling import protocol as p
from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import LinkHash, short
from signaling.core.lifecycles import Phase
from signaling.core.session import apply, decide, replay
from signaling.core.state import Seat, Session
from signaling.shell.asking import Words, no_words
from signaling.shell.links import Links
from signaling.shell.media import SessionMedia, Signal
from signaling.shell.memory import Memory
from signaling.shell.telling import Audience, Client, Place, places
from signaling.shell.turn import Relay
from signaling.store.store import Store

log = structlog.get_logger()


def _nothing() -> None:
    pass


class Turns:
    """The state of one session and all that hangs on it. Only its actor's task calls."""

    def __init__(
        self,
        session: Session,
        numbers: p.Numbers,
        media: SessionMedia,
        store: Store,
        links: Links,
        clock: Callable[[], float],
        relay: Relay | None,
    ) -> None:
        """`clock`: wall seconds."""
        self.session = session
        self.media = media
        self.memory = Memory()
        self.audience = Audience(self.memory, media, numbers, clock, relay)
        self.now = 0.0
        self.store = store
        self._links = links
        self.clock = clock

    async def take(
        self,
        actor: c.Actor,
        command: c.Command,
        *,
        words: Words = no_words,
        prepare: Callable[[], None] = _nothing,
        reply: Callable[[], None] = _nothing,
    ) -> list[c.Effect]:
        """Raises RefusedError, or the store's error with nothing changed.

        `prepare` is called before media is planned, `reply` after that: what a snapshot says of slots is true when the
        page reads it.
        """
        self.now = max(self.now, self.clock())
        events, effects = decide(self.session, self.now, actor, command)
        if events:
            await self.store.append(self.session.id, self.session.n, events)
        records = _on_links(self.session, events)
        self.session = replay(self.session, events)
        self._remember(events, words)
        for effect in effects:
            if isinstance(effect, c.DropMedia):
                self.media.drop(effect.participant)
        prepare()
        with self._switching() as signals:
            reply()
            self.audience.tell(self.session, signals)
            self._close(effects)
        await self._record(records)
        return effects

    def switch(self) -> None:
        """After a change of media alone."""
        with self._switching() as signals:
            self.audience.tell_media(self.session, signals)

    def place_of(self, client: Client) -> tuple[Seat, Place]:
        """A connection that was replaced meanwhile has no say any more."""
        place = places(self.session).get(client.id)
        if place is None:
            raise RefusedError(p.ErrorCode.NOT_JOINED, "this connection has no seat")
        return self.session.seats[place.who], place

    @contextmanager
    def _switching(self) -> Iterator[list[Signal]]:
        """Pages hear of their room and slots before the engine does: no face ever stands under another's name."""
        signals, changes = self.media.replan(self.session)
        try:
            yield signals
        finally:  # whatever breaks in telling, who was covered is covered
            self.media.apply(changes)

    def _close(self, effects: Iterable[c.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, c.Close):
                client = self.audience.drop(effect.connection)
                if client is not None:
                    client.close(p.ByeReason(effect.reason))

    def _remember(self, events: Sequence[e.Event], words: Words) -> None:
        words(self.memory)
        for event in events:
            if isinstance(event, e.SeatMoved):
                self.memory.moved(event.from_, event.participant)
            elif isinstance(event, e.Renamed):
                self.memory.renamed(self.session.seats[event.participant])
        self.memory.keep(self.session)
        if self.session.phase is Phase.ENDED:
            self.memory.forget()

    async def _record(self, records: Sequence[tuple[LinkHash, e.AgreementAccepted | e.Banned]]) -> None:
        """What outlives the session, on the link's own record."""
        try:
            for link, event in records:
                if isinstance(event, e.AgreementAccepted):
                    await self._links.agreed(link, event.version)
                else:
                    await self._links.ban(link, event.until)
        except Exception:  # the command itself is taken and told
            log.exception("a link's record could not be written", session=short(self.session.id))


def _on_links(before: Session, events: Sequence[e.Event]) -> list[tuple[LinkHash, e.AgreementAccepted | e.Banned]]:
    """By which link the person sat at that moment: what follows in the same turn may end the seat."""
    if not any(isinstance(event, e.AgreementAccepted | e.Banned) for event in events):
        return []
    records = []
    for event in events:
        before = apply(before, event)
        if isinstance(event, e.AgreementAccepted | e.Banned):
            records.append((before.seats[event.participant].link, event))
    return records
