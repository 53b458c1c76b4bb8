// Groups: made, looked at, changed, joined, left.

const describe = (found) => ({
	id: found.id, subject: found.subject, participants: found.participants.map((p) => p.id), description: found.desc,
	locked: !!found.restrict, announce: !!found.announce, approval: !!found.joinApprovalMode, ephemeral_s: found.ephemeralDuration
})

function setting(session, { group, name, seconds, on }) {
	if (name === 'ephemeral') return session.sock.groupToggleEphemeral(group, seconds)
	if (name === 'approval') return session.sock.groupJoinApprovalMode(group, on ? 'on' : 'off')
	if (name === 'all_member_add') return session.sock.groupMemberAddMode(group, 'all_member_add')
	return session.sock.groupSettingUpdate(group, name)
}

export const groups = {
	group_create: async (session, { subject, participants }) => ({ id: (await session.sock.groupCreate(subject, participants)).id }),
	group_info: async (session, { group }) => describe(await session.sock.groupMetadata(group)),
	group_list: async (session) => Object.keys(await session.sock.groupFetchAllParticipating()),
	group_members: (session, { group, participants, action }) => session.sock.groupParticipantsUpdate(group, participants, action),
	group_subject: (session, { group, subject }) => session.sock.groupUpdateSubject(group, subject),
	group_description: (session, { group, text }) => session.sock.groupUpdateDescription(group, text),
	group_setting: setting,
	group_picture: (session, { group, base64 }) => session.sock.updateProfilePicture(group, Buffer.from(base64, 'base64')),
	group_invite: async (session, { group }) => ({ code: await session.sock.groupInviteCode(group) }),
	group_revoke_invite: async (session, { group }) => ({ code: await session.sock.groupRevokeInvite(group) }),
	group_invite_info: async (session, { code }) => describe(await session.sock.groupGetInviteInfo(code)),
	// Baileys does not tell whether one is in or has only asked.
	group_join: async (session, { code }) => ({ id: await session.sock.groupAcceptInvite(code) }),
	group_requests: async (session, { group }) => (await session.sock.groupRequestParticipantsList(group)).map((one) => one.jid),
	group_answer: (session, { group, participants, approve }) =>
		session.sock.groupRequestParticipantsUpdate(group, participants, approve ? 'approve' : 'reject'),
	group_leave: (session, { group }) => session.sock.groupLeave(group)
}
