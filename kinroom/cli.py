"""The `kinroom` command. Every option of `serve` is also a setting: KINROOM_PORT=8080 and so on."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from kinroom.config import BOTS_LINK

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="TCP port for pages and messages.", show_default="8080")]
Data = Annotated[Path | None, typer.Option(help="Folder for records and the operator's key.", show_default="data")]
PublicUrl = Annotated[str | None, typer.Option(help="What links begin with, such as https://group.example.org.")]
BehindProxy = Annotated[bool | None, typer.Option("--behind-proxy", help="A proxy ends TLS. Needed beyond loopback.")]
TlsCert = Annotated[Path | None, typer.Option(help="Certificate and chain, PEM.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its key, PEM.")]
Workers = Annotated[int | None, typer.Option(help="Media processes, a core each.", show_default="1")]
MediaHost = Annotated[str | None, typer.Option(help="Address for media.", show_default=":: (all)")]
MediaPort = Annotated[int | None, typer.Option(help="UDP port of the first worker.", show_default="any free one")]
Announce = Annotated[str | None, typer.Option(help="Addresses that browsers send media to, comma-separated.")]
LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error.", show_default="info")]


@app.callback()
def kinroom(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=lambda on: _version(on))] = False,
) -> None:
    """A self-hosted server for live video groups."""


@app.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Make a session and print its links.")] = False,
    bots: Annotated[int, typer.Option(min=0, max=24, help="Synthetic people in the demo session.")] = 0,
    host: Host = None,
    port: Port = None,
    data: Data = None,
    public_url: PublicUrl = None,
    behind_proxy: BehindProxy = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    workers: Workers = None,
    media_host: MediaHost = None,
    media_port: MediaPort = None,
    announce: Announce = None,
    log_level: LogLevel = None,
) -> None:
    """Run the server until SIGTERM."""
    from kinroom import serve as server
    from kinroom.config import Settings
    from kinroom.listening import PortTakenError

    if bots and not demo:
        _fail("--bots belongs to --demo")
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "data": data,
        "public_url": public_url,
        "behind_proxy": behind_proxy,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "workers": workers,
        "media_host": media_host,
        "media_port": media_port,
        "announced": announce,
        "log_level": log_level,
    }
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        server.run(settings, demo=demo, bots=bots)
    except ValidationError as error:
        _fail("\n".join(f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()))
    except (server.NotSafeError, PortTakenError) as error:
        _fail(str(error))


@app.command()
def bots(
    link: Annotated[
        str, typer.Option(envvar=BOTS_LINK, help="A join link. Others on this machine can read what is an argument.")
    ],
    count: Annotated[int, typer.Option(min=1, max=200)] = 1,
    receive: Annotated[
        bool, typer.Option("--receive", help="Also decode what the others send; 0.1 core each.")
    ] = False,
    first: Annotated[int, typer.Option(min=0, help="Number of the first: it decides who they are.")] = 0,
) -> None:
    """Send synthetic people into a session, until SIGTERM."""
    if importlib.util.find_spec("aiortc") is None:
        _fail("the synthetic people need more: pip install kinroom[bots]")
    from kinroom.bots.group import run_bots

    if sys.platform == "win32":
        raise typer.Exit(asyncio.run(run_bots(link, count, receive=receive, first=first)))
    import uvloop

    raise typer.Exit(uvloop.run(run_bots(link, count, receive=receive, first=first)))


def main() -> None:
    app()


def _version(on: bool) -> None:
    if on:
        print(f"kinroom {importlib.metadata.version('kinroom')}")
        raise typer.Exit


def _fail(text: str) -> None:
    print(f"kinroom: {text}", file=sys.stderr)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
