"""One receive-only m-line of a viewer: an outgoing SSRC that stays continuous whatever is attached to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rtc.core.batch import Sink
from rtc.core.clock import SlotLine
from rtc.core.model import Band, Mid
from rtc.core.munger import Munger
from rtc.core.pacer import Pacer
from rtc.core.picture_ids import PictureIds
from rtc.core.runs import Runs
from rtc.core.thinning import Thinning

if TYPE_CHECKING:
    from rtc.core.subscription import Subscription

# Sent again at most so often: a browser asks up to ten times, the last ones too late to help.
MAX_RESENDS: Final = 6
RESENDS_REMEMBERED: Final = 256  # packets
# A key frame costs everybody's picture quality, so one viewer (or its bad line) may not ask for them all the time.
KEY_FRAME_EVERY: Final = 1.0  # seconds
NOT_RANKED: Final = 1 << 16  # behind all pictures that a page speaks of


class ReceiverClass(NamedTuple):
    """Receivers that can be sent the same bytes but for sequence number, timestamp and SSRC."""

    payload_type: int
    audio_level_id: int | None
    transport_id: int | None = None  # of transport-wide numbers
    red_payload_type: int | None = None  # they get each payload of sound twice, under this one (RFC 2198)
    alone: Slot | None = None  # the only one of its class: not every packet is for it, nor at once


class Slot:
    """Sequence numbers, timestamps and picture ids of one slot for its whole life."""

    def __init__(
        self,
        mid: Mid,
        is_video: bool,
        clock_rate: int,
        ssrc: int,
        rtx_ssrc: int | None,
        rtx_payload_type: int | None,
        receivers: ReceiverClass,
        first_sequence: int,
        red_payload_type: int | None = None,
    ) -> None:
        """`red_payload_type`: its browser takes it, whether or not its `receivers` have it now."""
        self.mid = mid
        self.is_video = is_video
        self.clock_rate = clock_rate
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.rtx_payload_type = rtx_payload_type
        self.red_payload_type = red_payload_type
        self.receivers = receivers
        self.munger = Munger(first_sequence)
        self.pictures = PictureIds()
        self.thinning = Thinning()
        self.pacer: Pacer | None = None  # its viewer's, while the line is narrow
        self.line: SlotLine | None = None
        self.last_timestamp: int | None = None
        self.sink: Sink | None = None  # None until DTLS is done
        self.rtx_sink: Sink | None = None
        self.line_loss = 0.0  # share of what is sent to this viewer, whatever it is, that its line lost lately
        self.blocked = False  # what leaves here would only wait: the peer's line is full
        self.subscription: Subscription | None = None
        self.runs: Runs | None = None  # only with tracing on
        # How the viewer's page shows it: its rank there, device pixels of its tile (0: not said), what goes first.
        self.rank = NOT_RANKED
        self.height = 0
        self.band = Band.REST
        # Totals of ended flows; RFC 3550 6.4.1 counts since the SSRC began.
        self.packets = 0
        self.octets = 0
        self._rtx_sequence = first_sequence
        self._key_frame_asked_at = float("-inf")
        self._resends: dict[int, tuple[int, float]] = {}

    def place(self, captured_at: float | None, first_rtp: int, minimum_step: int) -> int:
        """The outgoing timestamp for a packet captured then: on the slot's line, but always after what was sent.

        None: it is not known when, but right after what was sent.
        """
        last = self.last_timestamp
        if captured_at is None:
            assert last is not None
            return (last + minimum_step) & 0xFFFFFFFF
        if self.line is None:
            self.line = SlotLine(captured_at, self.clock_rate, first_rtp)
        timestamp = self.line.rtp_at(captured_at)
        if last is not None and (timestamp - last - minimum_step) & 0x80000000:
            timestamp = (last + minimum_step) & 0xFFFFFFFF
        return timestamp

    def next_rtx_sequence(self) -> int:
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        return self._rtx_sequence

    def may_resend(self, now: float, number: int, round_trip: float) -> bool:
        """Whether outgoing packet `number` may go again: not too often, not while the last copy is on its way."""
        count, at = self._resends.get(number, (0, float("-inf")))
        if count >= MAX_RESENDS or now - at < min(0.1, round_trip * 0.8):
            return False
        if len(self._resends) >= RESENDS_REMEMBERED:
            del self._resends[next(iter(self._resends))]
        self._resends[number] = (count + 1, now)
        return True

    def may_ask_for_key_frame(self, now: float) -> bool:
        """Whether this viewer's request counts; if so, its next one does a second later."""
        if now - self._key_frame_asked_at < KEY_FRAME_EVERY:
            return False
        self._key_frame_asked_at = now
        return True

    def forget_resends(self) -> None:
        self._resends.clear()
