// Votes: Baileys hands them over sealed, and an application that knows the poll opens them with its `decryptPollVote`.
import { createHash } from 'node:crypto'
import { decryptPollVote, jidNormalizedUser, normalizeMessageContent } from 'baileys'

const pollOf = (message) => {
	const content = normalizeMessageContent(message)
	return content?.pollCreationMessage ?? content?.pollCreationMessageV2 ?? content?.pollCreationMessageV3
}

const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0

/** What was chosen, in words. The key depends on both addresses, and a vote does not say which of them it means. */
export function openVote(session, message) {
	const update = normalizeMessageContent(message.message).pollUpdateMessage
	const pollMsgId = update.pollCreationMessageKey.id
	const poll = session.recall(pollMsgId)
	const { me } = session.auth.state.creds
	const creators = poll.key.fromMe ? [me.lid, me.id] : authors(poll.key)
	const voters = message.key.fromMe ? [me.lid, me.id] : authors(message.key)
	for (const creator of creators.filter(Boolean)) {
		for (const voter of voters.filter(Boolean)) {
			try {
				const vote = decryptPollVote(update.vote, {
					pollCreatorJid: jidNormalizedUser(creator), voterJid: jidNormalizedUser(voter), pollMsgId,
					pollEncKey: poll.message.messageContextInfo.messageSecret
				})
				return { target: pollMsgId, options: names(pollOf(poll.message), vote.selectedOptions) }
			} catch {
				// Sealed for another pair of addresses.
			}
		}
	}
	throw new Error(`nobody could have sealed this vote in ${pollMsgId}`)
}

const authors = ({ participant, participantAlt, remoteJid, remoteJidAlt }) => participant ? [participant, participantAlt] : [remoteJid, remoteJidAlt]

const names = (poll, hashes) =>
	poll.options.map((option) => option.optionName).filter((name) => hashes.some((hash) => same(hash, createHash('sha256').update(name).digest())))
