"""A raw RTP peer: real ICE, DTLS and SRTP, but media that is only packets. It costs microseconds where a whole
WebRTC stack costs milliseconds, so it can load a server from one core.

    peer = RawPeer(Identity(), pairs=19)
    answer = await engine.offer(..., peer.offer.text, ...)
    await peer.connect(answer.sdp)
    peer.send(rtp_packet)
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Sequence

from aioice import stun
from pylibsrtp import Session

from bench.lab.dtls import PROFILES, DtlsClient, DtlsError, Identity, Keys
from bench.lab.framed import FramedSocket
from bench.lab.sdp import SENDING, Answer, Credentials, read_answer, write_offer

RETRY = 0.05  # seconds between connectivity checks until one is answered
CONNECT_TIMEOUT = 10.0  # seconds
RECEIVE_BUFFER = 4 * 1024 * 1024  # octets: 0.7 s of 5 Mbit/s with the kernel's own bookkeeping

# RFC 8445 5.1.2.1: host candidate, first component.
_PRIORITY = 126 << 24 | 65535 << 8 | 255


class PeerError(Exception):
    """Not connected in time, or the handshake failed."""


class RawPeer:
    """One person's transport. After `connect`, `socket` is connected and only `send` and the caller touch it."""

    def __init__(
        self,
        identity: Identity,
        pairs: int,
        host: str = "127.0.0.1",
        make_socket: Callable[[int, int], socket.socket] = socket.socket,
        sending: Sequence[tuple[str, str]] = SENDING,
        profiles: Sequence[bytes] = tuple(PROFILES),
        rids: Sequence[str] = (),
        tcp: bool = False,
    ) -> None:
        """`host`: our address, of either family. `profiles`: of SRTP, that DTLS offers. `rids`: of the camera's
        encodings. `tcp`: connect by TCP, as where no UDP comes through.
        """
        self._identity = identity
        self._profiles = profiles
        self._mine = Credentials(secrets.token_hex(4), secrets.token_hex(16), identity.fingerprint)
        self.offer = write_offer(self._mine, pairs, sending, rids)
        self._host, self._make_socket = host, make_socket
        self._open(tcp)
        self._tie_breaker = secrets.randbits(64)
        self.answer: Answer
        self.keys: Keys
        self.sending: Session
        self.receiving: Session

    @property
    def credentials(self) -> Credentials:
        """For who writes an answer in place of our offer."""
        return self._mine

    @property
    def ufrag(self) -> str:
        return self._mine.ufrag

    async def connect(self, answer_sdp: str) -> None:
        """ICE towards the first candidate of our kind in an answer (or offer), then DTLS. Raises PeerError."""
        self.answer = read_answer(answer_sdp)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._reach()
                self.keys = await self._shake_hands()
        except TimeoutError:
            raise PeerError(f"not connected within {CONNECT_TIMEOUT:.0f} s") from None
        except (DtlsError, OSError) as error:
            raise PeerError(str(error)) from error
        self.sending, self.receiving = self.keys.sending(), self.keys.receiving()

    async def move(self, tcp: bool, host: str | None = None) -> None:
        """Leave the present socket, and have a new one nominated: the same person on another path.

        `host`: our address from now on.
        """
        self.socket.close()
        self._host = host or self._host
        self._open(tcp)
        await self._reach()

    def rebind(self) -> None:
        """Leave the present UDP socket for a new one, and say nothing: as when a NAT forgets us."""
        server = self.socket.getpeername()
        self.socket.close()
        self._open(tcp=False)
        self.socket.connect(server)

    def _open(self, tcp: bool) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._outside = self._make_socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self._outside.setblocking(False)
        self._outside.bind((self._host, 0))
        if tcp:
            self.framed = FramedSocket()
            self.socket = self.framed.socket
        else:
            self._outside.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self.socket = self._outside

    async def _reach(self) -> None:
        candidates = self.answer.candidates if self.socket is self._outside else self.answer.passive
        usable = [one for one in candidates if (":" in one[0]) == (":" in self._host)]
        if not usable:
            raise PeerError("the answer has no candidate of this kind")
        if self.socket is self._outside:
            self.socket.connect(usable[0])
        else:
            await self.framed.connect(self._outside, usable[0])
        await self._check()

    def send(self, rtp: bytes) -> bool:
        """Protects and sends; False if the kernel's buffer is full."""
        return self._send(self.sending.protect(rtp))

    def send_rtcp(self, rtcp: bytes) -> bool:
        return self._send(self.sending.protect_rtcp(rtcp))

    def renew_consent(self) -> None:
        """One connectivity check (RFC 7675); its answer comes among the media."""
        self._send(self._binding_request())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            for datagram in self._dtls.close() if hasattr(self, "_dtls") else ():
                self.socket.send(datagram)
        self.socket.close()

    def _send(self, datagram: bytes) -> bool:
        try:
            self.socket.send(datagram)
        except (BlockingIOError, ConnectionRefusedError, BrokenPipeError):
            return False
        return True

    def _binding_request(self) -> bytes:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.answer.ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = _PRIORITY
        request.attributes["ICE-CONTROLLING"] = self._tie_breaker
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.answer.pwd.encode())
        request.add_fingerprint()
        return bytes(request)

    async def _check(self) -> None:
        """Until a check is answered by someone who knows the password."""
        while True:
            self._send(self._binding_request())
            datagram = await self._receive(RETRY)
            if datagram and datagram[0] < 4 and self._hear_stun(datagram):
                return

    def _hear_stun(self, datagram: bytes) -> bool:
        """Whether it is the answer to a check of ours. Checks of the other side are answered: some who call themselves
        ICE-lite make them, and wait with DTLS until then (libnice).
        """
        try:
            message = stun.parse_message(datagram)
            if message.message_class is stun.Class.REQUEST:
                message.check_message_integrity(self._mine.pwd.encode())
                self._send(self._binding_response(message))
                return False
            message.check_message_integrity(self.answer.pwd.encode())
        except ValueError:
            return False
        return message.message_class is stun.Class.RESPONSE

    def _binding_response(self, request: stun.Message) -> bytes:
        response = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = self.socket.getpeername()
        response.add_message_integrity(self._mine.pwd.encode())
        response.add_fingerprint()
        return bytes(response)

    async def _shake_hands(self) -> Keys:
        self._dtls = DtlsClient(self._identity, self.answer.fingerprint, self._profiles)
        outgoing = self._dtls.start()
        while True:
            for datagram in outgoing:
                self._send(datagram)
            if self._dtls.keys:
                return self._dtls.keys
            timeout = self._dtls.next_timeout
            received = await self._receive(1.0 if timeout is None else timeout)
            if received is None:
                outgoing = self._dtls.handle_timeout()
            elif 20 <= received[0] < 64:
                outgoing = self._dtls.receive(received)
            else:
                self._hear_stun(received)
                outgoing = []

    async def _receive(self, patience: float) -> bytes | None:
        """One datagram; None after `patience` seconds."""
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            try:
                return await asyncio.wait_for(loop.sock_recv(self.socket, 2048), left)
            except ConnectionRefusedError:
                await asyncio.sleep(RETRY)
            except TimeoutError:
                break
        return None
