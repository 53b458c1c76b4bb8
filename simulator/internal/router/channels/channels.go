// Package channels takes posts, signs and views to a channel and to those who follow it. What enters are stanzas to
// channels, what leaves are their copies for companions; what is in a channel it leaves to newsletter.
package channels

import (
	"errors"
	"strconv"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/stanza"
)

// What a client does to a post instead of writing one, by the attribute edit.
const (
	editPost   = "3"
	unsetSign  = "7"
	revokePost = "8"
)

// Channels is the place of channels. It is safe for concurrent use.
type Channels struct {
	*newsletter.Store
	accounts *account.Registry
	now      func() time.Time

	// mu guards live: who hears of signs under a channel's posts, and until when.
	mu   sync.Mutex
	live map[string]map[*account.Companion]time.Time
}

var _ router.Place = (*Channels)(nil)

// New returns the place of the channels in the store.
func New(store *newsletter.Store, accounts *account.Registry, now func() time.Time) *Channels {
	return &Channels{Store: store, accounts: accounts, now: now, live: map[string]map[*account.Companion]time.Time{}}
}

// Message takes a post, a change of one, or a sign under one.
func (c *Channels) Message(post router.Post, from router.Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node {
	var published *newsletter.Post
	var err error
	if stanza.Text(node, "type") == "reaction" {
		err = c.react(post, from, to, node)
	} else {
		published, err = c.publish(post, from, to, node)
	}
	switch {
	case errors.Is(err, newsletter.ErrNotOwner):
		ack.Attrs["error"] = router.CodeForbidden
	case err != nil:
		ack.Attrs["error"] = router.CodeUnknownRecipient
	case published != nil:
		post.Accepted()
		ack.Attrs["server_id"] = strconv.Itoa(published.ServerID)
	}
	return ack
}

func (c *Channels) publish(through router.Post, from router.Origin, to types.JID, node *stanza.Node) (*newsletter.Post, error) {
	plaintext, ok := stanza.Child(node, "plaintext")
	if !ok {
		return nil, newsletter.ErrUnknown
	}
	edit, id := stanza.Text(node, "edit"), stanza.Text(node, "id")
	var channel *newsletter.Channel
	var post *newsletter.Post
	var err error
	switch edit {
	case editPost:
		channel, post, err = c.Rewrite(to, from.Account.Phone, id, stanza.Bytes(plaintext))
	case revokePost:
		channel, post, err = c.Rewrite(to, from.Account.Phone, id, nil)
	default:
		channel, post, err = c.Publish(to, from.Account.Phone, newsletter.Post{
			ID: id, Type: stanza.Text(node, "type"), Media: stanza.Text(plaintext, "mediatype"), Body: stanza.Bytes(plaintext),
		})
	}
	if err != nil {
		return nil, err
	}
	c.tellFollowers(through, channel, from, postNode(channel, post, edit))
	return post, nil
}

// postNode is a post as followers get it.
func postNode(channel *newsletter.Channel, post *newsletter.Post, edit string) stanza.Node {
	node := stanza.New("message", stanza.Attrs{
		"from": channel.JID(), "id": post.ID, "server_id": strconv.Itoa(post.ServerID), "t": stanza.Unix(post.At), "type": post.Type,
	}, PostContent(post)...)
	if edit != "" {
		node.Attrs["edit"] = edit
		node.Content = append(node.GetChildren(), stanza.New("meta", stanza.Attrs{
			"msg_edit_t": strconv.FormatInt(post.EditedAt.UnixMilli(), 10), "original_msg_t": stanza.Unix(post.At),
		}))
	}
	return node
}

// PostContent is what a post says, with the kind of its file.
func PostContent(post *newsletter.Post) []stanza.Node {
	plaintext := stanza.Raw("plaintext", post.Body)
	if post.Body == nil {
		plaintext.Content = []byte{}
	}
	if post.Media != "" {
		plaintext.Attrs = stanza.Attrs{"mediatype": post.Media}
	}
	return []stanza.Node{plaintext}
}

// tellFollowers brings a stanza to the companions of everybody who follows a channel, but the one that it comes from.
func (c *Channels) tellFollowers(post router.Post, channel *newsletter.Channel, from router.Origin, node stanza.Node) {
	for _, follower := range channel.Followers {
		owner, ok := c.accounts.ByPhone(follower.Phone)
		if !ok {
			continue
		}
		for _, companion := range owner.Companions() {
			if owner != from.Account || companion.Device != from.Device {
				post.Deliver(owner, companion.Device, node, "")
			}
		}
	}
}

func (c *Channels) react(through router.Post, from router.Origin, to types.JID, node *stanza.Node) error {
	reaction, ok := stanza.Child(node, "reaction")
	if !ok {
		return newsletter.ErrUnknown
	}
	code := stanza.Text(reaction, "code")
	if stanza.Text(node, "edit") == unsetSign {
		code = ""
	}
	channel, post, err := c.React(to, from.Account.Phone, stanza.Int(node, "server_id"), code)
	if err == nil {
		c.liveUpdate(through, channel, post, from)
	}
	return err
}

// Receipt notes which posts of a channel a client has shown.
func (c *Channels) Receipt(post router.Post, from router.Origin, to types.JID, node *stanza.Node) {
	list, ok := stanza.Child(node, "list")
	if !ok {
		return
	}
	for _, item := range list.GetChildren() {
		if channel, seen, err := c.View(to, from.Account.Phone, stanza.Int(&item, "server_id")); err == nil {
			c.liveUpdate(post, channel, seen, from)
		}
	}
}

// PostCounts are the signs under a post and how many have seen it.
func PostCounts(post *newsletter.Post) []stanza.Node {
	var signs []stanza.Node
	for _, count := range post.Counts() {
		signs = append(signs, stanza.New("reaction", stanza.Attrs{"code": count.Code, "count": strconv.Itoa(count.Times)}))
	}
	return []stanza.Node{
		stanza.New("views_count", stanza.Attrs{"count": strconv.Itoa(len(post.Views))}),
		stanza.Node{Tag: "reactions", Content: signs},
	}
}

// Watch lets a companion hear of signs and views for a while.
func (c *Channels) Watch(channel types.JID, companion *account.Companion, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live[channel.User] == nil {
		c.live[channel.User] = map[*account.Companion]time.Time{}
	}
	c.live[channel.User][companion] = until
}

// liveUpdate tells those who watch, and the account that has caused it, of a post's counts. Clients look for the post
// in two places: under <live_updates> itself and under <messages> in it.
func (c *Channels) liveUpdate(through router.Post, channel *newsletter.Channel, post *newsletter.Post, from router.Origin) {
	message := stanza.New("message", stanza.Attrs{
		"server_id": strconv.Itoa(post.ServerID), "id": post.ID, "t": stanza.Unix(post.At), "type": post.Type,
	}, PostCounts(post)...)
	node := through.Notification("newsletter", channel.JID(), stanza.New("live_updates", nil,
		stanza.New("messages", stanza.Attrs{"jid": channel.JID(), "t": stanza.Unix(c.now())}, message), message))
	now, audience := c.now(), map[*account.Companion]bool{}
	if companion, ok := from.Account.Companion(from.Device); ok {
		audience[companion] = true
	}
	c.mu.Lock()
	for companion, until := range c.live[channel.ID] {
		if now.After(until) {
			delete(c.live[channel.ID], companion)
			continue
		}
		audience[companion] = true
	}
	c.mu.Unlock()
	for companion := range audience {
		companion.Queue.Append(node, "")
	}
}
