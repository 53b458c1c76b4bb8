// Where WhatsApp is, and whom to trust there: the two things that differ from production.
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { WA_CERT_DETAILS } from 'baileys'

/** Point Baileys at the simulator: its Noise root, its certificate authority, its address for media too. */
export function reach(wsUrl, trustFile) {
	const trust = JSON.parse(readFileSync(trustFile, 'utf8'))
	WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(trust.root_key, 'hex')
	const agent = new https.Agent({ ca: trust.ca_pem, servername: 'web.whatsapp.com' })
	divertDownloads(new URL(wsUrl).host)
	return { waWebSocketUrl: wsUrl, agent, fetchAgent: agent }
}

// Baileys downloads from this host whatever the message's URL says, through the global fetch, which takes its
// trust from NODE_EXTRA_CA_CERTS. No other address is ever fetched.
const MEDIA_HOST = 'mmg.whatsapp.net'

function divertDownloads(host) {
	const fetchAnything = globalThis.fetch
	globalThis.fetch = (target, options) => {
		const url = new URL(String(target))
		if (url.hostname === MEDIA_HOST) url.host = host
		if (url.host !== host) throw new Error(`this test fetches from ${host} only, not from ${url.hostname}`)
		return fetchAnything(url, options)
	}
}
