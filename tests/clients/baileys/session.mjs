// One Baileys login and what it tells. The socket object dies with its connection; this outlives it.
import makeWASocket, { DisconnectReason, proto, useMultiFileAuthState, WAMessageStubType } from 'baileys'
import { describeContent, describeMessage } from './describe.mjs'
import { openVote } from './polls.mjs'
import { reach } from './reach.mjs'

// How long the greetings of a new socket may take before `open`.
const CONNECT_TIMEOUT_MS = 20_000

export class Session {
	static async prepare({ wsUrl, trustFile, folder, say }) {
		const auth = await useMultiFileAuthState(folder)
		return new Session({ address: reach(wsUrl, trustFile), auth, say })
	}

	constructor({ address, auth, say }) {
		Object.assign(this, { address, auth, say, sock: undefined, messages: new Map(), callers: new Map() })
	}

	/** Open a connection: to pair when there are no credentials, to log in otherwise. */
	connect(options = {}) {
		this.options = options
		this.sock = makeWASocket({
			...this.address,
			auth: this.auth.state,
			logger: stderrLogger(),
			connectTimeoutMs: CONNECT_TIMEOUT_MS,
			getMessage: async (key) => this.messages.get(key.id)?.message ?? undefined,
			...options
		})
		this.listen(this.sock)
	}

	listen(sock) {
		sock.ev.process(async (events) => {
			if (events['creds.update']) await this.auth.saveCreds()
			for (const [name, value] of Object.entries(events)) tell[name]?.(this, value)
		})
	}

	remember(message) {
		if (message?.key?.id) this.messages.set(message.key.id, message)
	}

	recall(id) {
		const message = this.messages.get(id)
		if (!message) throw new Error(`no message ${id} in this session`)
		return message
	}
}

const Status = proto.WebMessageInfo.Status
const RECEIPTS = { [Status.DELIVERY_ACK]: 'delivered', [Status.READ]: 'read', [Status.PLAYED]: 'played' }

// What a field of `groups.update` is called in these tests.
const GROUP_CHANGES = {
	subject: (subject) => ({ change: 'subject', subject }),
	desc: (text) => ({ change: 'description', text }),
	announce: (on) => ({ change: on ? 'announcement' : 'not_announcement' }),
	restrict: (on) => ({ change: on ? 'locked' : 'unlocked' }),
	ephemeralDuration: (seconds) => ({ change: 'ephemeral', seconds }),
	joinApprovalMode: (on) => ({ change: 'membership_approval_mode', on }),
	memberAddMode: (all) => ({ change: 'member_add_mode', all }),
	inviteCode: (code) => ({ change: 'invite', code })
}

function vote(session, message) {
	try {
		return { event: 'vote', ...openVote(session, message) }
	} catch (error) {
		return { event: 'vote_lost', reason: String(error?.message) }
	}
}

// One entry per event of Baileys that tests look at.
const tell = {
	'connection.update': (session, update) => {
		const { connection, qr, isNewLogin, receivedPendingNotifications, lastDisconnect } = update
		if (qr) session.say({ event: 'qr', code: qr })
		if (isNewLogin) session.say({ event: 'paired', jid: session.auth.state.creds.me?.id })
		if (connection === 'open') session.say({ event: 'open', jid: session.sock.user?.id, lid: session.sock.user?.lid })
		if (receivedPendingNotifications) session.say({ event: 'caught_up' })
		if (connection !== 'close') return
		const status = lastDisconnect?.error?.output?.statusCode
		session.say({ event: 'close', status, reason: String(lastDisconnect?.error?.message) })
		// What every application of Baileys does: pairing ends with this request.
		if (status === DisconnectReason.restartRequired) session.connect(session.options)
	},
	'messages.upsert': (session, { messages, type }) => {
		for (const message of messages) {
			session.remember(message)
			session.say({ event: 'message', upsert: type, ...describeMessage(message) })
			// A receipt that comes within the same flush of its event buffer is folded into the message.
			const receipt = message.key.fromMe && RECEIPTS[message.status]
			if (describeContent(message.message).kind === 'poll_vote') session.say(vote(session, message))
			if (receipt) session.say({ event: 'receipt', id: message.key.id, type: receipt })
		}
	},
	'messages.update': (session, updates) => {
		for (const { key, update } of updates) {
			const { status, message, messageStubType, starred } = update
			if (RECEIPTS[status]) session.say({ event: 'receipt', id: key.id, type: RECEIPTS[status] })
			if (status === Status.ERROR) session.say({ event: 'send_failed', id: key.id, detail: update.messageStubParameters })
			if (messageStubType === WAMessageStubType.REVOKE) session.say({ event: 'delete', target: key.id })
			if (starred !== undefined) session.say({ event: 'star', id: key.id, starred })
			if (message) session.say({ event: 'edit', target: key.id, text: describeContent(message).text })
		}
	},
	'messages.reaction': (session, reactions) => {
		for (const { key, reaction } of reactions)
			session.say({ event: 'reaction', target: key.id, text: reaction.text, id: reaction.key?.id })
	},
	'message-receipt.update': (session, updates) => {
		for (const { key, receipt } of updates)
			session.say({ event: 'receipt', id: key.id, user: receipt.userJid, type: receipt.readTimestamp ? 'read' : 'delivered' })
	},
	'messaging-history.set': (session, history) =>
		session.say({ event: 'history', type: history.syncType, chats: history.chats.length, contacts: history.contacts.length }),
	'contacts.update': (session, contacts) => {
		for (const { id, notify, name, imgUrl, status } of contacts) {
			if (imgUrl !== undefined) session.say({ event: 'picture', id, removed: imgUrl === 'removed' })
			else if (status !== undefined) session.say({ event: 'about', id, text: status })
			else session.say({ event: 'contact', id, notify, name })
		}
	},
	'contacts.upsert': (session, contacts) => {
		for (const { id, notify, name } of contacts) session.say({ event: 'contact', id, notify, name })
	},
	'chats.update': (session, chats) => {
		// Times of an event that may be absent, null or a number; lines without a value are left out of JSON.
		const happened = (time) => (time === undefined ? undefined : !!time)
		for (const { id, archived, muteEndTime, pinned, unreadCount } of chats) {
			const read = unreadCount === 0 || unreadCount === null ? true : unreadCount === -1 ? false : undefined
			if (archived !== undefined || muteEndTime !== undefined || pinned !== undefined || read !== undefined)
				session.say({ event: 'chat', id, archived, muted: happened(muteEndTime), pinned: happened(pinned), read })
		}
	},
	'chats.delete': (session, ids) => {
		for (const id of ids) session.say({ event: 'chat', id, deleted: true })
	},
	'blocklist.update': (session, { blocklist, type }) => session.say({ event: 'block_list', type, jids: blocklist }),
	call: (session, calls) => {
		for (const { id, from, status, offline } of calls) {
			session.callers.set(id, from)
			session.say({ event: 'call', id, from, status, offline })
		}
	},
	'creds.update': (session, { me, myAppStateKeyId }) => {
		if (me?.name) session.say({ event: 'push_name', name: me.name })
		if (myAppStateKeyId) session.say({ event: 'app_state_key' })
	},
	'groups.upsert': (session, groups) => {
		for (const { id, subject, participants } of groups)
			session.say({ event: 'group_change', id, change: 'create', subject, participants: participants?.map((p) => p.id) })
	},
	'groups.update': (session, groups) => {
		for (const { id, ...changed } of groups) {
			for (const [name, tell] of Object.entries(GROUP_CHANGES))
				if (changed[name] !== undefined) session.say({ event: 'group_change', id, ...tell(changed[name]) })
		}
	},
	'group.join-request': (session, { id, participant, action }) =>
		session.say({ event: 'group_change', id, change: action === 'created' ? 'requested' : action, participants: [participant] }),
	'group-participants.update': (session, { id, participants, action }) =>
		session.say({ event: 'group_change', id, change: action, participants: participants.map((p) => p.id ?? p) }),
	'presence.update': (session, { id, presences }) => {
		for (const [who, { lastKnownPresence }] of Object.entries(presences))
			session.say({ event: 'presence', chat: id, who, state: lastKnownPresence })
	}
}

function stderrLogger() {
	const level = process.env.CLIENT_LOG ?? 'warn'
	const levels = ['trace', 'debug', 'info', 'warn', 'error']
	const write = (name) => (what, text) => {
		if (levels.indexOf(name) < levels.indexOf(level)) return
		process.stderr.write(`${name} ${text ?? ''} ${typeof what === 'string' ? what : JSON.stringify(what, plain)}\n`)
	}
	const logger = { level, child: () => logger, fatal: write('error') }
	for (const name of levels) logger[name] = write(name)
	return logger
}

function plain(_, value) {
	return value instanceof Error ? { message: value.message, stack: value.stack } : value
}
