// What a test can order. Each takes the session and the order's fields, and returns what the reply carries.
import { downloadMediaMessage } from 'baileys'

// The smallest JPEG that is one: Baileys would otherwise want an image library for the preview.
const PREVIEW = '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AR//Z'

async function send(session, to, content, id) {
	const sent = await session.sock.sendMessage(to, content, id ? { messageId: id } : {})
	session.remember(sent)
	return { id: sent.key.id }
}

const keyOf = (session, id) => session.recall(id).key

export const orders = {
	connect: (session, { options }) => session.connect(options),
	pair_by_code: async (session, { phone, code }) => ({ code: await session.sock.requestPairingCode(phone, code) }),
	leave: (session) => session.sock.end(undefined),
	logout: (session) => session.sock.logout(),
	send: (session, { to, text, id }) => send(session, to, { text }, id),
	react: (session, { to, target, text }) => send(session, to, { react: { text, key: keyOf(session, target) } }),
	edit: (session, { to, target, text }) => send(session, to, { text, edit: keyOf(session, target) }),
	delete: (session, { to, target }) => send(session, to, { delete: keyOf(session, target) }),
	image: (session, { to, base64, caption }) =>
		send(session, to, { image: Buffer.from(base64, 'base64'), caption, mimetype: 'image/jpeg', jpegThumbnail: PREVIEW, width: 1, height: 1 }),
	document: (session, { to, base64, caption }) =>
		send(session, to, { document: Buffer.from(base64, 'base64'), caption, mimetype: 'application/octet-stream', fileName: 'a.bin' }),
	download: async (session, { id }) => {
		const logger = { info: () => {}, debug: () => {}, warn: () => {} }
		const content = await downloadMediaMessage(session.recall(id), 'buffer', {}, { logger, reuploadRequest: session.sock.updateMediaMessage })
		return { base64: content.toString('base64'), bytes: content.length }
	},
	read: (session, { ids }) => session.sock.readMessages(ids.map((id) => keyOf(session, id))),
	presence: (session, { state, to }) => session.sock.sendPresenceUpdate(state, to),
	watch: (session, { to }) => session.sock.presenceSubscribe(to),
	on_whatsapp: (session, { number }) => session.sock.onWhatsApp(number),
	group_create: async (session, { subject, participants }) => ({ id: (await session.sock.groupCreate(subject, participants)).id }),
	group_info: async (session, { group }) => {
		const found = await session.sock.groupMetadata(group)
		return { subject: found.subject, participants: found.participants.map((p) => p.id), mode: found.addressingMode }
	},
	group_members: (session, { group, participants, action }) => session.sock.groupParticipantsUpdate(group, participants, action),
	group_subject: (session, { group, subject }) => session.sock.groupUpdateSubject(group, subject),
	group_leave: (session, { group }) => session.sock.groupLeave(group),
	push_name: (session, { name }) => session.sock.updateProfileName(name),
	archive: (session, { chat, archive, last }) =>
		session.sock.chatModify({ archive, lastMessages: [{ key: keyOf(session, last), messageTimestamp: session.recall(last).messageTimestamp }] }, chat),
	pin: (session, { chat, pin }) => session.sock.chatModify({ pin }, chat),
	resync: (session, { collections }) => session.sock.resyncAppState(collections, true),
	block: (session, { jid, block }) => session.sock.updateBlockStatus(jid, block ? 'block' : 'unblock'),
	block_list: (session) => session.sock.fetchBlocklist(),
	ping: (session) => session.sock.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' }, content: [{ tag: 'ping', attrs: {} }] }).then(() => null)
}
