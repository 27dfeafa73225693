"""Outgoing media under AES-GCM without libsrtp (`seal.c`), where the C kernel was built: RFC 7714, RFC 3711 4.3.

A library does the cryptography (`gcm.py`). What comes out is what libsrtp gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import structlog
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from rtc.shell import gcm, kernel, libc, srtp

log = structlog.get_logger()

_KEYS: Final = {"SRTP_AEAD_AES_128_GCM": 16, "SRTP_AEAD_AES_256_GCM": 32}  # octets
_SALT: Final = 12  # octets
_KEY_LABEL, _SALT_LABEL = 0, 2  # RFC 3711 4.3.1
_TRIALS: Final = [bytes.fromhex("8060f17b 8041f8d3 5501a0b2") + bytes(range(size)) for size in (0, 5, 255)]

libc.ffi.cdef(
    """
    struct sealer { void *encrypt; struct openssl *openssl; void *context; uint8_t salt[12], unused[4]; };
    struct sealed { struct sealer *sealer; uint64_t next; uint64_t used[17]; uint32_t ssrc, unused; };
    uint32_t sealer_size(void);
    uint32_t sealed_size(void);
    int seal(void *context, void *packet, int *length);
    """
)


class Sealing:
    """What is the same for all keys of a worker."""

    def __init__(self, library: Any, cipher: gcm.Library) -> None:
        """`library`: the C kernel."""
        ffi = libc.ffi
        if (library.sealer_size(), library.sealed_size()) != (ffi.sizeof("struct sealer"), ffi.sizeof("struct sealed")):
            raise ValueError("seal.c and seal.py do not agree")
        self.cipher = cipher
        self.seal = library.seal
        self.seal_address = int(ffi.cast("uintptr_t", ffi.addressof(library, "seal")))


class Sealer:
    """The key of all that leaves for one peer."""

    def __init__(self, sealing: Sealing, profile: str, master: bytes) -> None:
        """`master`: key and salt, as DTLS gives them (RFC 5764 4.2). Raises ValueError if the library refuses them."""
        size = _KEYS[profile]
        self.sealing = sealing
        self.tag = srtp.TAG[profile]
        self._key = sealing.cipher.prepare(derive(master, size, _KEY_LABEL, size))
        self.fields: Any = libc.ffi.new(
            "struct sealer *", {**self._key.fields, "salt": derive(master, size, _SALT_LABEL, _SALT)}
        )

    def __call__(self, ssrc: int) -> Sealed:
        return Sealed(self, ssrc)


class Sealed:
    """A `srtp.Protected`. Once for each SSRC under one key: the second would use the first one's indices again."""

    __slots__ = ("_sealer", "context", "context_address", "protect_address", "tag")

    def __init__(self, sealer: Sealer, ssrc: int) -> None:
        self._sealer = sealer  # keeps alive what C reads
        self.context: Any = libc.ffi.new("struct sealed *", {"sealer": sealer.fields, "ssrc": ssrc})
        self.context_address = int(libc.ffi.cast("uintptr_t", self.context))
        self.protect_address = sealer.sealing.seal_address
        self.tag = sealer.tag


def derive(master: bytes, key_size: int, label: int, size: int) -> bytes:
    """A session key or salt from the master key and salt (RFC 3711 4.3.1 and 4.3.3, RFC 6188, RFC 7714 11)."""
    key, salt = master[:key_size], master[key_size : key_size + _SALT]
    counter = bytearray(salt.ljust(16, b"\0"))  # the salt has 14 octets there, then the counter's two
    counter[7] ^= label
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(counter))).encryptor()
    return encryptor.update(bytes(size))


def make_keyed(compiled: bool) -> srtp.Keyed:
    """Sealed in C if `compiled` asks for it, the profile is AES-GCM and a library here does it; else by libsrtp."""
    sealing = _load() if compiled else None
    if sealing is None:
        return srtp.keyed

    def keyed(profile: str, master: bytes) -> Callable[[int], srtp.Protected]:
        return Sealer(sealing, profile, master) if profile in _KEYS else srtp.keyed(profile, master)

    return keyed


def _load() -> Sealing | None:
    library = kernel.load()
    if library is None:
        return None
    for cipher in gcm.libraries(library):
        sealing = Sealing(library, cipher)
        if all(_agrees(sealing, profile, trial) for profile in _KEYS for trial in _TRIALS):
            return sealing
        log.warning("seal.unusable", library=cipher.name)
    return None


def _agrees(sealing: Sealing, profile: str, trial: bytes) -> bool:
    """With libsrtp, on one packet: an OpenSSL under FIPS rules may refuse nonces that are not its own."""
    master = bytes(range(_KEYS[profile] + _SALT))
    ssrc = int.from_bytes(trial[8:12], "big")
    try:
        ours, theirs = Sealer(sealing, profile, master)(ssrc), srtp.Outbound(profile, master, ssrc)
        return _protect(sealing.seal, ours, libc.ffi, trial) == _protect(srtp.protect, theirs, srtp.ffi, trial)
    except ValueError:
        return False


def _protect(protect: Any, stream: srtp.Protected, ffi: Any, trial: bytes) -> bytes:
    memory, length = ffi.new("unsigned char[]", trial + bytes(stream.tag)), ffi.new("int *", len(trial))
    return b"" if protect(stream.context, memory, length) else bytes(ffi.buffer(memory, length[0]))
