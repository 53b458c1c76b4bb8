package iq

import (
	"slices"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/router/channels"
	"holdfast/simulator/internal/stanza"
)

const (
	newsletterSpace = "newsletter"
	// liveTime is how long a client hears of signs and views after it has asked for them.
	liveTime = 300 * time.Second
	// usualPage is how many posts are listed when a client does not say.
	usualPage = 100
)

var newsletterAnswers = map[Key]answer{
	{newsletterSpace, "get", "messages"}:        listPosts,
	{newsletterSpace, "get", "message_updates"}: listUpdates,
	{newsletterSpace, "set", "live_updates"}:    watchPosts,
	{"tos", "set", "notice"}:                    empty,
	{"tos", "get", ""}:                          empty,
}

// channelOf finds the channel of a query: named in the element, by address or invitation, or addressed by the query.
func (s *Services) channelOf(request, asked *stanza.Node) (*newsletter.Channel, bool) {
	if stanza.Text(asked, "type") == "invite" {
		return s.Channels.ByInvite(stanza.Text(asked, "key"))
	}
	if jid, ok := stanza.JID(asked, "jid"); ok {
		return s.Channels.Get(jid)
	}
	to, _ := stanza.JID(request, "to")
	return s.Channels.Get(to)
}

func page(channel *newsletter.Channel, asked *stanza.Node) []newsletter.Post {
	count := stanza.Int(asked, "count")
	if count <= 0 {
		count = usualPage
	}
	return channel.Page(count, stanza.Int(asked, "before"), stanza.Int(asked, "after"))
}

func listPosts(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "messages")
	channel, ok := s.channelOf(request, asked)
	if !ok {
		return stanza.Failure(request, 404, "item-not-found"), nil
	}
	var nodes []stanza.Node
	for _, post := range page(channel, asked) {
		node := postEntry(channel, &post, client)
		node.Content = append(append(node.GetChildren(), channels.PostContent(&post)...), channels.PostCounts(&post)...)
		nodes = append(nodes, node)
	}
	return stanza.Result(request, s.postList(channel, nodes)), nil
}

// listUpdates tells the counts alone, of the posts that have changed since a time.
func listUpdates(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "message_updates")
	channel, ok := s.channelOf(request, asked)
	if !ok {
		return stanza.Failure(request, 404, "item-not-found"), nil
	}
	since := int64(stanza.Int(asked, "since"))
	var nodes []stanza.Node
	for _, post := range page(channel, asked) {
		if since > 0 && post.At.Unix() < since && post.EditedAt.Unix() < since && len(post.Reactions)+len(post.Views) == 0 {
			continue
		}
		node := postEntry(channel, &post, client)
		node.Content = channels.PostCounts(&post)
		nodes = append(nodes, node)
	}
	return stanza.Result(request, stanza.New("message_updates", stanza.Attrs{"jid": channel.JID()}, s.postList(channel, nodes))), nil
}

func (s *Services) postList(channel *newsletter.Channel, nodes []stanza.Node) stanza.Node {
	return stanza.Node{Tag: "messages", Attrs: stanza.Attrs{"jid": channel.JID(), "t": stanza.Unix(s.Now())}, Content: nodes}
}

func postEntry(channel *newsletter.Channel, post *newsletter.Post, client *Client) stanza.Node {
	node := stanza.New("message", stanza.Attrs{
		"id": post.ID, "server_id": strconv.Itoa(post.ServerID), "t": stanza.Unix(post.At), "type": post.Type,
	})
	if client.Companion.Account.Phone == channel.Owner {
		node.Attrs["is_sender"] = "true"
	}
	return node
}

func watchPosts(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	channel, ok := s.Channels.Get(to)
	if !ok {
		return stanza.Failure(request, 404, "item-not-found"), nil
	}
	s.Channels.Watch(channel.JID(), client.Companion, s.Now().Add(liveTime))
	return stanza.Result(request, stanza.New("live_updates", stanza.Attrs{"duration": strconv.Itoa(int(liveTime.Seconds()))})), nil
}

// newsletterJID reads the address of a channel out of a query of the graph.
func newsletterJID(text string) types.JID {
	jid, err := types.ParseJID(text)
	if err != nil {
		return types.EmptyJID
	}
	return jid
}

// followersOf lists the phones of everybody who follows a channel.
func followersOf(channel *newsletter.Channel) []string {
	var phones []string
	for _, follower := range channel.Followers {
		phones = append(phones, follower.Phone)
	}
	return slices.Clip(phones)
}
