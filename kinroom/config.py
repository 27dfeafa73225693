"""All settings, from `KINROOM_*` environment variables or arguments. The only reader of the environment."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BOTS_LINK: Final = "KINROOM_BOTS_LINK"  # the one variable of `kinroom bots`


# RFC 7065. A page whose browser does not take one of them has no media at all.
_TURN_URL: Final = re.compile(r"turns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\?transport=(udp|tcp))?")


_MAPPED: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")  # an address with a port


def bots_environment(link: str) -> dict[str, str]:
    """For `kinroom bots`. Its link may need no knock, and everybody on the machine may read another's arguments."""
    return {**os.environ, BOTS_LINK: link}


class Settings(BaseSettings):
    """Arguments win over the environment. Raises pydantic's ValidationError, which names the setting."""

    model_config = SettingsConfigDict(env_prefix="KINROOM_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)  # 0: any free port
    data: Path = Path("data")  # kinroom.db and operator.key
    public_url: str | None = None  # what links begin with, e.g. https://group.example.org; None: as the client asked
    behind_proxy: bool = False  # a proxy on this host or network ends TLS and sets X-Forwarded-For and -Proto
    tls_cert: Path | None = None  # PEM, with its chain
    tls_key: Path | None = None

    workers: int = Field(1, ge=1, le=64)  # media processes, one core each
    media_host: str = "::"  # all addresses of both families; 0.0.0.0: those of IPv4
    media_port: int = Field(0, ge=0, le=65535)  # worker i binds media_port + i; 0: any free ports
    # Media over TCP, for networks that let no UDP through: worker i listens on media_tcp_port + i, and browsers are
    # told that number. 0: the numbers of UDP, as bound and as announced.
    media_tcp: bool = True
    media_tcp_port: int = Field(0, ge=0, le=65535)
    # Addresses that browsers send media to, best first, comma-separated: IPv4 or IPv6; IPv4:PORT or [IPv6]:PORT where a
    # router maps ports (worker i on PORT + i). Empty: found by `announced_addresses`.
    announced: Annotated[list[str], NoDecode] = []

    # The relay for who cannot reach the media port, comma-separated: turn:relay.example.org:3478?transport=tcp and
    # turns:relay.example.org:443?transport=tcp. One coturn, with `static-auth-secret`.
    turn_urls: Annotated[list[str], NoDecode] = []
    turn_secret: SecretStr | None = None
    # Seconds that credentials are good for; pages get new ones after half of it. Longer than any group lasts, so that
    # who returns after a night's sleep of the laptop still finds the way.
    turn_ttl: int = Field(43_200, ge=10)

    # Whoever holds the operator's key may make links that lead into a room without a facilitator's word. For tests and
    # benches: refused where anybody but this machine could come.
    open_door: bool = False

    # Statistics say who is on which slot, and who was from when to when. For tests and benches, and refused like
    # `open_door`: nobody who runs a server may see who is with whom.
    trace: bool = False

    log_level: str = "info"

    @field_validator("announced", "turn_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("announced")
    @classmethod
    def _reachable(cls, value: list[str]) -> list[str]:
        for one in value:
            mapped = _MAPPED.fullmatch(one)
            ip_address(mapped[1] or mapped[2] if mapped else one)  # browsers resolve no names in candidates
            if mapped and not 0 < int(mapped[3]) < 65536:
                raise ValueError(f"{one!r} is not ADDRESS:PORT")
        return value

    @field_validator("turn_urls")
    @classmethod
    def _relays(cls, value: list[str]) -> list[str]:
        for one in value:
            if not _TURN_URL.fullmatch(one):
                raise ValueError(f"{one!r} is not turn:HOST:PORT?transport=tcp or turns:HOST:PORT?transport=tcp")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    @model_validator(mode="after")
    def _both_tls_files(self) -> Settings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key belong together")
        return self

    @model_validator(mode="after")
    def _relay_with_secret(self) -> Settings:
        if self.turn_urls and not (self.turn_secret and self.turn_secret.get_secret_value()):
            raise ValueError("turn_urls need turn_secret: the relay takes nobody without credentials")
        return self

    @property
    def on_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def tls(self) -> bool:
        return self.tls_cert is not None
