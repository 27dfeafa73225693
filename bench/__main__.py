"""`python -m bench NAME`: one bench a command. Results on stdout, everything else on stderr."""

from __future__ import annotations

import asyncio
import enum
import os
import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from bench import estimate as estimating
from bench import floor as ground
from bench import forward as forwarding
from bench import impair as impairing
from bench import impair_table, rawmove
from bench import latency as delaying
from bench import memory as weighing
from bench import move as moving
from bench import pictures as pages
from bench import plot as drawing
from bench import profile as profiling
from bench import scenes as states
from bench import sweep as sweeping


class Peer(enum.StrEnum):
    JANUS = "janus"


app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def main() -> None:
    """Benches of the media plane and of what people see."""


@app.command()
def forward(
    people: Annotated[int, typer.Option(min=2, max=60, help="Everybody sends to everybody.")] = 20,
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera; audio comes on top.")] = 800,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="The measured window of each round.")] = 8,
    rounds: Annotated[int, typer.Option(min=1, max=50)] = 3,
    compiled: Annotated[
        bool, typer.Option("--compiled/--python", help="With the C kernel, where it was built, or without.")
    ] = True,
    peer: Annotated[
        Peer | None, typer.Option(help="Measure this server too, in alternating rounds. Needs root.")
    ] = None,
    event_loops: Annotated[int, typer.Option(min=0, max=8, help="Janus's threads; 0: one for each connection.")] = 0,
    express: Annotated[
        bool, typer.Option("--express/--no-express", help="Packets that need no look: in C alone, or through Python.")
    ] = True,
    layers: Annotated[
        int, typer.Option(min=1, max=3, help="Encodings of each camera, of which viewers get the lowest.")
    ] = 1,
    sweep: Annotated[
        str | None, typer.Option(help="Groups of these sizes instead, one after the other: 4,8,12")
    ] = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="Search the largest group of which 99.9 % arrive.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """CPU, delivery and latency of one worker on core 0."""
    work = forwarding.Work(people, kbps, seconds, rounds, compiled, event_loops, express, layers)
    try:
        sizes = sweeping.parse_sizes(sweep) if sweep else []
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--sweep") from None
    if layers > 1 and peer is not None:
        raise typer.BadParameter("the two would not do the same work", param_hint="--layers")
    with _own_stdout() as out:
        if largest:
            _print(out, sweeping.largest(work, peer is not None), json)
        elif sizes:
            _print(out, sweeping.sweep(work, sizes, peer is not None), json)
        else:
            _print(out, forwarding.run(work, peer is not None), json)


@app.command()
def plot(
    sweeps: Annotated[list[Path], typer.Argument(exists=True, help="What `forward --sweep --json` wrote, in parts.")],
    svg: Annotated[Path, typer.Option(help="Where the picture goes.")] = Path("docs/pictures/forwarding.svg"),
) -> None:
    """Draws cost and delivery against people."""
    parts = [msgspec.json.decode(path.read_bytes(), type=sweeping.Sweep) for path in sweeps]
    svg.write_text(drawing.draw(drawing.charts_of(sweeping.joined(parts))))


@app.command()
def floor(
    people: Annotated[int, typer.Option(min=2, max=40)] = 20,
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera.")] = 800,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """What the kernel and the crypto alone cost for each packet of `forward`."""
    with _own_stdout() as out:
        _print(out, ground.measure(people, kbps), json)


@app.command()
def latency(
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera; audio comes on top.")] = 800,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="The measured window at each load.")] = 8,
    signaling: Annotated[bool, typer.Option("--busy/--quiet", help="With or without a busy signaling process.")] = True,
    compiled: Annotated[bool, typer.Option("--compiled/--python", help="With or without the C kernel.")] = True,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """Time in the worker at 25, 50 and 75 % of a core."""
    with _own_stdout() as out:
        _print(out, delaying.measure(kbps, seconds, signaling, compiled), json)


@app.command()
def profile(
    people: Annotated[int, typer.Option(min=2, max=40)] = 20,
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera.")] = 800,
    seconds: Annotated[float, typer.Option(min=1, max=600)] = 8,
    compiled: Annotated[bool, typer.Option("--compiled/--python", help="With or without the C kernel.")] = True,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """Where each microsecond goes. Needs perf; with py-spy also which Python functions."""
    with _own_stdout() as out:
        _print(out, profiling.measure(people, kbps, seconds, compiled), json)


@app.command()
def memory(
    people: Annotated[int, typer.Option(min=2, max=40)] = 20,
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera.")] = 800,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """What a person and what a subscription weigh in a worker."""
    with _own_stdout() as out:
        _print(out, weighing.measure(people, kbps), json)


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.1, max=600)] = 30,
    changes: Annotated[int, typer.Option(min=8, max=10_000, help="So often somebody leaves and another comes.")] = 200,
    people: Annotated[int, typer.Option(min=2, max=40, help="At any time.")] = 8,
    kbps: Annotated[float, typer.Option(min=20, max=7000, help="Of each camera.")] = 300,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """Whether a worker's memory stays flat while people come and go. Fails if it does not."""
    with _own_stdout() as out:
        result = weighing.soak(minutes, changes, people, kbps)
        _print(out, result, json)
    raise typer.Exit(0 if result.flat else 1)


@app.command()
def move(
    people: Annotated[int, typer.Option(min=4, max=40, help="An even number; all change partners at once.")] = 6,
    moves: Annotated[int | None, typer.Option(min=1, max=1000, help="40 if not given, 10 with --raw.")] = None,
    rtt: Annotated[float, typer.Option(min=0, max=1000, help="Milliseconds, of each person's own line.")] = 0,
    seed: Annotated[int, typer.Option(help="Who is with whom.")] = 1,
    raw: Annotated[bool, typer.Option("--raw", help="Peers of packets instead of Chromium.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON and nothing else.")] = False,
) -> None:
    """From the facilitator's command to the new partner's first sound and picture."""
    if people % 2:
        raise typer.BadParameter("an odd one would be left alone", param_hint="--people")
    if raw and rtt:
        raise typer.BadParameter("peers of packets have no line of their own", param_hint="--rtt")
    work = rawmove.measure(people, moves or 10, seed) if raw else moving.measure(people, moves or 40, rtt, seed)
    with _own_stdout() as out:
        _print(out, asyncio.run(work), json)


@app.command()
def impair(
    seed: Annotated[int, typer.Option(help="Of the network's chance.")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="These scenarios only.")] = None,
    browser: Annotated[list[impairing.Browser] | None, typer.Option(help="Both if not given.")] = None,
    json: Annotated[bool, typer.Option("--json", help="A line of JSON for each scenario.")] = False,
) -> None:
    """Sound, pictures, adaptation and recovery on bad networks, in stock browsers. Needs root."""
    try:
        impairing.named(only or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--only") from None

    async def run(out: BinaryIO) -> None:
        async for result in impairing.measure(only or (), browser or list(impairing.Browser), seed):
            _print(out, result, json)
            out.flush()

    with _own_stdout() as out:
        asyncio.run(run(out))


@app.command()
def estimate(
    seed: Annotated[int, typer.Option(help="Of the first run; each further run takes the next.")] = 1,
    runs: Annotated[int, typer.Option(min=1, max=100, help="Of each scenario.")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="These scenarios only, by name.")] = None,
    cost: Annotated[bool, typer.Option("--cost", help="What feedback costs instead, in CPU time.")] = False,
    table: Annotated[bool, typer.Option("--table", help="Markdown: the worst of the runs of each scenario.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A line of JSON for each run and nothing else.")] = False,
) -> None:
    """How the estimate of a viewer's line converges and shares, in a seeded simulation of lines of all kinds."""
    unknown = set(only or ()) - estimating.SCENARIOS.keys()
    if unknown:
        raise typer.BadParameter(f"no such scenario: {', '.join(sorted(unknown))}", param_hint="--only")
    with _own_stdout() as out:
        if cost:
            _print(out, estimating.cost(), json)
            return
        found = []
        for name in only or estimating.SCENARIOS:
            for n in range(runs):
                found.append(estimating.run(name, seed + n))
                if not table:
                    _print(out, found[-1], json)
        if table:
            out.write(estimating.table(found).encode() + b"\n")


@app.command("impair-table")
def table_of_impairments(
    results: Annotated[list[Path], typer.Argument(exists=True, help="What `impair --json` wrote, oldest first.")],
) -> None:
    """The table of docs/media-quality.md."""
    told = [line for path in results for line in path.read_bytes().splitlines()]
    print(impair_table.markdown(msgspec.json.decode(line, type=impairing.Result) for line in told), end="")


@app.command()
def pictures(
    folder: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("docs/pictures"),
    people: Annotated[list[int] | None, typer.Option(help="Sizes of the room; 1, 4, 9 and 25 if not given.")] = None,
    scenes: Annotated[
        bool, typer.Option("--scenes", help="Every state of every page instead, without a server.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="These scenes only, by the names of their pictures.")] = None,
) -> None:
    """The pages at phone, tablet and desktop size, each checked by axe-core."""
    if scenes:
        findings = asyncio.run(states.take(folder / "scenes", only or ()))
    else:
        findings = asyncio.run(pages.take(folder, people or pages.COUNTS))
    print(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    raise typer.Exit(1 if findings else 0)


def _print(out: BinaryIO, result: msgspec.Struct, json: bool) -> None:
    text = msgspec.json.encode(result)
    out.write((text if json else msgspec.json.format(text, indent=2)) + b"\n")


def _own_stdout() -> BinaryIO:
    """The real stdout; whatever others print, worker processes included, goes to stderr."""
    sys.stdout.flush()
    real = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return real


if __name__ == "__main__":
    app()
