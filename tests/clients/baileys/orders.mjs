// What a test can order. Each takes the session and the order's fields, and returns what the reply carries.
import { account } from './account.mjs'
import { channels } from './channels.mjs'
import { content } from './content.mjs'
import { groups } from './groups.mjs'

export const orders = {
	...content,
	...groups,
	...account,
	...channels,
	connect: (session, { options }) => session.connect(options),
	pair_by_code: async (session, { phone, code }) => ({ code: await session.sock.requestPairingCode(phone, code) }),
	leave: (session) => session.sock.end(undefined),
	logout: (session) => session.sock.logout(),
	read: (session, { ids }) => session.sock.readMessages(ids.map((id) => session.recall(id).key)),
	played: async (session, { ids }) => {
		for (const id of ids) {
			const { remoteJid, participant } = session.recall(id).key
			await session.sock.sendReceipt(remoteJid, participant, [id], 'played')
		}
	},
	presence: (session, { state, to }) => session.sock.sendPresenceUpdate(state, to),
	watch: (session, { to }) => session.sock.presenceSubscribe(to),
	reject_call: (session, { id }) => session.sock.rejectCall(id, session.callers.get(id)),
	ping: (session) => session.sock.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' }, content: [{ tag: 'ping', attrs: {} }] }).then(() => null)
}
