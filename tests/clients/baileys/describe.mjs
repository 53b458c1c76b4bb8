// What a test wants to know of a message: one word for its kind, its text, and the message that it speaks of.
import { getContentType, normalizeMessageContent, proto } from 'baileys'

const MEDIA = { imageMessage: 'image', videoMessage: 'video', audioMessage: 'audio', documentMessage: 'document', stickerMessage: 'sticker' }
const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type

export function describeContent(message) {
	const content = normalizeMessageContent(message)
	const type = content && getContentType(content)
	if (!type) return { kind: 'none', text: '' }
	if (type === 'conversation') return { kind: 'text', text: content.conversation }
	if (type === 'extendedTextMessage') return { kind: 'text', text: content.extendedTextMessage.text ?? '' }
	if (type === 'reactionMessage')
		return { kind: 'reaction', text: content.reactionMessage.text ?? '', target: content.reactionMessage.key?.id }
	if (type === 'protocolMessage') {
		const { type: protocol, key, editedMessage } = content.protocolMessage
		if (protocol === REVOKE) return { kind: 'delete', text: '', target: key?.id }
		if (protocol === MESSAGE_EDIT) return { kind: 'edit', text: describeContent(editedMessage).text, target: key?.id }
		return { kind: 'protocol', text: '' }
	}
	if (MEDIA[type]) return { kind: MEDIA[type], text: content[type].caption ?? '' }
	return { kind: type, text: '' }
}

export function describeMessage(message) {
	const { id, remoteJid, remoteJidAlt, participant, participantAlt, fromMe } = message.key
	return {
		id, chat: remoteJid, chat_alt: remoteJidAlt, sender: participant, sender_alt: participantAlt, from_me: !!fromMe,
		push_name: message.pushName, stub: message.messageStubType || undefined, ...describeContent(message.message)
	}
}
