// Channels (newsletters) and communities.

export const channels = {
	channel_create: async (session, { name, text }) => ({ id: (await session.sock.newsletterCreate(name, text)).id }),
	channel_info: async (session, { channel }) => {
		const found = await session.sock.newsletterMetadata('jid', channel)
		return { name: found.thread_metadata?.name?.text ?? found.name }
	},
	channel_follow: async (session, { channel }) => void (await session.sock.newsletterFollow(channel)),
	channel_leave: async (session, { channel }) => void (await session.sock.newsletterUnfollow(channel)),
	community_create: async (session, { subject }) => ({ id: (await session.sock.communityCreate(subject, 'all of us')).id }),
	community_link: (session, { community, group }) => session.sock.communityLinkGroup(group, community),
	community_unlink: (session, { community, group }) => session.sock.communityUnlinkGroup(group, community),
	community_groups: async (session, { community }) => (await session.sock.communityFetchLinkedGroups(community)).linkedGroups.map((one) => one.id)
}
