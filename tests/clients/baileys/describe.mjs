// What a test wants to know of a message: one word for its kind, its text, and the message that it speaks of.
import { getContentType, normalizeMessageContent, proto } from 'baileys'

const { REVOKE, MESSAGE_EDIT, EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type

// One entry per type of content: its kind, and the field that a test calls its text.
const KINDS = {
	imageMessage: ['image', 'caption'], videoMessage: ['video', 'caption'], ptvMessage: ['video_note', 'caption'],
	audioMessage: ['audio'], documentMessage: ['document', 'caption'], stickerMessage: ['sticker'],
	locationMessage: ['location', 'name'], liveLocationMessage: ['live_location', 'caption'],
	contactMessage: ['contact', 'displayName'], contactsArrayMessage: ['contacts', 'displayName'],
	pollCreationMessage: ['poll', 'name'], pollCreationMessageV2: ['poll', 'name'], pollCreationMessageV3: ['poll', 'name'],
	eventMessage: ['event', 'name'], groupInviteMessage: ['group_invite', 'caption'], albumMessage: ['album'],
	extendedTextMessage: ['text', 'text']
}

export function describeContent(message) {
	const content = normalizeMessageContent(message)
	const type = content && getContentType(content)
	if (!type) return { kind: 'none', text: '' }
	const body = content[type]
	if (type === 'conversation') return { kind: 'text', text: body }
	if (type === 'reactionMessage') return { kind: 'reaction', text: body.text ?? '', target: body.key?.id }
	if (type === 'pollUpdateMessage') return { kind: 'poll_vote', text: '', target: body.pollCreationMessageKey?.id }
	if (type === 'pinInChatMessage') return { kind: 'pin', text: '', target: body.key?.id }
	if (type === 'protocolMessage') return describeProtocol(body)
	const [kind, text] = KINDS[type] ?? [type]
	return { kind: variant(kind, body), text: body[text] ?? '', ...surroundings(message, body) }
}

function describeProtocol({ type, key, editedMessage }) {
	if (type === REVOKE) return { kind: 'delete', text: '', target: key?.id }
	if (type === MESSAGE_EDIT) return { kind: 'edit', text: describeContent(editedMessage).text, target: key?.id }
	return { kind: type === EPHEMERAL_SETTING ? 'disappearing' : 'protocol', text: '' }
}

function variant(kind, body) {
	if (kind === 'audio' && body.ptt) return 'voice'
	return kind === 'video' && body.gifPlayback ? 'gif' : kind
}

function surroundings(message, body) {
	const wrapped = ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'].some((name) => message[name])
	const { stanzaId, mentionedJid } = body.contextInfo ?? {}
	return { view_once: wrapped || !!body.viewOnce, quoted: stanzaId || undefined, mentions: mentionedJid ?? [] }
}

export function describeMessage(message) {
	const { id, remoteJid, remoteJidAlt, participant, participantAlt, fromMe } = message.key
	return {
		id, chat: remoteJid, chat_alt: remoteJidAlt, sender: participant, sender_alt: participantAlt, from_me: !!fromMe,
		push_name: message.pushName, stub: message.messageStubType || undefined, ...describeContent(message.message)
	}
}
