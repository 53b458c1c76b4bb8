/**
 * One live client of a Holdfast gateway per process, however often a hot reload loads this module again.
 *
 * `holdfast()` gives that client. It holds one event socket, which connects again by itself and continues after
 * the last event that was acknowledged. It lives on `globalThis`: a module that is loaded again finds it there.
 */

export type HoldfastEvent = {
	event_id: string
	cursor: string
	session_id: string
	session: string
	type: string
	at: string
	data: Record<string, unknown>
}

/** What every refusal of the gateway looks like (RFC 9457). Programs decide by `code`. */
export type Problem = { code: string; title: string; detail: string; next_step: string; status: number }

export type PageToken = { token: string; expires_at: string }

export type Settings = {
	/** Where the gateway is, such as http://127.0.0.1:4001. */
	url: string
	/** A key with the scopes read, send and admin. It never leaves the back end. */
	key: string
	/** The gateway remembers under this name what was acknowledged. */
	subscription: string
}

type Handler = (event: HoldfastEvent) => void | Promise<void>

export class HoldfastError extends Error {
	readonly problem: Problem

	constructor(problem: Problem) {
		super(`${problem.detail}. ${problem.next_step}`)
		this.problem = problem
	}
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

export class HoldfastClient {
	/** How often a socket was opened: once, and once more after each connection that was lost. */
	opened = 0
	readonly #settings: Settings
	readonly #handlers = new Map<string, Handler>()
	#socket: WebSocket | undefined
	#work: Promise<void> = Promise.resolve()
	#pauseMs = FIRST_PAUSE_MS
	#over = false

	constructor(settings: Settings) {
		this.#settings = settings
		this.#open()
	}

	/** Handle events of a type. A module that is loaded again replaces what it registered before. */
	on(type: string, handler: Handler): void {
		this.#handlers.set(type, handler)
	}

	/** Send a text. The key makes a repetition harmless: the message goes out once. */
	async send(session: string, to: string, text: string, idempotencyKey: string): Promise<{ message_id: string }> {
		return this.#ask('POST', `/v1/sessions/${encodeURIComponent(session)}/messages`, { to, text }, {
			'Idempotency-Key': idempotencyKey,
		})
	}

	/** The session of this name: made now, or the one that exists. */
	async session(name: string): Promise<{ id: string; state: string }> {
		return this.#ask('PUT', `/v1/sessions/${encodeURIComponent(name)}`)
	}

	/** A token by which a page shows this session for some minutes, and does nothing else. */
	async pageToken(session: string): Promise<PageToken> {
		return this.#ask('POST', `/v1/sessions/${encodeURIComponent(session)}/page-tokens`, { expires_in_s: 300 })
	}

	/** End the socket for good. */
	close(): void {
		this.#over = true
		this.#socket?.close()
	}

	async #ask<T>(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<T> {
		const answer = await fetch(this.#settings.url + path, {
			method,
			headers: { Authorization: `Bearer ${this.#settings.key}`, 'Content-Type': 'application/json', ...more },
			body: body === undefined ? undefined : JSON.stringify(body),
		})
		if (!answer.ok) throw new HoldfastError((await answer.json()) as Problem)
		return (await answer.json()) as T
	}

	#open(): void {
		this.opened += 1
		const socket = new WebSocket(`${this.#settings.url.replace(/^http/, 'ws')}/v1/events/ws`)
		this.#socket = socket
		socket.onopen = () => {
			socket.send(JSON.stringify({ op: 'auth', key: this.#settings.key }))
			socket.send(JSON.stringify({ op: 'subscribe', subscription: this.#settings.subscription }))
		}
		socket.onmessage = (message) => {
			// One after the other: order is kept, and an event is acknowledged after its handler is done.
			this.#work = this.#work.then(() => this.#hear(socket, JSON.parse(String(message.data))))
		}
		socket.onclose = () => {
			if (this.#over || this.#socket !== socket) return
			setTimeout(() => this.#over || this.#open(), this.#pauseMs)
			this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
		}
		socket.onerror = () => {} // a close follows
	}

	async #hear(socket: WebSocket, frame: { op: string; events?: HoldfastEvent[]; error?: Problem }): Promise<void> {
		if (frame.op === 'subscribed') this.#pauseMs = FIRST_PAUSE_MS
		if (frame.op === 'error' && frame.error) {
			console.error('holdfast:', frame.error.detail, frame.error.next_step)
			// Another process reads this subscription now: two that take it from each other help nobody.
			if (frame.error.code === 'subscription_taken') this.close()
		}
		for (const event of frame.events ?? []) {
			if (this.#socket !== socket || socket.readyState !== WebSocket.OPEN) return // it comes again
			try {
				await this.#handlers.get(event.type)?.(event)
			} catch (failure) {
				console.error('holdfast: a handler failed; the event comes again', failure)
				socket.close()
				return
			}
			socket.send(JSON.stringify({ op: 'ack', cursor: event.cursor }))
		}
	}
}

const PLACE = Symbol.for('holdfast.client')
type Shared = { [PLACE]?: HoldfastClient }

/** The one client of this process, made at the first call. */
export function holdfast(): HoldfastClient {
	const shared = globalThis as Shared
	shared[PLACE] ??= new HoldfastClient({
		url: process.env.HOLDFAST_URL ?? 'http://127.0.0.1:4001',
		key: process.env.HOLDFAST_KEY ?? '',
		subscription: 'web-application',
	})
	return shared[PLACE]
}
