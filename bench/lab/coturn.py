"""Debian's coturn as a child process: TURN over TLS on 443, opened by the credentials that Kinroom gives to pages.

Set up as docs/operations.md says, but for the files' places: it lives in a folder and a namespace of its own.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from pathlib import Path

from bench.lab.authority import Authority
from bench.lab.child import ended
from bench.lab.netns import Namespace

PORT = 443
LOWEST_RELAY_PORT = 62_000  # above those that the kernel gives out by itself
MOST_RELAYS = 40
START_TIMEOUT = 10.0  # seconds
STOP_TIMEOUT = 3.0  # seconds, then it is killed

_SETTINGS = """\
listening-ip={address}
relay-ip={address}
tls-listening-port={port}
no-udp
no-dtls
no-tcp
cert={certificate}
pkey={key}
no-tlsv1
no-tlsv1_1
realm={host}
use-auth-secret
static-auth-secret={secret}
fingerprint
min-port={lowest}
max-port={highest}
total-quota={most}
max-allocate-lifetime={lifetime}
stale-nonce={lifetime}
no-tcp-relay
no-multicast-peers
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
allowed-peer-ip={peer}
no-cli
no-stdout-log
simple-log
log-file={folder}/coturn.log
pidfile={folder}/coturn.pid
userdb={folder}/turndb
"""


class CoturnError(Exception):
    """It did not start; the text is its log or says what is missing."""


def missing() -> str:
    """Why coturn cannot run here; empty if it can."""
    return "" if shutil.which("turnserver") else "coturn is not installed (apt-get install coturn)"


class Coturn:
    """Start with `async with`. `host`: its name in the certificate; `peer`: the one address that it relays to.

    `lifetime`: seconds after which browsers must renew what they hold of it, each time with credentials.
    """

    def __init__(
        self,
        folder: Path,
        inside: Namespace,
        authority: Authority,
        *,
        host: str,
        address: str,
        peer: str,
        lifetime: int = 3600,
    ) -> None:
        self.secret = secrets.token_hex(16)
        self.url = f"turns:{host}:{PORT}?transport=tcp"
        self.log = folder / "coturn.log"
        self._inside = inside
        self._address = address
        self._settings = folder / "turnserver.conf"
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = authority.issue(host)
        self._settings.write_text(
            _SETTINGS.format(
                address=address,
                port=PORT,
                certificate=certificate,
                key=key,
                host=host,
                secret=self.secret,
                lowest=LOWEST_RELAY_PORT,
                highest=LOWEST_RELAY_PORT + MOST_RELAYS - 1,
                most=MOST_RELAYS,
                lifetime=lifetime,
                peer=peer,
                folder=folder,
            )
        )

    async def __aenter__(self) -> Coturn:
        if why := missing():
            raise CoturnError(why)
        self._process = await asyncio.create_subprocess_exec(
            *self._inside.command("turnserver", "-c", str(self._settings)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await self._until_listening()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await ended(self._process, STOP_TIMEOUT)

    async def _until_listening(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        loop = asyncio.get_running_loop()
        while self._process.returncode is None and time.monotonic() < deadline:
            with self._inside.socket() as probe:
                probe.setblocking(False)
                try:
                    await loop.sock_connect(probe, (self._address, PORT))
                    return
                except OSError:
                    await asyncio.sleep(0.05)
        raise CoturnError(f"coturn does not listen:\n{self.log.read_text()[-4000:] if self.log.exists() else ''}")
