"""What a client asks, as commands of the core: a table, and the few requests that hold words."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from signaling import protocol as p
from signaling.core import commands as c
from signaling.core.errors import RefusedError
from signaling.core.ids import CallId, ConnectionId, ParticipantId
from signaling.core.names import clean_name
from signaling.shell.memory import Memory

# Fields are copied by name; `seed` and `connection` are the server's to say.
PLAIN: Final[dict[type[Struct], type[Struct]]] = {
    p.Publish: c.Publish,
    p.Unpublish: c.Unpublish,
    p.Mute: c.Mute,
    p.Unmute: c.Unmute,
    p.DeclineUnmute: c.DeclineUnmute,
    p.RaiseHand: c.RaiseHand,
    p.LowerHand: c.LowerHand,
    p.StepAway: c.StepAway,
    p.ComeBack: c.ComeBack,
    p.Leave: c.Leave,
    p.CancelHelp: c.CancelHelp,
    p.AnswerCheck: c.AnswerCheck,
    p.AskToStay: c.AskToStay,
    p.Admit: c.Admit,
    p.AdmitExpected: c.AdmitExpected,
    p.Decline: c.Decline,
    p.LockDoor: c.LockDoor,
    p.Remove: c.Remove,
    p.Ban: c.Ban,
    p.MuteOther: c.MuteOther,
    p.MuteAll: c.MuteAll,
    p.StopSource: c.StopSource,
    p.Allow: c.Allow,
    p.Forbid: c.Forbid,
    p.AllowAll: c.AllowAll,
    p.ForbidAll: c.ForbidAll,
    p.AskToUnmute: c.AskToUnmute,
    p.LowerHands: c.LowerHands,
    p.LowerOther: c.LowerOther,
    p.Spotlight: c.Spotlight,
    p.Cover: c.Cover,
    p.Uncover: c.Uncover,
    p.Follow: c.Follow,
    p.PauseGroup: c.PauseGroup,
    p.ResumeGroup: c.ResumeGroup,
    p.StartBreak: c.StartBreak,
    p.EndBreak: c.EndBreak,
    p.TalkPrivately: c.TalkPrivately,
    p.EndPrivate: c.EndPrivate,
    p.Coming: c.Coming,
    p.CloseCall: c.CloseCall,
    p.CheckOn: c.CheckOn,
    p.CloseGroup: c.CloseGroup,
    p.CancelClose: c.CancelClose,
    p.EndGroup: c.End,
    p.TakeOver: c.TakeOver,
    p.TakeSeat: c.TakeSeat,
    p.DropStandby: c.DropStandby,
    p.BackToGroup: c.BackToGroup,
    p.WaitForPartner: c.WaitForPartner,
    p.PlanRooms: c.PlanRooms,
    p.EditPlan: c.EditPlan,
    p.DropPlan: c.DropPlan,
    p.OpenRooms: c.OpenRooms,
    p.ExtendRooms: c.ExtendRooms,
    p.RecallRooms: c.RecallRooms,
    p.MovePeople: c.MovePeople,
    p.KeepApart: c.KeepApart,
    p.KeepTogether: c.KeepTogether,
    p.DropIn: c.DropIn,
    p.CancelDropIn: c.CancelDropIn,
    p.Look: c.Look,
    p.CloseLook: c.CloseLook,
    p.Broadcast: c.Broadcast,
}

K = TypeVar("K", bound=str)
Words = Callable[[Memory], None]
"""Puts the words of a request into the memory, once its command was taken."""


def no_words(_memory: Memory) -> None:
    pass


def command_of(request: p.Request, connection: ConnectionId) -> c.Command:
    """What a request cannot say is told by the server: by which connection it came, and chance."""
    shape = PLAIN[type(request)]
    known = {"connection": connection, "seed": secrets.randbits(32)} | msgspec.structs.asdict(request)
    return shape(**{field: known[field] for field in shape.__struct_fields__})  # type: ignore[return-value]


def with_words(me: ParticipantId, request: p.CallHelp | p.SendBack | p.Rename) -> tuple[c.Command, Words]:
    """Raises RefusedError for a name that is none."""
    match request:
        case p.CallHelp(_, kind, note):
            call, kept = CallId(f"{kind}.{me}"), clean_text(note)
            return c.CallHelp(kind), lambda memory: _note(memory.help_notes, call, kept)
        case p.SendBack(_, participant, note):
            who, kept = ParticipantId(participant), clean_text(note)
            return c.SendBack(who), lambda memory: _note(memory.notes, who, kept)
        case p.Rename(_, participant, name):
            who, alias = ParticipantId(participant), clean_name(name)
            return c.Rename(who), lambda memory: memory.names.update({who: alias})


def _note(notes: dict[K, str], about: K, text: str) -> None:
    """A second call without a note leaves the first one's."""
    if text:
        notes[about] = text


def clean_text(raw: str) -> str:
    """Without controls and direction overrides, which could dress a line up as somebody else's."""
    return "".join(ch for ch in raw if ch in _KEPT or not unicodedata.category(ch).startswith("C")).strip()


def need_text(raw: str) -> str:
    text = clean_text(raw)
    if not text:
        raise RefusedError(p.ErrorCode.BAD_MESSAGE, "there is nothing to read in it")
    return text


_KEPT: Final = "\n\u200c\u200d"  # line breaks, and what joins letters of some scripts and emoji
