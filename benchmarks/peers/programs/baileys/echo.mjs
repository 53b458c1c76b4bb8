// Baileys, unmodified, as its users run it: many numbers in one process, one folder of files each, the bot in the process.
// Arguments: trust file, folder, number of sessions, file for the texts that the bot was handed. Lines of JSON come out:
// QR codes to scan, and who is connected. It ends when its standard input ends.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// The package that the tests of foreign clients install, and their way to the simulator.
const clients = new URL('../../../../tests/clients/baileys/', import.meta.url)
const { default: makeWASocket, DisconnectReason, makeCacheableSignalKeyStore, useMultiFileAuthState } = await import(
	new URL('node_modules/baileys/lib/index.js', clients)
)
const { reach } = await import(new URL('reach.mjs', clients))

const CONNECT_TIMEOUT_MS = 60_000
// How many sent messages each session keeps for those who ask for them again.
const KEPT = 1000

// The session library prints to stdout as it likes; that channel is ours.
for (const name of ['log', 'info', 'warn']) console[name] = console.error
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

const [, , trustFile, folder, sessions, heard] = process.argv
const address = reach(`wss://${JSON.parse(readFileSync(trustFile, 'utf8')).address}/ws/chat`, trustFile)

const logger = { level: 'silent', child: () => logger }
for (const name of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) logger[name] = () => {}

const textOf = (message) => message?.conversation ?? message?.extendedTextMessage?.text

class Session {
	constructor(number, auth) {
		Object.assign(this, { number, auth, sent: new Map() })
	}

	connect() {
		const { state, saveCreds } = this.auth
		const sock = makeWASocket({
			...address,
			auth: { creds: state.creds, keys: makeCacheableSignalKeyStore(state.keys, logger) },
			logger,
			connectTimeoutMs: CONNECT_TIMEOUT_MS,
			getMessage: async (key) => this.sent.get(key.id)
		})
		sock.ev.process(async (events) => {
			if (events['creds.update']) await saveCreds()
			if (events['connection.update']) this.changed(events['connection.update'])
			for (const message of events['messages.upsert']?.messages ?? []) this.answer(sock, message)
		})
	}

	changed({ connection, qr, lastDisconnect }) {
		if (qr) say({ event: 'qr', session: this.number, code: qr })
		if (connection === 'open') say({ event: 'connected', session: this.number })
		if (connection !== 'close') return
		const status = lastDisconnect?.error?.output?.statusCode
		console.error(`session ${this.number} closed: ${status} ${lastDisconnect?.error?.message}`)
		if (status !== DisconnectReason.loggedOut) this.connect()
	}

	// What came while it was away counts like the rest: both kinds of `messages.upsert` are answered.
	async answer(sock, { key, message }) {
		const text = textOf(message)
		if (key.fromMe || !text) return
		appendFileSync(heard, text + '\n')
		try {
			const sent = await sock.sendMessage(key.remoteJid, { text })
			this.sent.set(sent.key.id, sent.message)
			if (this.sent.size > KEPT) this.sent.delete(this.sent.keys().next().value)
		} catch (error) {
			console.error(`session ${this.number}, answer: ${error?.message}`)
		}
	}
}

process.stdin.on('end', () => process.exit(0)).resume()
for (let number = 0; number < Number(sessions); number++) {
	new Session(number, await useMultiFileAuthState(join(folder, String(number)))).connect()
}
