/**
 * A web application with one WhatsApp number: its page shows the QR code and the state, its handlers answer.
 *
 * Its modules are loaded again whenever a file here changes, as development servers do; the client and its one
 * socket stay.
 */

import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

type Modules = { client: import('./holdfast.ts').HoldfastClient }

const SESSION = process.env.SESSION ?? 'office'
let loads = 0

async function load(): Promise<Modules> {
	loads += 1
	const { holdfast } = (await import(`./holdfast.ts?load=${loads}`)) as typeof import('./holdfast.ts')
	const { register } = (await import(`./handlers.ts?load=${loads}`)) as typeof import('./handlers.ts')
	const client = holdfast()
	register(client)
	return { client }
}

let modules = await load()
await modules.client.session(SESSION)
watch(import.meta.dirname, () => void reload())

async function reload(): Promise<void> {
	modules = await load()
}

const server = createServer(async (request, response) => {
	const json = (status: number, body: unknown) =>
		response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
	try {
		if (request.url === '/') {
			response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
			response.end(await readFile(new URL('page.html', import.meta.url)))
		} else if (request.url === '/token') {
			// Your own login belongs here: whoever gets a token sees the QR code.
			const made = await modules.client.pageToken(SESSION)
			json(200, { url: process.env.HOLDFAST_URL, token: made.token })
		} else if (request.url === '/reload' && request.method === 'POST') {
			await reload()
			json(200, { loads, opened: modules.client.opened })
		} else {
			json(404, {})
		}
	} catch (failure) {
		json(502, { detail: String(failure) })
	}
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
	const address = server.address()
	console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
