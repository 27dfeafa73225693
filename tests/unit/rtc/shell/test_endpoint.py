"""One peer at the network: what it leaves behind, and whose an address is."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from rtc.core.model import PeerId, Source
from rtc.core.peer import Peer
from rtc.shell.dtls import Certificate, SrtpKeys
from rtc.shell.endpoint import Endpoint
from tests.unit.rtc.core.group import Group

KEYS = SrtpKeys("SRTP_AEAD_AES_128_GCM", bytes(16), bytes(12), bytes(range(16)), bytes(12))


@pytest.fixture
def no_collector() -> Iterator[None]:
    """As in the worker, where the collector never looks at what has lived for a while."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_endpoint() -> tuple[Group, Endpoint]:
    group = Group()
    endpoint = Endpoint(0, group.join(connect=False).peer, Certificate.make(), 0.0)
    endpoint.open(KEYS)
    return group, endpoint


def test_a_peer_that_leaves_takes_its_memory_along(no_collector: None) -> None:
    group, endpoint = open_endpoint()
    other = group.join()
    group.router.connected(0, endpoint.peer, group.batch)
    for viewer, publisher in ((other.id, endpoint.peer.id), (endpoint.peer.id, other.id)):
        group.show(group.people[viewer], "v0", group.people[publisher], Source.CAMERA)
    before = alive(Endpoint), alive(Peer)
    group.router.remove_peer(0, endpoint.peer.id)
    del endpoint, group.people[PeerId(1)]
    assert (alive(Endpoint), alive(Peer)) == (before[0] - 1, before[1] - 1)


def alive(kind: type) -> int:
    """How many there are of it; what is compiled takes no weak references."""
    return sum(type(one) is kind for one in gc.get_objects())


def test_what_is_still_to_be_sent_keeps_its_address_alive(no_collector: None) -> None:
    _, endpoint = open_endpoint()
    destination = weakref.ref(endpoint.destination)
    sink = next(iter(endpoint.peer.slots.values())).sink
    del endpoint, _
    assert sink is not None
    assert destination() is not None
