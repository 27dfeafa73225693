"""A turn of the packet path in one call of C (`relay.c`): Python sees only what needs a look."""

from __future__ import annotations

from rtc.shell import libc
from rtc.shell.express import Express
from rtc.shell.kernel import KernelWriter
from rtc.shell.sending import Sender

libc.ffi.cdef(
    """
    struct relay {
        struct ingest *in; struct outgoing *out; int32_t fd;
        uint32_t segments, count, start, copies, messages, sent, unused; double delay;
    };
    int turn(struct relay *relay, double now);
    int go_on(struct relay *relay);
    """
)


class Relay:
    """What `express` knows a way for goes from the socket to the socket."""

    def __init__(self, fd: int, express: Express, writer: KernelWriter, sender: Sender) -> None:
        self._library = writer.library
        self._sender = sender
        self._fields = libc.ffi.new(
            "struct relay *", {"in": express.fields, "out": writer.fields, "fd": fd, "segments": True}
        )

    def turn(self, now: float) -> int:
        """How many messages came by `now` (seconds, monotonic); of these, `Express.left` need a look."""
        fields = self._fields
        count: int = self._library.turn(fields, now)
        while count < 0:
            self._sender.send_framed(fields.sent, fields.messages, fields.copies)
            fields.segments = self._sender.segments
            count = self._library.go_on(fields)
        return count

    @property
    def delay(self) -> float:
        """Seconds from the kernel's receipt to the send of what was ordinary of the newest; 0: nothing was."""
        delay: float = self._fields.delay
        return delay
