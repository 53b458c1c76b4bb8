"""What can be asked and done about groups. Needs an engine of version 2.

Every method raises what those in `families` do; beside it CommandRefused `not_found` and `not_allowed` where
the session's number is not in the group, or is no admin of it.
"""

from collections.abc import Sequence

from holdfast.engine import answers as a
from holdfast.engine import translate_answers as translate
from holdfast.engine.connection import result_of
from holdfast.engine.families import Ask
from holdfast.engine.v1 import engine_pb2 as pb


class GroupQuestions:
    """Questions and acts about groups. Groups and members are JIDs."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def _query(self, session_id: str, query: pb.Query) -> pb.QueryResult:
        result = await self._ask(pb.Command(session_id=session_id, query=query))
        found: pb.QueryResult = result_of(result, "query")
        return found

    async def _act(self, session_id: str, act: pb.Act) -> pb.ActResult:
        result = await self._ask(pb.Command(session_id=session_id, act=act))
        done: pb.ActResult = result_of(result, "act")
        return done

    async def get(self, session_id: str, group: str) -> a.Group:
        """One group."""
        found = await self._query(session_id, pb.Query(group=pb.GroupQuery(group=group)))
        return translate.group(found.group)

    async def list(self, session_id: str) -> tuple[a.Group, ...]:
        """The groups that the session's number is in."""
        found = await self._query(session_id, pb.Query(groups=pb.GroupsQuery()))
        return tuple(map(translate.group, found.groups.groups))

    async def create(self, session_id: str, subject: str, members: Sequence[str]) -> a.Group:
        """Make a group; members that could not be added carry WhatsApp's number."""
        wanted = pb.GroupCreate(subject=subject, members=members)
        return translate.group((await self._act(session_id, pb.Act(group_create=wanted))).group)

    async def change_members(
        self, session_id: str, group: str, change: a.MemberChange, members: Sequence[str]
    ) -> tuple[a.Member, ...]:
        """Add, remove, promote or demote; each carries WhatsApp's number if it was refused."""
        wanted = pb.GroupMembers(group=group, change=translate.CHANGES[change], members=members)
        done = await self._act(session_id, pb.Act(group_members=wanted))
        return translate.members(done.members.members)

    async def set_subject(self, session_id: str, group: str, subject: str) -> None:
        """Rename a group."""
        await self._act(session_id, pb.Act(group_subject=pb.GroupSubject(group=group, subject=subject)))

    async def set(self, session_id: str, group: str, wanted: a.GroupSettings) -> None:
        """Change what is named, one after the other: after a failure the changes before it are done."""
        await self._act(session_id, pb.Act(group_settings=translate.group_settings(group, wanted)))

    async def leave(self, session_id: str, group: str) -> None:
        """Leave a group."""
        await self._act(session_id, pb.Act(group_leave=pb.GroupLeave(group=group)))

    async def invite_code(self, session_id: str, group: str) -> str:
        """The code of the group's invitation link."""
        found = await self._query(session_id, pb.Query(group_link=pb.GroupLinkQuery(group=group)))
        return found.group_link.code

    async def reset_invite(self, session_id: str, group: str) -> str:
        """A new code; the old link no longer leads anywhere."""
        done = await self._act(session_id, pb.Act(group_link_reset=pb.GroupLinkReset(group=group)))
        return done.link.code

    async def by_invite(self, session_id: str, code: str) -> a.Group:
        """The group that an invitation leads to, as a stranger sees it."""
        found = await self._query(session_id, pb.Query(group_by_link=pb.GroupByLinkQuery(code=code)))
        return translate.group(found.group_by_link)

    async def join(self, session_id: str, code: str) -> str:
        """Join by an invitation; the group's JID, also where an admin still has to agree."""
        return (await self._act(session_id, pb.Act(group_join=pb.GroupJoin(code=code)))).joined.group

    async def requests(self, session_id: str, group: str) -> tuple[a.GroupRequest, ...]:
        """Who waits to be let in."""
        found = await self._query(session_id, pb.Query(group_requests=pb.GroupRequestsQuery(group=group)))
        return translate.group_requests(found.group_requests.requests)

    async def decide(
        self, session_id: str, group: str, members: Sequence[str], *, approve: bool
    ) -> tuple[a.Member, ...]:
        """Let in, or turn away, who waits; each carries WhatsApp's number if it was refused."""
        wanted = pb.GroupDecide(group=group, approve=approve, members=members)
        done = await self._act(session_id, pb.Act(group_decide=wanted))
        return translate.members(done.members.members)
