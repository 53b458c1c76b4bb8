"""Protobuf to answers, and what is asked to protobuf. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.engine import answers as a
from holdfast.engine.facts import Device, Folder
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.media import FileKind, RemoteFile

KINDS: Final[Mapping[FileKind, pb.MediaKind]] = {
    FileKind.IMAGE: pb.IMAGE,
    FileKind.VIDEO: pb.VIDEO,
    FileKind.AUDIO: pb.AUDIO,
    FileKind.VOICE: pb.VOICE,
    FileKind.DOCUMENT: pb.DOCUMENT,
    FileKind.STICKER: pb.STICKER,
}
ACTIVITIES: Final[Mapping[a.Activity, pb.ChatActivity]] = {
    a.Activity.PAUSED: pb.PAUSED,
    a.Activity.TYPING: pb.TYPING,
    a.Activity.RECORDING: pb.RECORDING,
}
CHANGES: Final[Mapping[a.MemberChange, pb.MemberChange]] = {
    a.MemberChange.ADD: pb.ADD,
    a.MemberChange.REMOVE: pb.REMOVE,
    a.MemberChange.PROMOTE: pb.PROMOTE,
    a.MemberChange.DEMOTE: pb.DEMOTE,
}
PLACES: Final[Mapping[a.Place, pb.Place]] = {
    a.Place.SESSIONS: pb.SESSIONS,
    a.Place.QUARANTINE: pb.QUARANTINE,
    a.Place.SNAPSHOTS: pb.SNAPSHOTS,
}
FINDINGS: Final[Mapping[int, a.FindingKind]] = {
    pb.FOLDER_WITHOUT_FILE: a.FindingKind.FOLDER_WITHOUT_FILE,
    pb.KEY_DOES_NOT_OPEN: a.FindingKind.KEY_DOES_NOT_OPEN,
    pb.FILE_DAMAGED: a.FindingKind.FILE_DAMAGED,
    pb.DEVICE_MISSING: a.FindingKind.DEVICE_MISSING,
    pb.KEY_MALFORMED: a.FindingKind.KEY_MALFORMED,
    pb.SIGNED_PRE_KEY_UNSIGNED: a.FindingKind.SIGNED_PRE_KEY_UNSIGNED,
    pb.ACCOUNT_UNSIGNED: a.FindingKind.ACCOUNT_UNSIGNED,
    pb.DEVICE_UNSIGNED: a.FindingKind.DEVICE_UNSIGNED,
    pb.APP_STATE_KEYS_MISSING: a.FindingKind.APP_STATE_KEYS_MISSING,
    pb.SCHEMA_UNKNOWN: a.FindingKind.SCHEMA_UNKNOWN,
}


def device(it: pb.OpenResult) -> Device:
    """The companion device of a session's file."""
    return Device(it.jid, it.lid, it.push_name, it.platform, it.registration_id)


def remote_file(it: pb.UploadResult) -> RemoteFile:
    """Where an uploaded file lies."""
    return RemoteFile(it.direct_path, it.media_key, it.file_sha256, it.file_enc_sha256, it.size_bytes, it.url)


def members(them: Iterable[pb.Member]) -> tuple[a.Member, ...]:
    """Members, in the order of the answer."""
    return tuple(a.Member(it.jid, it.phone, it.lid, it.admin, it.owner, it.whatsapp_code) for it in them)


def group(it: pb.Group) -> a.Group:
    """A group with its members."""
    return a.Group(
        group=it.group,
        subject=it.subject,
        description=it.description,
        owner=it.owner,
        created_ms=it.created_ms,
        announce=it.announce,
        locked=it.locked,
        disappearing_s=it.disappearing_s,
        members=members(it.members),
        join_approval=it.join_approval,
        members_add=it.members_add,
    )


def group_requests(them: Iterable[pb.GroupRequest]) -> tuple[a.GroupRequest, ...]:
    """Who waits for an admin, in the order of the answer."""
    return tuple(a.GroupRequest(members([it.member])[0], it.requested_ms) for it in them)


def group_settings(group: str, wanted: a.GroupSettings) -> pb.GroupSettings:
    """The changes that are named."""
    return pb.GroupSettings(
        group=group,
        description=wanted.description,
        announce=wanted.announce,
        locked=wanted.locked,
        join_approval=wanted.join_approval,
        members_add=wanted.members_add,
        disappearing_s=wanted.disappearing_s,
    )


def registered(it: pb.Registered) -> a.Registered:
    """Whether one number is on WhatsApp."""
    return a.Registered(it.phone, it.registered, it.jid, it.lid)


def own_profile(it: pb.OwnProfile) -> a.OwnProfile:
    """The session's number as others see it."""
    return a.OwnProfile(it.jid, it.lid, it.push_name, it.about, it.picture_id)


def inspection(it: pb.InspectResult) -> a.Inspection:
    """How a session's file was found."""
    findings = tuple(
        a.Finding(FINDINGS.get(found.kind, a.FindingKind.OTHER), found.detail) for found in it.findings
    )
    return a.Inspection(findings, device(it.device) if it.HasField("device") else None, it.digest)


def folders(it: pb.ScanResult) -> tuple[Folder, ...]:
    """The folders of one place."""
    return tuple(
        Folder(each.name, each.wrapped_key, each.session_bytes, each.digest, each.written_ms)
        for each in it.folders
    )
