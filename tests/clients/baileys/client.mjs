// Baileys, unmodified, as a program that a test drives: JSON lines in (orders), JSON lines out (events and replies).
// Only the address and the trust root differ from a production start; see reach.mjs.
import { createInterface } from 'node:readline'
import { orders } from './orders.mjs'
import { Session } from './session.mjs'

// The session library prints to stdout as it likes; that channel is ours.
for (const name of ['log', 'info', 'warn']) console[name] = console.error
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

// A crash must be seen as one: the default handler ends the process with code 1, and this tells why.
process.on('uncaughtExceptionMonitor', (error, origin) => say({ event: 'crash', origin, reason: String(error?.message) }))

const [, , wsUrl, trustFile, folder] = process.argv
const session = await Session.prepare({ wsUrl, trustFile, folder, say })

const lines = createInterface({ input: process.stdin })
lines.on('line', async (line) => {
	const { n, do: verb, ...order } = JSON.parse(line)
	try {
		if (!orders[verb]) throw new Error(`unknown order ${verb}`)
		say({ reply: n, ok: (await orders[verb](session, order)) ?? null })
	} catch (error) {
		say({ reply: n, error: String(error?.message ?? error), status: error?.output?.statusCode ?? error?.data })
	}
})
// Whoever drives us is gone: nothing is left to do.
lines.on('close', () => process.exit(0))
say({ event: 'ready' })
