"""Slots: small tables for each promise, and all promises together under random rooms."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.core.ids import ParticipantId
from signaling.core.slots import (
    HEADROOM,
    MAX_PAIRS,
    Clear,
    Fill,
    Layout,
    Look,
    Planned,
    Publisher,
    View,
    Wanted,
    plan,
)

ME = ParticipantId("me")
SOUND = {"microphone", "screen_sound"}


def layout(pairs: int) -> Layout:
    return Layout(tuple((f"a{k}", f"v{k}") for k in range(pairs)))


def person(name: str, *sources: str, peer: int | None = -1) -> Publisher:
    number = sum(map(ord, name)) if peer == -1 else peer
    return Publisher(ParticipantId(name), number, frozenset(sources))


def shown(planned: Planned) -> dict[str, tuple[str, str]]:
    return {fill.mid: (fill.participant, fill.source) for fill in planned.layout.shown()}


def test_a_person_takes_one_pair_and_a_screen_another() -> None:
    ana = person("ana", "microphone", "camera", "screen", "screen_sound")
    planned = plan(layout(3), ME, [person("me", "microphone"), ana])
    assert shown(planned) == {
        "a0": ("ana", "microphone"),
        "v0": ("ana", "camera"),
        "a1": ("ana", "screen_sound"),
        "v1": ("ana", "screen"),
    }
    assert planned.told
    assert planned.needed is None


def test_sound_comes_before_pictures() -> None:
    planned = plan(layout(2), ME, [person("ana", "microphone", "camera"), person("leo", "microphone", "camera")])
    assert [fill.mid for fill in planned.fills] == ["a0", "a1", "v0", "v1"]


def test_only_what_is_published_by_a_live_peer_is_attached() -> None:
    planned = plan(layout(3), ME, [person("ana", "camera"), person("leo", "microphone", peer=None)])
    assert shown(planned) == {"v0": ("ana", "camera")}


def test_nothing_new_changes_nothing() -> None:
    room = [person("ana", "microphone", "camera")]
    again = plan(plan(layout(2), ME, room).layout, ME, room)
    assert (again.fills, again.clears, again.told, again.needed) == ([], [], False, None)


def test_pairs_stay_when_others_go_and_are_free_again() -> None:
    ana, leo, mia = (person(name, "microphone") for name in ("ana", "leo", "mia"))
    first = plan(layout(2), ME, [ana, leo])
    second = plan(first.layout, ME, [leo])
    assert second.clears == [Clear("a0")]
    assert shown(second) == {"a1": ("leo", "microphone")}
    third = plan(second.layout, ME, [leo, mia])
    assert shown(third) == {"a0": ("mia", "microphone"), "a1": ("leo", "microphone")}
    assert [fill.mid for fill in third.fills] == ["a0"]


def test_while_a_page_does_not_hear_us_nobody_new_takes_a_pair() -> None:
    ana, leo, mia = (person(name, "microphone", "camera") for name in ("ana", "leo", "mia"))
    away = plan(plan(layout(2), ME, [ana, leo]).layout, ME, [leo, mia], listening=False)
    assert shown(away) == {"a1": ("leo", "microphone"), "v1": ("leo", "camera")}
    assert (away.fills, away.needed) == ([], None)
    back = plan(away.layout, ME, [leo, mia])
    assert shown(back) == shown(away) | {"a0": ("mia", "microphone"), "v0": ("mia", "camera")}


def test_a_new_peer_of_the_same_person_is_attached_without_telling_the_page() -> None:
    before = plan(layout(1), ME, [person("ana", "camera", peer=1)])
    after = plan(before.layout, ME, [person("ana", "camera", peer=2)])
    assert after.fills == [Fill("v0", 2, ParticipantId("ana"), "camera")]
    assert not after.told


def test_who_does_not_fit_is_asked_for_once() -> None:
    room = [person(name, "microphone") for name in ("ana", "leo", "mia")]
    first = plan(layout(1), ME, room)
    assert first.needed == 3 + HEADROOM
    assert plan(first.layout, ME, room).needed is None
    assert plan(first.layout, ME, [*room, person("kim")]).needed == 4 + HEADROOM
    grown = plan(first.layout.answered(layout(5).pairs), ME, room)
    assert shown(grown) == {f"a{k}": (name, "microphone") for k, name in enumerate(("ana", "leo", "mia"))}


def test_a_screen_never_takes_the_pair_of_a_voice() -> None:
    planned = plan(layout(2), ME, [person("ana", "microphone", "screen"), person("leo", "microphone")])
    assert shown(planned) == {"a0": ("ana", "microphone"), "a1": ("leo", "microphone")}
    assert planned.needed == 3 + HEADROOM


def test_a_view_limits_pictures_only() -> None:
    room = [person("ana", "microphone", "camera"), person("leo", "microphone", "camera")]
    everything = plan(layout(2), ME, room)
    both = frozenset({ParticipantId("ana"), ParticipantId("leo")})
    view = View({(ParticipantId("leo"), "camera"): Look(360)}, both)
    viewing = plan(everything.layout.viewing(view), ME, room)
    assert viewing.clears == [Clear("v0")]
    assert set(shown(viewing)) == {"a0", "a1", "v1"}
    nobody = plan(viewing.layout.viewing(View(of=both)), ME, room)
    assert set(shown(nobody)) == {"a0", "a1"}
    came = plan(viewing.layout.viewing(View(of=frozenset({ParticipantId("ana")}))), ME, room)
    assert set(shown(came)) == {"a0", "a1", "v1"}, "who came since is shown until the page says otherwise"


def test_pictures_are_ranked_as_the_page_named_them() -> None:
    ana, leo, mia = (person(name, "microphone", "camera", "screen") for name in ("ana", "leo", "mia"))
    looks = {
        (leo.participant, "camera"): Look(360, front=True),
        (ana.participant, "screen"): Look(1080, front=True),
        (mia.participant, "camera"): Look(180, needed=True),
        (ana.participant, "camera"): Look(90),
        (ana.participant, "microphone"): Look(0),
        (ParticipantId("gone"), "camera"): Look(720),
    }
    view = View(looks, frozenset(p.participant for p in (ana, leo, mia)))
    room = [ana, leo, mia]
    planned = plan(layout(6).viewing(view), ME, room)
    assert planned.ranked == [
        Wanted("v1", 360, "front"),
        Wanted("v3", 1080, "share"),
        Wanted("v2", 180, "needed"),
        Wanted("v0", 90, "rest"),
    ]
    assert plan(planned.layout, ME, room).ranked is None, "once is enough"
    gone = plan(planned.layout, ME, [ana, leo])
    assert gone.ranked is not None
    assert [wanted.mid for wanted in gone.ranked] == ["v1", "v3", "v0"], "who left is in no order"
    assert plan(gone.layout.viewing(View()), ME, [ana, leo]).ranked == []


def test_before_a_view_there_is_no_order() -> None:
    assert plan(layout(2), ME, [person("ana", "camera")]).ranked is None


SOURCES = st.frozensets(st.sampled_from(["microphone", "camera", "screen", "screen_sound"]))
NAMES = [ParticipantId(name) for name in ("me", "ana", "leo", "mia", "kim", "sam")]


@st.composite
def rooms(draw: st.DrawFn) -> list[Publisher]:
    inside = draw(st.lists(st.sampled_from(NAMES), unique=True))
    peers = draw(st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=6, max_size=6))
    return [
        Publisher(name, None if peer is None else peer * 10 + NAMES.index(name), draw(SOURCES))
        for name, peer in zip(inside, peers, strict=False)
    ]


STEPS = st.lists(
    st.tuples(
        rooms(),
        st.integers(0, 10),
        st.one_of(st.none(), st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["camera", "screen"])))),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_the_promises_hold_in_any_history(steps: list[tuple[list[Publisher], int, list | None]]) -> None:
    """Nobody gets themselves, nobody twice, never two on a slot, media only of who is in the room, pairs stay."""
    state = layout(0)
    played: dict[str, Fill] = {}
    pairs = 0
    for room, more, view in steps:
        pairs = max(pairs, more)
        said = View() if view is None else View(dict.fromkeys(view, Look(360)), frozenset(NAMES))
        before = state.answered(layout(pairs).pairs).viewing(said)
        planned = plan(before, ME, room)
        for clear in planned.clears:
            del played[clear.mid]  # nothing is cleared that was not filled
        for fill in planned.fills:
            assert played.get(fill.mid) != fill, "nothing is filled again"
            played[fill.mid] = fill
        state = planned.layout
        _check(room, view, before, planned, played)


def _check(room: list[Publisher], view: list | None, before: Layout, planned: Planned, played: dict[str, Fill]) -> None:
    state = planned.layout
    others = {publisher.participant: publisher for publisher in room if publisher.participant != ME}
    assert {fill.mid: fill for fill in state.shown()} == played, "the changes lead exactly to the layout"
    assert len({(fill.participant, fill.source) for fill in played.values()}) == len(played), "nobody twice"
    for mid, fill in played.items():
        publisher = others[fill.participant]  # not oneself, and in the room
        assert fill.source in publisher.sources
        assert fill.peer == publisher.peer
        assert (fill.source in SOUND) == mid.startswith("a")
        assert fill.source in SOUND or view is None or (fill.participant, fill.source) in view
    assert len(set(state.taken.values())) == len(state.taken), "never two on a pair"
    for occupant, index in before.taken.items():
        assert state.taken.get(occupant, index) == index, "pairs never move"
    _check_complete(others, view, planned, played)


def _check_complete(
    others: dict[ParticipantId, Publisher], view: list | None, planned: Planned, played: dict[str, Fill]
) -> None:
    """With room enough, everybody's sound is there, and every picture that is wanted."""
    wanted = len(others) + sum(bool(p.sources & {"screen", "screen_sound"}) for p in others.values())
    if wanted > len(planned.layout.pairs):
        assert len(planned.layout.taken) == len(planned.layout.pairs), "no pair stays empty while somebody waits"
        assert planned.layout.asked == 0 or planned.layout.asked <= MAX_PAIRS
        return
    got = {(fill.participant, fill.source) for fill in played.values()}
    for publisher in others.values():
        for source in publisher.sources if publisher.peer is not None else ():
            if source in SOUND or view is None or (publisher.participant, source) in view:
                assert (publisher.participant, source) in got
