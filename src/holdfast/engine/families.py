"""What can be asked of an engine of version 2 beside connecting and sending, by family.

Every method raises EngineUnreachable without an engine, EngineOutdated when the running one is older,
NotConnected (nothing was done), EngineStorageFailed, RateLimited, and CommandRefused whose `error_code` says
why: `unanswered` may be asked again, and of an act nobody knows whether it was done.
"""

from collections.abc import Awaitable, Callable, Sequence

from holdfast.engine import answers as a
from holdfast.engine import translate_answers as translate
from holdfast.engine import translate_history
from holdfast.engine.connection import result_of
from holdfast.engine.facts import Device, Folder
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.media import FileKind, RemoteFile

#: Carries one command to an engine of version 2 and returns its result.
Ask = Callable[[pb.Command], Awaitable[pb.Result]]


class Files:
    """Uploads and downloads of files under media/ of the data folder, beside everything else.

    Progress comes as facts under the `transfer_id`, which the caller chooses, unique among the running ones.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def upload(self, session_id: str, transfer_id: str, file: str, kind: FileKind) -> RemoteFile:
        """Put a file on WhatsApp's servers, encrypted. Raises CommandRefused `not_found`, `cancelled`."""
        wanted = pb.Upload(transfer_id=transfer_id, file=file, kind=translate.KINDS[kind])
        result = await self._ask(pb.Command(session_id=session_id, upload=wanted))
        return translate.remote_file(result_of(result, "upload"))

    async def download(
        self,
        session_id: str,
        transfer_id: str,
        remote: RemoteFile,
        kind: FileKind,
        file: str,
        *,
        max_bytes: int = 0,
    ) -> int:
        """Fetch a file; it appears under its name when it is whole, verified and durable. Its length.

        Raises CommandRefused `media_gone`, `media_broken`, `too_large`, `cancelled`.
        """
        wanted = pb.Download(
            transfer_id=transfer_id,
            file=file,
            kind=translate.KINDS[kind],
            direct_path=remote.direct_path,
            media_key=remote.media_key,
            file_sha256=remote.file_sha256,
            file_enc_sha256=remote.file_enc_sha256,
            max_bytes=max_bytes,
        )
        result = await self._ask(pb.Command(session_id=session_id, download=wanted))
        return int(result_of(result, "download").size_bytes)

    async def cancel(self, session_id: str, transfer_id: str) -> None:
        """End a transfer; one that is over is none of anybody's concern."""
        await self._ask(pb.Command(session_id=session_id, cancel=pb.Cancel(transfer_id=transfer_id)))


class Questions:
    """What WhatsApp knows. Changes nothing, may be repeated."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def _query(self, session_id: str, query: pb.Query) -> pb.QueryResult:
        result = await self._ask(pb.Command(session_id=session_id, query=query))
        found: pb.QueryResult = result_of(result, "query")
        return found

    async def on_whatsapp(self, session_id: str, phones: Sequence[str]) -> tuple[a.Registered, ...]:
        """Which numbers are on WhatsApp, in the order of asking; digits with country code, 256 at most."""
        found = await self._query(session_id, pb.Query(on_whatsapp=pb.OnWhatsAppQuery(phones=phones)))
        return tuple(map(translate.registered, found.on_whatsapp.registered))

    async def history(self, session_id: str, offer: bytes, start: int) -> a.History:
        """A piece of what the phone offered, from a place on. May be asked again.

        Raises CommandRefused when the engine cannot open it.
        """
        query = pb.Query(history=pb.HistoryQuery(notification=offer, start=start))
        return translate_history.history(session_id, (await self._query(session_id, query)).history)

    async def picture(self, session_id: str, of: str, *, preview: bool = False) -> a.Picture | None:
        """The picture of a person or group, None if there is none. Raises CommandRefused `not_allowed`."""
        query = pb.Query(picture=pb.PictureQuery(of=of, preview=preview))
        found = (await self._query(session_id, query)).picture
        return a.Picture(found.id, found.url) if found.id else None

    async def about(self, session_id: str, of: str) -> str:
        """What a person says about themselves; empty if nothing, or if it is hidden."""
        return (await self._query(session_id, pb.Query(about=pb.AboutQuery(of=of)))).about.text

    async def own_profile(self, session_id: str) -> a.OwnProfile:
        """The session's number as others see it."""
        found = await self._query(session_id, pb.Query(own_profile=pb.OwnProfileQuery()))
        return translate.own_profile(found.own_profile)

    async def ping(self, session_id: str) -> int:
        """How many milliseconds WhatsApp took to say that it is there.

        Raises NotConnected, WhatsAppUnanswered, EngineUnreachable, EngineOutdated.
        """
        found = await self._query(session_id, pb.Query(ping=pb.PingQuery()))
        return int(found.pong.took_ms)

    async def blocked(self, session_id: str) -> tuple[a.Member, ...]:
        """Whom the session's number has blocked."""
        found = await self._query(session_id, pb.Query(block_list=pb.BlockListQuery()))
        return translate.members(found.block_list.members)


class Acts:
    """What others see."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def _act(self, session_id: str, act: pb.Act) -> pb.ActResult:
        result = await self._ask(pb.Command(session_id=session_id, act=act))
        done: pb.ActResult = result_of(result, "act")
        return done

    async def show_activity(self, session_id: str, chat: str, activity: a.Activity) -> None:
        """Show in a chat that this side types, records or stopped."""
        wanted = pb.ChatPresence(chat=chat, activity=translate.ACTIVITIES[activity])
        await self._act(session_id, pb.Act(chat_presence=wanted))

    async def show_presence(self, session_id: str, *, available: bool) -> None:
        """Be seen online, or not. Raises CommandRefused `not_allowed` while the number has no name."""
        await self._act(session_id, pb.Act(presence=pb.Presence(available=available)))

    async def watch_presence(self, session_id: str, person: str) -> None:
        """Hear, as notices, when a person comes online, leaves, types. Until the connection ends."""
        await self._act(session_id, pb.Act(watch_presence=pb.WatchPresence(person=person)))

    async def ask_older(
        self, session_id: str, chat: str, message_id: str, *, from_me: bool, timestamp_ms: int, count: int
    ) -> None:
        """Ask the session's own phone for what was said before a message: it offers history, or nothing."""
        wanted = pb.OlderHistory(
            chat=chat, message_id=message_id, from_me=from_me, timestamp_ms=timestamp_ms, count=count
        )
        await self._act(session_id, pb.Act(older_history=wanted))

    async def ask_again(self, session_id: str, chat: str, sender: str, message_id: str) -> None:
        """Ask the session's own phone for a message that could not be read: it arrives, or nothing comes."""
        wanted = pb.MessageAgain(chat=chat, sender=sender, message_id=message_id)
        await self._act(session_id, pb.Act(message_again=wanted))

    async def mark_read(
        self, session_id: str, chat: str, sender: str, message_ids: Sequence[str], timestamp_ms: int
    ) -> None:
        """Tell the sender that messages were read. `sender` is needed in groups."""
        wanted = pb.MarkRead(chat=chat, sender=sender, message_ids=message_ids, timestamp_ms=timestamp_ms)
        await self._act(session_id, pb.Act(mark_read=wanted))

    async def ask_for_media(
        self, session_id: str, chat: str, sender: str, message_id: str, *, from_me: bool, media_key: bytes
    ) -> str:
        """Have the session's own phone put a message's file on WhatsApp's servers again; its new direct path.

        `sender` is needed in groups. Takes as long as the phone does, 20 s at most. Raises CommandRefused
        `media_gone` when the phone does not have it either, `unanswered` while the phone is away.
        """
        wanted = pb.MediaAgain(
            message_id=message_id, chat=chat, sender=sender, from_me=from_me, media_key=media_key
        )
        done = await self._act(session_id, pb.Act(media_again=wanted))
        return done.media_placed.direct_path

    async def create_group(self, session_id: str, subject: str, members: Sequence[str]) -> a.Group:
        """Make a group; members that could not be added carry WhatsApp's number."""
        wanted = pb.GroupCreate(subject=subject, members=members)
        return translate.group((await self._act(session_id, pb.Act(group_create=wanted))).group)

    async def set_profile(
        self, session_id: str, *, push_name: str | None = None, about: str | None = None
    ) -> None:
        """Change the session's own profile; None stays as it is."""
        await self._act(session_id, pb.Act(set_profile=pb.SetProfile(push_name=push_name, about=about)))

    async def set_picture(self, session_id: str, jpeg: bytes, *, group: str = "") -> str:
        """Change the session's own picture, or a group's; no bytes remove it. The new picture's id.

        Raises CommandRefused `not_allowed`, `invalid_argument` for what is no JPEG of at most 1 MiB.
        """
        done = await self._act(session_id, pb.Act(set_picture=pb.SetPicture(group=group, jpeg=jpeg)))
        return done.picture.id

    async def block(self, session_id: str, person: str, *, blocked: bool) -> None:
        """Block somebody, or no longer."""
        await self._act(session_id, pb.Act(block=pb.Block(person=person, blocked=blocked)))

    async def reject_call(self, session_id: str, caller: str, call_id: str) -> None:
        """Reject a call that rings; one that is over is none of anybody's concern."""
        wanted = pb.RejectCall(call_id=call_id)
        setattr(wanted, "from", caller)
        await self._act(session_id, pb.Act(reject_call=wanted))


class Credentials:
    """Looks at session files, saves and restores them. Only `discard` deletes, and no session.

    Raises CommandRefused `folder_missing`, `wrong_key`, `file_corrupt`, `target_exists`, `busy` as it says.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def inspect(self, place: a.Place, folder: str, key: bytes) -> a.Inspection:
        """Look whether a session's file could connect, without connecting. It may be in use meanwhile."""
        wanted = pb.Inspect(place=translate.PLACES[place], folder=folder, key=key)
        return translate.inspection(result_of(await self._ask(pb.Command(inspect=wanted)), "inspect"))

    async def scan(self, place: a.Place) -> Sequence[Folder]:
        """Every folder of one place; every snapshot of every number."""
        wanted = pb.Command(scan=pb.Scan(place=translate.PLACES[place]))
        return translate.folders(result_of(await self._ask(wanted), "scan"))

    async def snapshot(
        self, folder: str, key: bytes, name: str, under: a.FileKey, *, unless: bytes = b""
    ) -> a.Saved:
        """Save what is a credential as snapshots/<folder>/<name>, and read it back.

        Nothing is written while the credentials have the digest `unless`.
        """
        wanted = pb.Snapshot(
            folder=folder,
            key=key,
            name=name,
            snapshot_key=under.key,
            wrapped_key=under.wrapped,
            unless=unless,
        )
        it = result_of(await self._ask(pb.Command(snapshot=wanted)), "snapshot")
        return a.Saved(int(it.size_bytes), it.digest)

    async def discard(self, place: a.Place, folder: str) -> None:
        """Delete a folder of quarantine/ or snapshots/ for good. `<number>/`: every snapshot of a number."""
        await self._ask(pb.Command(discard=pb.Discard(place=translate.PLACES[place], folder=folder)))

    async def bring_back(self, folder: str, target: str) -> None:
        """Move a folder from quarantine/ back to sessions/<target>, with the snapshots that went along."""
        await self._ask(pb.Command(bring_back=pb.BringBack(folder=folder, target=target)))

    async def restore(
        self, folder: str, name: str, snapshot_key: bytes, target: str, under: a.FileKey
    ) -> Device:
        """Make sessions/<target> from a snapshot; its ratchets start afresh."""
        wanted = pb.Restore(
            folder=folder,
            name=name,
            snapshot_key=snapshot_key,
            target=target,
            key=under.key,
            wrapped_key=under.wrapped,
        )
        return translate.device(result_of(await self._ask(pb.Command(restore=wanted)), "restore").device)

    async def import_device(
        self, database: str, jid: str, target: str, under: a.FileKey
    ) -> tuple[Device, str]:
        """Make a session's folder from another program's whatsmeow database. The device and the folder.

        `jid` empty: the only device; `target` empty: its number. Raises CommandRefused `not_found`.
        """
        wanted = pb.ImportDevice(
            database=database, jid=jid, target=target, key=under.key, wrapped_key=under.wrapped
        )
        it = result_of(await self._ask(pb.Command(import_device=wanted)), "import_device")
        return translate.device(it.device), str(it.folder)

    async def export_device(self, folder: str, key: bytes, database: str) -> None:
        """Write what a session's folder holds into a new database of stock whatsmeow, not encrypted.

        The session must be closed first. Raises CommandRefused when something lies there.
        """
        wanted = pb.ExportDevice(folder=folder, key=key, database=database)
        await self._ask(pb.Command(export_device=wanted))

    async def unlink(self, session_id: str, folder: str, key: bytes) -> bool:
        """Connect a device of quarantine/ once, to tell WhatsApp that it unlinks. True: it was gone already.

        `session_id` must not be in use. Raises NotConnected: repeat later.
        """
        wanted = pb.Unlink(folder=folder, key=key)
        result = await self._ask(pb.Command(session_id=session_id, unlink=wanted))
        return bool(result_of(result, "unlink").already)
