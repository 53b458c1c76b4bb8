package router

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/stanza"
)

// What a client does to a post instead of writing one, by the attribute edit.
const (
	editPost   = "3"
	unsetSign  = "7"
	revokePost = "8"
)

// UseNewsletters tells the router which channels there are.
func (r *Router) UseNewsletters(store *newsletter.Store) { r.newsletters = store }

// newsletterMessage takes a post, a change of one, or a sign under one.
func (r *Router) newsletterMessage(from Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node {
	if r.newsletters == nil {
		ack.Attrs["error"] = codeUnknownRecipient
		return ack
	}
	var post *newsletter.Post
	var err error
	if stanza.Text(node, "type") == "reaction" {
		err = r.react(from, to, node)
	} else {
		post, err = r.publish(from, to, node)
	}
	switch {
	case errors.Is(err, newsletter.ErrNotOwner):
		ack.Attrs["error"] = codeForbidden
	case err != nil:
		ack.Attrs["error"] = codeUnknownRecipient
	case post != nil:
		r.messages.Add(1)
		ack.Attrs["server_id"] = strconv.Itoa(post.ServerID)
	}
	return ack
}

func (r *Router) publish(from Origin, to types.JID, node *stanza.Node) (*newsletter.Post, error) {
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
		channel, post, err = r.newsletters.Rewrite(to, from.Account.Phone, id, stanza.Bytes(plaintext))
	case revokePost:
		channel, post, err = r.newsletters.Rewrite(to, from.Account.Phone, id, nil)
	default:
		channel, post, err = r.newsletters.Publish(to, from.Account.Phone, newsletter.Post{
			ID: id, Type: stanza.Text(node, "type"), Media: stanza.Text(plaintext, "mediatype"), Body: stanza.Bytes(plaintext),
		})
	}
	if err != nil {
		return nil, err
	}
	r.tellFollowers(channel, from, postNode(channel, post, edit))
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
func (r *Router) tellFollowers(channel *newsletter.Channel, from Origin, node stanza.Node) {
	for _, follower := range channel.Followers {
		owner, ok := r.accounts.ByPhone(follower.Phone)
		if !ok {
			continue
		}
		for _, companion := range owner.Companions() {
			if owner != from.Account || companion.Device != from.Device {
				r.deliver(owner, companion.Device, node, "")
			}
		}
	}
}

func (r *Router) react(from Origin, to types.JID, node *stanza.Node) error {
	reaction, ok := stanza.Child(node, "reaction")
	if !ok {
		return newsletter.ErrUnknown
	}
	code := stanza.Text(reaction, "code")
	if stanza.Text(node, "edit") == unsetSign {
		code = ""
	}
	channel, post, err := r.newsletters.React(to, from.Account.Phone, stanza.Int(node, "server_id"), code)
	if err == nil {
		r.liveUpdate(channel, post, from)
	}
	return err
}

// viewPosts notes which posts of a channel a client has shown.
func (r *Router) viewPosts(from Origin, to types.JID, node *stanza.Node) {
	list, ok := stanza.Child(node, "list")
	if !ok || r.newsletters == nil {
		return
	}
	for _, item := range list.GetChildren() {
		if channel, post, err := r.newsletters.View(to, from.Account.Phone, stanza.Int(&item, "server_id")); err == nil {
			r.liveUpdate(channel, post, from)
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

// WatchNewsletter lets a companion hear of signs and views for a while.
func (r *Router) WatchNewsletter(channel types.JID, companion *account.Companion, until time.Time) {
	r.liveLock.Lock()
	defer r.liveLock.Unlock()
	if r.live == nil {
		r.live = map[string]map[*account.Companion]time.Time{}
	}
	if r.live[channel.User] == nil {
		r.live[channel.User] = map[*account.Companion]time.Time{}
	}
	r.live[channel.User][companion] = until
}

// liveUpdate tells those who watch, and the account that has caused it, of a post's counts. Clients look for the post
// in two places: under <live_updates> itself and under <messages> in it.
func (r *Router) liveUpdate(channel *newsletter.Channel, post *newsletter.Post, from Origin) {
	message := stanza.New("message", stanza.Attrs{
		"server_id": strconv.Itoa(post.ServerID), "id": post.ID, "t": stanza.Unix(post.At), "type": post.Type,
	}, PostCounts(post)...)
	node := r.notification("newsletter", channel.JID(), stanza.New("live_updates", nil,
		stanza.New("messages", stanza.Attrs{"jid": channel.JID(), "t": r.unix()}, message), message))
	now, audience := r.now(), map[*account.Companion]bool{}
	if companion, ok := from.Account.Companion(from.Device); ok {
		audience[companion] = true
	}
	r.liveLock.Lock()
	for companion, until := range r.live[channel.ID] {
		if now.After(until) {
			delete(r.live[channel.ID], companion)
			continue
		}
		audience[companion] = true
	}
	r.liveLock.Unlock()
	for companion := range audience {
		companion.Queue.Append(node, "")
	}
}

// MexChanged tells all companions of an account of a change in the form of the graph.
func (r *Router) MexChanged(owner *account.Account, operation, path string, value any) {
	encoded, err := json.Marshal(map[string]any{"data": map[string]any{path: value}})
	if err != nil {
		return
	}
	node := r.notification("mex", types.ServerJID, stanza.Raw("update", encoded, stanza.Attrs{"op_name": operation}))
	r.notifyAll(owner, node, "")
}
