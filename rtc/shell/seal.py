"""Outgoing media under AES-GCM without libsrtp (`seal.c`), where the C kernel was built: RFC 7714, RFC 3711 4.3.

OpenSSL does the cryptography: the one that Python itself was built with. What comes out is what libsrtp gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import structlog
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from rtc.shell import kernel, libc, srtp

log = structlog.get_logger()

# (cipher, octets of the key)
_CIPHERS: Final = {"SRTP_AEAD_AES_128_GCM": ("EVP_aes_128_gcm", 16), "SRTP_AEAD_AES_256_GCM": ("EVP_aes_256_gcm", 32)}
_SALT: Final = 12  # octets
_KEY_LABEL, _SALT_LABEL = 0, 2  # RFC 3711 4.3.1
_TRIAL: Final = bytes.fromhex("8060f17b 8041f8d3 5501a0b2") + b"trial"

libc.ffi.cdef(
    """
    struct openssl { void *init, *update, *final, *control; };
    struct sealer { struct openssl *openssl; void *context; uint8_t salt[12], unused[4]; };
    struct sealed { struct sealer *sealer; uint64_t next; uint64_t used[17]; uint32_t ssrc, unused; };
    uint32_t sealer_size(void);
    uint32_t sealed_size(void);
    int seal(void *context, void *packet, int *length);

    void *EVP_CIPHER_CTX_new(void);
    void EVP_CIPHER_CTX_free(void *context);
    const void *EVP_aes_128_gcm(void);
    const void *EVP_aes_256_gcm(void);
    int EVP_EncryptInit_ex(void *context, const void *cipher, void *engine, const uint8_t *key, const uint8_t *iv);
    int EVP_EncryptUpdate(void *context, uint8_t *out, int *out_size, const uint8_t *in, int in_size);
    int EVP_EncryptFinal_ex(void *context, uint8_t *out, int *out_size);
    int EVP_CIPHER_CTX_ctrl(void *context, int type, int argument, void *pointer);
    """
)


class Sealing:
    """The libraries, once for a worker."""

    def __init__(self, library: Any, openssl: Any) -> None:
        ffi = libc.ffi
        if (library.sealer_size(), library.sealed_size()) != (ffi.sizeof("struct sealer"), ffi.sizeof("struct sealed")):
            raise ValueError("seal.c and seal.py do not agree")
        self.openssl = openssl
        self.seal = library.seal
        self.seal_address = int(ffi.cast("uintptr_t", ffi.addressof(library, "seal")))
        names = ("EVP_EncryptInit_ex", "EVP_EncryptUpdate", "EVP_EncryptFinal_ex", "EVP_CIPHER_CTX_ctrl")
        self.functions = ffi.new("struct openssl *", [ffi.cast("void *", ffi.addressof(openssl, n)) for n in names])


class Sealer:
    """The key of all that leaves for one peer."""

    def __init__(self, sealing: Sealing, profile: str, master: bytes) -> None:
        """`master`: key and salt, as DTLS gives them (RFC 5764 4.2). Raises ValueError if OpenSSL refuses them."""
        ffi, openssl = libc.ffi, sealing.openssl
        cipher, size = _CIPHERS[profile]
        self.sealing = sealing
        self.tag = srtp.TAG[profile]
        self._context = ffi.gc(openssl.EVP_CIPHER_CTX_new(), openssl.EVP_CIPHER_CTX_free)
        key = derive(master, size, _KEY_LABEL, size)
        if openssl.EVP_EncryptInit_ex(self._context, getattr(openssl, cipher)(), ffi.NULL, key, ffi.NULL) != 1:
            raise ValueError("OpenSSL refuses the key")
        self.fields: Any = ffi.new(
            "struct sealer *",
            {
                "openssl": sealing.functions,
                "context": self._context,
                "salt": derive(master, size, _SALT_LABEL, _SALT),
            },
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
    """Sealed in C if `compiled` asks for it, the profile is AES-GCM and this OpenSSL does it; else by libsrtp."""
    sealing = _load() if compiled else None
    if sealing is None:
        return srtp.keyed

    def keyed(profile: str, master: bytes) -> Callable[[int], srtp.Protected]:
        return Sealer(sealing, profile, master) if profile in _CIPHERS else srtp.keyed(profile, master)

    return keyed


def _load() -> Sealing | None:
    library = kernel.load()
    if library is None:
        return None
    try:
        sealing = Sealing(library, _open_openssl())
    except (ImportError, OSError, AttributeError) as error:
        log.info("seal.no_openssl", error=type(error).__name__)  # in a Python that was linked statically, for instance
        return None
    return sealing if all(_agrees(sealing, profile) for profile in _CIPHERS) else None


def _open_openssl() -> Any:
    """What Python's own module was linked to. Raises ImportError, OSError or AttributeError where that is nothing."""
    import _hashlib

    return libc.ffi.dlopen(_hashlib.__file__)


def _agrees(sealing: Sealing, profile: str) -> bool:
    """With libsrtp, on one packet: an OpenSSL under FIPS rules may refuse nonces that are not its own."""
    master = bytes(range(_CIPHERS[profile][1] + _SALT))
    try:
        ssrc = int.from_bytes(_TRIAL[8:12], "big")
        ours, theirs = Sealer(sealing, profile, master)(ssrc), srtp.Outbound(profile, master, ssrc)
        agrees = _protect(sealing.seal, ours, libc.ffi) == _protect(srtp.protect, theirs, srtp.ffi)
    except ValueError:
        agrees = False
    if not agrees:
        log.warning("seal.unusable", profile=profile)
    return agrees


def _protect(protect: Any, stream: srtp.Protected, ffi: Any) -> bytes:
    memory, length = ffi.new("unsigned char[64]", _TRIAL), ffi.new("int *", len(_TRIAL))
    return b"" if protect(stream.context, memory, length) else bytes(ffi.buffer(memory, length[0]))
