"""An evening of pairs in a group of six, from two taps to the recall: one facilitator, one of six in Firefox.

The parts are functions, in the order in which they happen; the story is at the end. Cameras are on in two of the three
pairs only, and small: every page decodes one picture.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from bench.lab.browsers import SMALL, Browsers, Page
from bench.lab.netns import ADDRESS, Namespace
from bench.lab.server import Server
from tests.browser.evening import says
from tests.browser.ledger import Ledger, together
from tests.browser.people import IN_THE_ROOM, Person
from tests.browser.quiet import LISTEN, NOTHING, noticed, watch

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

LAPTOP = (1280, 720)
WINDOW = (640, 480)
CAMERA = (160, 90, 5)
AT_ONCE = 3  # pages that open at the same time

IN_WITHIN = 1.0  # seconds from the second tap to the last one in a pair
ANNOUNCED = 2.5  # seconds between the words and the tile of who drops in, at least
BACK_WITHIN = 3.0  # seconds from a reload to the same pair

ROOM = "kinroom.store.roomView.value"
LIVE = "store.pictures.value.get('ID/camera')?.state === 'live'"
PLACE_HAL = "(who) => kinroom.store.act({ type: 'move_people', moves: [[who, 'pair.3']], anyway: false })"
NAMES = "kinroom.store.people.value.map((person) => person.name).sort().join()"
VOLUMES = (
    """[...document.querySelectorAll("audio")].filter((one) => one.srcObject && !one.muted).map((one) => one.volume)"""
)

# But for restarts of ICE: they answer a path that was silent for 1.5 s, as one may be where eight browsers share two
# cores.
COUNT_OFFERS = """() => {
  const set = RTCPeerConnection.prototype.setLocalDescription;
  const ufrag = ({ sdp }) => sdp.match(/^a=ice-ufrag:(\\S+)/m)?.[1];
  window.offers = 0;
  RTCPeerConnection.prototype.setLocalDescription = function (description) {
    const current = this.currentLocalDescription;
    if (!current || ufrag(description) === ufrag(current)) window.offers++;
    return set.call(this, description);
  };
}"""

# The last real tap on this page.
NOTE_TAP = """void addEventListener("click", () => (window.tappedAt = Date.now()), { capture: true })"""


class Group:
    """Ana leads; Ben and Cleo, Dee and Finn, Eli and Gia are to be pairs; Hal comes late."""

    def __init__(self, browsers: Browsers, server: Server) -> None:
        self.server = server
        self.ledger: Ledger
        self.pages: list[Page] = []
        self.tokens: list[str] = []
        self.by_name: dict[str, Person] = {}
        self._browsers = browsers
        self._room = asyncio.Semaphore(AT_ONCE)

    def __getitem__(self, names: str) -> list[Person]:
        return [self.by_name[name] for name in names.split()]

    @property
    def everybody(self) -> list[Person]:
        return list(self.by_name.values())

    async def come(self, name: str, link: str) -> None:
        """As a person does it, camera off, and muted: seven microphones in one room are a load of their own."""
        async with self._room:
            person = await self.at_the_door(name, link)
            await person.press_join()
            await person.be_in(40)

    async def at_the_door(self, name: str, link: str) -> Person:
        page = await (self._browsers.firefox() if name == "Finn" else self._browsers.chromium(fps=CAMERA[2]))
        self.pages.append(page)
        person = self.by_name[name] = Person(page, name)
        await page.viewport(*(LAPTOP if name == "Ana" else WINDOW))
        await page.inject(SMALL, *CAMERA)
        await person.open(link)
        await page.click(".mirror [data-action=camera]")
        await page.click(".mirror [data-action=mute]")
        await page.call(LISTEN)
        await page.call(COUNT_OFFERS)
        return person

    async def go(self) -> None:
        for page in self.pages:
            await page.close()


@pytest_asyncio.fixture(loop_scope="session")
async def group(browsers: Browsers, inside: Namespace, tmp_path: Path) -> AsyncIterator[Group]:
    async with Server(tmp_path / "data", inside, announce=ADDRESS, media_host=ADDRESS, trace=True) as server:
        one = Group(browsers, server)
        try:
            yield one
        finally:
            await one.go()


@asynccontextmanager
async def followed(ledger: Ledger) -> AsyncIterator[None]:
    following = asyncio.create_task(ledger.follow())
    try:
        yield
        assert not following.done(), following
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def all_are(people: Iterable[Person], condition: str, within: float = 10.0) -> None:
    await asyncio.gather(*(person.page.wait_for(condition, within) for person in people))


async def moments(people: Sequence[Person], condition: str, within: float = 15.0) -> list[float]:
    """Wall seconds of when it became true on each page."""
    found = await asyncio.gather(*(person.moment(condition, within) for person in people))
    assert None not in found, [person.name for person, at in zip(people, found, strict=True) if at is None]
    return [at for at in found if at is not None]


async def offers(people: Iterable[Person]) -> list[int]:
    """Since the page came. A newcomer may cost one, and a reload begins anew."""
    return await asyncio.gather(*(person.page.evaluate("window.offers") for person in people))


async def press(person: Person, selector: str) -> None:
    """As soon as it is there. Where lists change by themselves a button may have moved on before a pointer is there."""
    found = f"document.querySelector({json.dumps(selector)})"
    await person.page.wait_for(f"((it) => (it?.click(), it !== null))({found})")


# --- the group, and its pairs -----------------------------------------------------------------------------------------


async def everybody_comes(group: Group) -> str:
    """The link for whoever comes late."""
    made = await group.server.create_session(7, links=[{"roles": ["facilitator"]}])
    shared, leading = made.links
    group.tokens = [link.token for link in made.links]
    group.ledger = Ledger(group.server, made.session)
    names = ("Ana", "Finn", "Ben", "Cleo", "Dee", "Eli", "Gia")
    await asyncio.gather(*(group.come(name, leading.url if name == "Ana" else shared.url) for name in names))
    await all_are(group.everybody, "kinroom.store.people.value.length === 7")
    return shared.url


async def two_taps_open_three_pairs(group: Group) -> None:
    (ana,) = group["Ana"]
    partners = [group["Ben Cleo"], group["Dee Finn"], group["Eli Gia"]]
    people = [person for pair in partners for person in pair]
    await ana.page.evaluate(NOTE_TAP)
    await ana.page.click("[data-action=pairs]")
    # Chance has made three pairs; this story needs these.
    await ana.page.wait_for("kinroom.store.board.value?.plan.length === 3")
    plan = [[person.id for person in pair] for pair in partners]
    await ana.page.call("(rooms) => kinroom.store.act({ type: 'edit_plan', rooms })", plan)
    async with group.ledger.becomes(together([ana], *partners)):
        watched = asyncio.create_task(moments(people, "store.roomView.value?.kind === 'pair'"))
        await all_are(people, "true")  # each has begun to watch
        await ana.page.click("[data-action=open-rooms]")
        arrived = await watched
    took = max(arrived) - await ana.page.evaluate("window.tappedAt") / 1000
    assert took < IN_WITHIN, f"the last one was in a pair after {took:.2f} s"
    for one, other in partners:
        for person, partner in ((one, other), (other, one)):
            await person.page.wait_for(f"document.querySelector('h1').innerText === 'You and {partner.name}'")


async def help_from_one_pair_is_noticed_by_no_other(group: Group) -> None:
    """While nobody speaks yet."""
    (ana,), (eli, gia), others = group["Ana"], group["Eli Gia"], group["Ben Cleo Dee Finn"]
    await watch(others)
    await eli.page.click("[data-action=private-help]")
    await ana.page.wait_for("document.querySelector('.calls [data-kind=private]')")
    await says(eli, "Your facilitators have been told. Stay here.")
    assert not await gia.page.evaluate(f"kinroom.store.people.value.find(({{ id }}) => id === '{eli.id}').calling")
    await press(ana, ".calls [data-kind=private] [data-action=coming]")
    await says(eli, "Ana has seen this and is coming.")
    await eli.page.click("[data-action=take-back]")
    await eli.page.click(".control[data-action=come]")
    await gia.page.wait_for(f"kinroom.store.people.value.find(({{ id }}) => id === '{eli.id}').calling")
    await ana.page.wait_for("document.querySelector('.calls [data-kind=come]')")
    for other in others:
        assert await noticed(other) == NOTHING, f"{other.name} noticed"


async def they_talk(group: Group) -> None:
    for person in group["Ana Ben Cleo Dee Finn Eli Gia"]:
        await person.page.click(".control[data-action=mute]")
    for person in group["Ben Cleo Dee Finn"]:
        await person.page.click(".control[data-action=camera]")
    for one, other in (group["Ben Cleo"], group["Dee Finn"]):
        await one.see([other])
        await other.see([one])
    await group.ledger.agree(group.everybody)


# --- the facilitator --------------------------------------------------------------------------------------------------


async def ana_drops_in_and_goes_back(group: Group) -> None:
    (ana,), pair = group["Ana"], group["Dee Finn"]
    main = group.ledger.now
    visit = together(group["Ben Cleo"], [ana, *pair], group["Eli Gia"])
    async with group.ledger.becomes(visit):
        words = asyncio.create_task(moments(pair, "store.roomView.value.coming.length > 0"))
        tile = asyncio.create_task(moments(pair, f"store.people.value.some((person) => person.id === '{ana.id}')"))
        await press(ana, "[data-room='pair.2'] [data-action=drop-in]")
        for person in pair:
            await says(person, "Ana is coming into your room.")
        for said, seen in zip(await words, await tile, strict=True):
            assert seen - said > ANNOUNCED, "words first"
    await says(ana, "Your voice: Pair 2")
    await group.ledger.agree(group.everybody)
    async with group.ledger.becomes(main):
        await press(ana, "[data-action=back-to-main]")
        await ana.page.wait_for(f"{ROOM}.kind === 'main'")
    assert await ana.page.evaluate("kinroom.store.muted.value"), "back in the main room, nobody is heard by surprise"
    await says(ana, "Your voice: Main room (muted)")


async def ana_looks_at_a_pair(group: Group) -> None:
    (ana,), pair = group["Ana"], group["Ben Cleo"]
    closed = group.ledger.now
    sees = frozenset((ana.id, person.id, "camera") for person in pair)
    async with group.ledger.becomes(closed | sees):
        told = asyncio.create_task(moments(pair, "store.roomView.value.watched.length > 0"))
        shown = asyncio.create_task(moments([ana], LIVE.replace("ID", pair[0].id)))
        await all_are([ana, *pair], "true")
        await press(ana, "[data-room='pair.1'] [data-action=see]")
        for person in pair:
            await says(person, "Ana can see you.")
        assert max(await told) < min(await shown), "words first"
        await ana.see(pair)
    await group.ledger.agree(group.everybody)
    async with group.ledger.becomes(closed):
        await press(ana, "[data-room='pair.1'] [data-action=close-look]")
        await all_are(pair, f"{ROOM}.watched.length === 0")


async def ana_speaks_to_everyone(group: Group) -> None:
    (ana,), people = group["Ana"], group["Ben Cleo Dee Finn Eli Gia"]
    await press(ana, "[data-action=message-all]")
    await ana.page.type("dialog input[name=message]", "Five more minutes.")
    await ana.page.press("Enter")
    for person in people:
        await says(person, "Five more minutes.")
    before = group.ledger.now
    hears = frozenset((person.id, ana.id, "microphone") for person in people)
    async with group.ledger.becomes(before | hears):
        await press(ana, "[data-action=broadcast]")
        for person in people:
            await says(person, "Ana is speaking to everyone.")
    await says(ana, "Your voice: Everyone")
    for person in people:
        volumes = await person.page.evaluate(VOLUMES)
        assert sorted(set(volumes)) == [pytest.approx(0.3), 1], f"{person.name}: the partner is lowered, never replaced"
    await group.ledger.agree(group.everybody)
    async with group.ledger.becomes(before):
        await press(ana, "[data-action=broadcast]")
        await all_are(people, f"{ROOM}.broadcast === null")
    assert await ana.page.evaluate("kinroom.store.muted.value"), "muted again, as before"


# --- lines that drop, and who comes late ------------------------------------------------------------------------------


async def a_reload_leads_back_into_the_same_pair(group: Group) -> None:
    ben, cleo = group["Ben Cleo"]
    told = asyncio.create_task(moments([cleo], "store.roomView.value.alone !== null"))
    await all_are([cleo], "true")
    started = time.monotonic()
    await ben.page.reload()
    await ben.page.wait_for(f"window.kinroom && {ROOM}?.id === 'pair.1'")
    took = time.monotonic() - started
    assert took < BACK_WITHIN, f"back after {took:.1f} s"
    assert await ben.page.evaluate("kinroom.store.me.value") == ben.id
    await told
    await all_are([cleo], f"{ROOM}.alone === null")
    await ben.page.wait_for(IN_THE_ROOM, 20)


async def who_comes_late_is_never_alone(group: Group, link: str) -> None:
    (ana,), (eli, gia) = group["Ana"], group["Eli Gia"]
    hal = await group.at_the_door("Hal", link)
    await hal.press_join()
    await says(hal, "The group is in pairs. Ana will place you.")
    assert await hal.page.evaluate("kinroom.store.people.value.length") == 0
    hal.id = await hal.page.evaluate("kinroom.store.me.value")
    trio = together([ana], group["Ben Cleo"], group["Dee Finn"], [eli, gia, hal])
    async with group.ledger.becomes(trio):
        await ana.page.wait_for(f"document.querySelector(\"[data-late='{hal.id}']\")")
        await ana.page.call(
            "(who) => kinroom.store.act({ type: 'move_people', moves: [[who, 'pair.3']], anyway: false })", hal.id
        )
        await hal.be_in(20)
    for person in (eli, gia, hal):
        await person.page.wait_for(f"{NAMES} === 'Eli,Gia,Hal'")


async def one_is_moved_by_hand(group: Group) -> None:
    (ana, ben, cleo), (eli, gia, hal) = group["Ana Ben Cleo"], group["Eli Gia Hal"]
    async with group.ledger.becomes(together([ana], [ben, cleo, hal], group["Dee Finn"], [eli, gia])):
        await press(ana, f"[data-room='pair.3'] [data-person='{hal.id}'] button")
        await press(ana, "[data-action=move]")
        await press(ana, "[data-action=move-to][data-to='pair.1']")
        await hal.page.wait_for(f"{NAMES} === 'Ben,Cleo,Hal'")
    await says(hal, "Ben and Cleo")
    await group.ledger.agree(group.everybody)


# --- back -------------------------------------------------------------------------------------------------------------


async def everybody_is_called_back(group: Group) -> None:
    """With cameras off, and two voices, which is what two cores can bring to eight."""
    (ana,) = group["Ana"]
    for person in group["Ben Cleo Dee Finn Hal"]:
        if await person.page.evaluate("kinroom.store.cameraOn.value"):
            await person.page.click(".control[data-action=camera]")
        if not await person.page.evaluate("kinroom.store.muted.value"):
            await person.page.click(".control[data-action=mute]")
    people = [person for person in group.everybody if person is not ana]
    async with group.ledger.becomes(together(group.everybody)):
        await ana.page.evaluate("kinroom.store.act({ type: 'recall_rooms', seconds: 4 })")
        await all_are(people, f"{ROOM}.round === 'recalling'")
        await all_are(people, f"{ROOM}.kind === 'main'", 15)
    await all_are(group.everybody, "kinroom.store.people.value.length === 8")
    await group.ledger.agree(group.everybody, 20)


async def test_an_evening_of_pairs(group: Group) -> None:
    link = await everybody_comes(group)
    everybody = group.everybody
    negotiated = await offers(everybody)
    async with followed(group.ledger):
        async with group.ledger.becomes(together(group.everybody)):
            pass
        await two_taps_open_three_pairs(group)
        await help_from_one_pair_is_noticed_by_no_other(group)
        await they_talk(group)
        await ana_drops_in_and_goes_back(group)
        await ana_looks_at_a_pair(group)
        await ana_speaks_to_everyone(group)
        assert await offers(everybody) == negotiated, "a move changes forwarding only"
        await a_reload_leads_back_into_the_same_pair(group)
        await who_comes_late_is_never_alone(group, link)
        await one_is_moved_by_hand(group)
        await everybody_is_called_back(group)
        await group.ledger.never_others()
    for page in group.pages:
        assert page.errors == []
        asked = " ".join(url.partition("#")[0] for url in page.requests)
        assert not [word for word in (*group.tokens, *group.by_name) if word in asked]
