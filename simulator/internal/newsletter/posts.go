package newsletter

import (
	"slices"

	"go.mau.fi/whatsmeow/types"
)

// Publish adds a post on behalf of the owner; one with an id that is there already is that one.
func (s *Store) Publish(jid types.JID, by string, post Post) (*Channel, *Post, error) {
	channel, err := s.change(jid, func(channel *Channel) error {
		if by != channel.Owner {
			return ErrNotOwner
		}
		if channel.byID(post.ID) < 0 {
			post.ServerID, post.At = len(channel.Posts)+100, s.now()
			post.Reactions, post.Views = map[string]string{}, map[string]bool{}
			channel.Posts = append(channel.Posts, post)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return channel, &channel.Posts[channel.byID(post.ID)], nil
}

func (c *Channel) byID(id string) int {
	return slices.IndexFunc(c.Posts, func(p Post) bool { return p.ID == id })
}

func (c *Channel) byServerID(id int) int {
	return slices.IndexFunc(c.Posts, func(p Post) bool { return p.ServerID == id })
}

// Rewrite gives a post another content on behalf of the owner, or takes it back when the body is nil.
func (s *Store) Rewrite(jid types.JID, by, id string, body []byte) (*Channel, *Post, error) {
	channel, err := s.change(jid, func(channel *Channel) error {
		at := channel.byID(id)
		switch {
		case by != channel.Owner:
			return ErrNotOwner
		case at < 0:
			return ErrUnknown
		}
		post := &channel.Posts[at]
		post.Body, post.EditedAt, post.Revoked = body, s.now(), body == nil
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return channel, &channel.Posts[channel.byID(id)], nil
}

// React sets an account's sign under a post, or takes it away when it is "".
func (s *Store) React(jid types.JID, phone string, serverID int, code string) (*Channel, *Post, error) {
	return s.touch(jid, serverID, func(post *Post) {
		if code == "" {
			delete(post.Reactions, phone)
			return
		}
		post.Reactions[phone] = code
	})
}

// View notes that an account has seen a post.
func (s *Store) View(jid types.JID, phone string, serverID int) (*Channel, *Post, error) {
	return s.touch(jid, serverID, func(post *Post) { post.Views[phone] = true })
}

func (s *Store) touch(jid types.JID, serverID int, alter func(*Post)) (*Channel, *Post, error) {
	at := -1
	channel, err := s.change(jid, func(channel *Channel) error {
		if at = channel.byServerID(serverID); at < 0 {
			return ErrUnknown
		}
		post := &channel.Posts[at]
		if post.Reactions == nil {
			post.Reactions = map[string]string{}
		}
		if post.Views == nil {
			post.Views = map[string]bool{}
		}
		alter(post)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return channel, &channel.Posts[at], nil
}

// Page returns at most count of a channel's posts, the newest ones before or after a server id, 0 for no bound.
func (c *Channel) Page(count, before, after int) []Post {
	var page []Post
	for _, post := range c.Posts {
		if (before == 0 || post.ServerID < before) && post.ServerID > after {
			page = append(page, post)
		}
	}
	if count > 0 && len(page) > count {
		page = page[len(page)-count:]
	}
	return page
}
