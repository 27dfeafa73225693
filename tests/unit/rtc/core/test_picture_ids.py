from __future__ import annotations

from rtc.core.picture_ids import PictureIds, fields_of, rewrite
from rtc.wire import vp8


def payload(picture_id: int, tl0: int | None = None, bits: int = 15) -> bytes:
    ids = (0x8000 | picture_id).to_bytes(2, "big") if bits == 15 else bytes((picture_id,))
    if tl0 is None:
        return bytes((0x90, 0x80)) + ids + b"\x01frame"
    return bytes((0x90, 0xE0)) + ids + bytes((tl0, 0x20)) + b"\x01frame"


def patched(ids: PictureIds, data: bytes) -> vp8.Vp8Descriptor:
    changed = bytearray(b"head" + data)
    fields = fields_of(vp8.parse(data), 2)
    if fields is not None:
        rewrite(changed, 2, fields, ids.id_delta, ids.tl0_delta)
    return vp8.parse(bytes(changed[4:]))


def test_the_first_source_goes_through_untouched() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(777, 9)))
    assert patched(ids, payload(777, 9)) == vp8.parse(payload(777, 9))


def test_a_new_source_continues_the_ids() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(0x7FFE, 254)))
    ids.stop(vp8.parse(payload(0x7FFF, 255)))
    ids.sync(vp8.parse(payload(500, 40)))
    first, second = patched(ids, payload(500, 40)), patched(ids, payload(501, 41))
    assert (first.picture_id, first.tl0picidx) == (0, 0)
    assert (second.picture_id, second.tl0picidx) == (1, 1)
    assert second.picture_id_bits == 15


def test_sources_with_and_without_temporal_layers_alternate() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(10, 5)))
    ids.stop(vp8.parse(payload(12, 6)))
    ids.sync(vp8.parse(payload(900)))
    assert patched(ids, payload(900)).picture_id == 13
    ids.stop(vp8.parse(payload(902)))
    ids.sync(vp8.parse(payload(3, 100)))
    again = patched(ids, payload(3, 100))
    assert (again.picture_id, again.tl0picidx) == (16, 7)


def test_a_seven_bit_id_stays_seven_bits_wide() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(10)))
    ids.stop(vp8.parse(payload(300)))
    ids.sync(vp8.parse(payload(5, bits=7)))
    out = patched(ids, payload(5, bits=7))
    assert (out.picture_id, out.picture_id_bits) == (301 & 0x7F, 7)


def test_a_source_without_ids_is_left_alone() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(10)))
    ids.stop(vp8.parse(payload(10)))
    bare = vp8.parse(b"\x10\x01frame")
    ids.sync(bare)
    assert fields_of(bare, 12) is None


def test_frames_that_are_left_out_leave_no_gap() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(0x7FFD, 1)))
    out = []
    for number in range(0x7FFD, 0x7FFD + 9):
        frame = vp8.parse(payload(number & 0x7FFF, 1))
        if number % 2:
            out.append(patched(ids, payload(number & 0x7FFF, 1)).picture_id)
        else:
            ids.drop(frame)
            ids.drop(frame)  # its second packet
    assert out == [0x7FFD, 0x7FFE, 0x7FFF, 0, 1]
    ids.stop(vp8.parse(payload(0x7FFD + 8 & 0x7FFF, 1)))
    ids.sync(vp8.parse(payload(70)))
    assert patched(ids, payload(70)).picture_id == 2


def test_what_is_sent_again_has_the_id_that_it_had() -> None:
    ids = PictureIds()
    ids.sync(vp8.parse(payload(100)))
    before = ids.id_delta_of(vp8.parse(payload(101)))
    ids.drop(vp8.parse(payload(102)))
    between = ids.id_delta_of(vp8.parse(payload(103)))
    ids.drop(vp8.parse(payload(104)))
    assert ids.id_delta_of(vp8.parse(payload(101))) == before
    assert ids.id_delta_of(vp8.parse(payload(103))) == between
    assert ids.id_delta_of(vp8.parse(payload(105))) == ids.id_delta
