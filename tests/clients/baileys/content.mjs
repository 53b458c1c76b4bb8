// Messages of every kind, and the files in them.
import { downloadMediaMessage } from 'baileys'

// The smallest JPEG that is one: Baileys would otherwise make a preview of what is no picture.
const PREVIEW = '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AR//Z'

// What a file is called in the words of `sendMessage`, and what it needs not to be looked at by other libraries.
const FILES = {
	image: { mimetype: 'image/jpeg', jpegThumbnail: PREVIEW, width: 1, height: 1 },
	video: { mimetype: 'video/mp4', jpegThumbnail: PREVIEW },
	gif: { as: 'video', mimetype: 'video/mp4', jpegThumbnail: PREVIEW, gifPlayback: true },
	audio: { mimetype: 'audio/mp4', seconds: 1 },
	voice: { as: 'audio', mimetype: 'audio/ogg; codecs=opus', seconds: 1, ptt: true, waveform: new Uint8Array(64) },
	document: { mimetype: 'application/octet-stream', fileName: 'a.bin' },
	sticker: { mimetype: 'image/webp', width: 1, height: 1 }
}

async function send(session, to, content, options = {}) {
	const sent = await session.sock.sendMessage(to, content, options)
	session.remember(sent)
	return { id: sent.key.id }
}

const keyOf = (session, id) => session.recall(id).key

function sendFile(session, { to, kind, base64, caption, view_once }) {
	const { as = kind, ...details } = FILES[kind]
	const marks = view_once ? { viewOnce: true } : {}
	return send(session, to, { [as]: Buffer.from(base64, 'base64'), caption, ...details, ...marks })
}

export const content = {
	send: (session, { to, text, id, quote, mentions }) =>
		send(session, to, { text, mentions }, { ...(id ? { messageId: id } : {}), ...(quote ? { quoted: session.recall(quote) } : {}) }),
	react: (session, { to, target, text }) => send(session, to, { react: { text, key: keyOf(session, target) } }),
	edit: (session, { to, target, text }) => send(session, to, { text, edit: keyOf(session, target) }),
	delete: (session, { to, target }) => send(session, to, { delete: keyOf(session, target) }),
	media: sendFile,
	location: (session, { to, latitude, longitude, name }) =>
		send(session, to, { location: { degreesLatitude: latitude, degreesLongitude: longitude, name } }),
	contact: (session, { to, name, vcard }) => send(session, to, { contacts: { displayName: name, contacts: [{ displayName: name, vcard }] } }),
	poll: (session, { to, question, options }) => send(session, to, { poll: { name: question, values: options, selectableCount: 1 } }),
	status: (session, { recipients, text }) => send(session, 'status@broadcast', { text }, { statusJidList: recipients }),
	disappearing: (session, { to, seconds }) => send(session, to, { disappearingMessagesInChat: seconds || false }),
	download: async (session, { id }) => {
		const logger = { info: () => {}, debug: () => {}, warn: () => {} }
		const reuploadRequest = session.sock.updateMediaMessage
		const content = await downloadMediaMessage(session.recall(id), 'buffer', {}, { logger, reuploadRequest })
		return { base64: content.toString('base64'), bytes: content.length }
	}
}
