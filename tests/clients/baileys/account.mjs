// What an account shows of itself, whom it lets see that, and what its devices share.

const PRIVACY = {
	last: 'updateLastSeenPrivacy', online: 'updateOnlinePrivacy', profile: 'updateProfilePicturePrivacy', status: 'updateStatusPrivacy',
	readreceipts: 'updateReadReceiptsPrivacy', groupadd: 'updateGroupsAddPrivacy'
}

// The chat's newest message, by which Baileys says how much of a chat an action covers.
const lastOf = (session, id) => [{ key: session.recall(id).key, messageTimestamp: session.recall(id).messageTimestamp }]

const own = (session) => session.sock.user.id

export const account = {
	push_name: (session, { name }) => session.sock.updateProfileName(name),
	about: (session, { text }) => session.sock.updateProfileStatus(text),
	about_of: async (session, { jid }) => ({ text: (await session.sock.fetchStatus(jid))?.[0]?.status?.status }),
	picture: (session, { base64 }) => session.sock.updateProfilePicture(own(session), Buffer.from(base64, 'base64')),
	picture_remove: (session) => session.sock.removeProfilePicture(own(session)),
	picture_of: async (session, { jid, preview }) => ({ url: await session.sock.profilePictureUrl(jid, preview ? 'preview' : 'image') }),
	on_whatsapp: (session, { number }) => session.sock.onWhatsApp(number),
	privacy: (session) => session.sock.fetchPrivacySettings(true),
	privacy_set: (session, { name, value }) => session.sock[PRIVACY[name]](value),
	default_disappearing: (session, { seconds }) => session.sock.updateDefaultDisappearingMode(seconds),
	block: (session, { jid, block }) => session.sock.updateBlockStatus(jid, block ? 'block' : 'unblock'),
	block_list: (session) => session.sock.fetchBlocklist(),
	archive: (session, { chat, archive, last }) => session.sock.chatModify({ archive, lastMessages: lastOf(session, last) }, chat),
	mark_read: (session, { chat, mark_read, last }) =>
		session.sock.chatModify({ markRead: mark_read, lastMessages: lastOf(session, last) }, chat),
	pin: (session, { chat, pin }) => session.sock.chatModify({ pin }, chat),
	mute: (session, { chat, mute }) => session.sock.chatModify({ mute: mute ? 8 * 3_600_000 : null }, chat),
	star: (session, { chat, id, from_me, star }) => session.sock.chatModify({ star: { messages: [{ id, fromMe: !!from_me }], star } }, chat),
	resync: (session, { collections }) => session.sock.resyncAppState(collections, true)
}
