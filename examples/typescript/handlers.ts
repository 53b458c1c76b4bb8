/** What this application does with events. Changed while it runs, it is loaded again. */

import type { HoldfastClient, HoldfastEvent } from './holdfast.ts'

export function register(client: HoldfastClient): void {
	client.on('message.received', async (event: HoldfastEvent) => {
		const { chat, message_id, content } = event.data as {
			chat: string
			message_id: string
			content: { kind: string; text?: string }
		}
		if (content.kind !== 'text') return
		await client.send(event.session, chat, `You said: ${content.text}`, `answer to ${message_id}`)
	})
}
