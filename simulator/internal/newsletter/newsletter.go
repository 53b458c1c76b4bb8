// Package newsletter knows which channels there are, who follows them, and what was written in them. What enters are
// the wishes of accounts, by phone number, what leaves are copies and refusals; it sends nothing, and it reads no post.
package newsletter

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/seed"
)

// Why a wish is refused.
var (
	ErrUnknown  = errors.New("newsletter: no such channel, or no such post")
	ErrNotOwner = errors.New("newsletter: for the owner only")
	ErrValue    = errors.New("newsletter: a channel needs a name")
)

// Role is what an account is to a channel, as on the wire.
type Role string

// The roles.
const (
	Owner      Role = "owner"
	Subscriber Role = "subscriber"
	Guest      Role = "guest"
)

// Post is one message of a channel.
type Post struct {
	ServerID        int
	ID, Type, Media string
	Body            []byte
	At, EditedAt    time.Time
	// Reactions maps a phone to the sign it has set; Views are the phones that have seen the post.
	Reactions map[string]string
	Views     map[string]bool
	Revoked   bool
}

// Counts tells how often each sign was set, in a fixed order.
func (p *Post) Counts() []Count {
	counted := map[string]int{}
	for _, code := range p.Reactions {
		counted[code]++
	}
	var counts []Count
	for _, code := range slices.Sorted(maps.Keys(counted)) {
		counts = append(counts, Count{code, counted[code]})
	}
	return counts
}

// Count is how often a sign was set.
type Count struct {
	Code  string
	Times int
}

// Follower is an account that follows a channel.
type Follower struct {
	Phone string
	Muted bool
}

// Channel is one newsletter; copies are given out.
type Channel struct {
	ID, Owner, Invite             string
	Name, Description             string
	NamedAt, DescribedAt, Created time.Time
	Picture                       *profile.Image
	// Pictures counts the ones that there were.
	Pictures int
	// Followers are in the order in which they came, the owner first.
	Followers []Follower
	Posts     []Post
}

// JID is the channel's address.
func (c *Channel) JID() types.JID { return types.NewJID(c.ID, types.NewsletterServer) }

// Role is what an account is to the channel.
func (c *Channel) Role(phone string) Role {
	switch {
	case phone == c.Owner:
		return Owner
	case c.follower(phone) != nil:
		return Subscriber
	default:
		return Guest
	}
}

// Muted tells whether a follower wants to hear nothing of new posts.
func (c *Channel) Muted(phone string) bool {
	follower := c.follower(phone)
	return follower != nil && follower.Muted
}

func (c *Channel) follower(phone string) *Follower {
	at := slices.IndexFunc(c.Followers, func(f Follower) bool { return f.Phone == phone })
	if at < 0 {
		return nil
	}
	return &c.Followers[at]
}

func (c *Channel) copied() *Channel {
	duplicate := *c
	duplicate.Followers, duplicate.Posts = slices.Clone(c.Followers), slices.Clone(c.Posts)
	for i := range duplicate.Posts {
		duplicate.Posts[i].Reactions, duplicate.Posts[i].Views = maps.Clone(c.Posts[i].Reactions), maps.Clone(c.Posts[i].Views)
	}
	return &duplicate
}

// Store holds every channel. Safe for concurrent use.
type Store struct {
	source *seed.Source
	now    func() time.Time

	mu       sync.Mutex
	channels map[string]*Channel
	order    []string
	made     int
}

// NewStore returns an empty store whose ids and invitations come from the seed.
func NewStore(source *seed.Source, now func() time.Time) *Store {
	return &Store{source: source, now: now, channels: map[string]*Channel{}}
}

// Create makes a channel; its owner follows it.
func (s *Store) Create(owner, name, description string) (*Channel, error) {
	if name == "" {
		return nil, ErrValue
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	channel := &Channel{
		ID:    fmt.Sprintf("120363%012d", s.source.Below(1_000_000_000_000, "newsletter", s.made)),
		Owner: owner, Name: name, Description: description, Created: now, NamedAt: now, DescribedAt: now,
		Invite:    "0029Va" + base64.RawURLEncoding.EncodeToString(s.source.Bytes(12, "newsletter invite", s.made)),
		Followers: []Follower{{Phone: owner}},
	}
	s.made++
	s.channels[channel.ID] = channel
	s.order = append(s.order, channel.ID)
	return channel.copied(), nil
}

// Get returns a channel.
func (s *Store) Get(jid types.JID) (*Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, ok := s.channels[jid.User]
	if !ok || jid.Server != types.NewsletterServer {
		return nil, false
	}
	return channel.copied(), true
}

// ByInvite returns the channel that an invitation leads to.
func (s *Store) ByInvite(code string) (*Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		if s.channels[id].Invite == code {
			return s.channels[id].copied(), true
		}
	}
	return nil, false
}

// FollowedBy lists the channels of an account in the order of their creation.
func (s *Store) FollowedBy(phone string) []*Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Channel
	for _, id := range s.order {
		if s.channels[id].Role(phone) != Guest {
			list = append(list, s.channels[id].copied())
		}
	}
	return list
}

// All lists every channel in the order of their creation.
func (s *Store) All() []*Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Channel
	for _, id := range s.order {
		list = append(list, s.channels[id].copied())
	}
	return list
}

// change alters a channel and returns it as it is then.
func (s *Store) change(jid types.JID, alter func(*Channel) error) (*Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, ok := s.channels[jid.User]
	if !ok || jid.Server != types.NewsletterServer {
		return nil, ErrUnknown
	}
	if err := alter(channel); err != nil {
		return nil, err
	}
	return channel.copied(), nil
}

// Follow makes an account a follower.
func (s *Store) Follow(jid types.JID, phone string) (*Channel, error) {
	return s.change(jid, func(channel *Channel) error {
		if channel.follower(phone) == nil {
			channel.Followers = append(channel.Followers, Follower{Phone: phone})
		}
		return nil
	})
}

// Unfollow ends that; the owner stays.
func (s *Store) Unfollow(jid types.JID, phone string) (*Channel, error) {
	return s.change(jid, func(channel *Channel) error {
		if phone == channel.Owner {
			return nil
		}
		channel.Followers = slices.DeleteFunc(channel.Followers, func(f Follower) bool { return f.Phone == phone })
		return nil
	})
}

// Mute decides whether a follower hears of new posts.
func (s *Store) Mute(jid types.JID, phone string, muted bool) (*Channel, error) {
	return s.change(jid, func(channel *Channel) error {
		follower := channel.follower(phone)
		if follower == nil {
			return ErrUnknown
		}
		follower.Muted = muted
		return nil
	})
}

// Edit changes what a channel says of itself, on behalf of its owner; nil leaves a text as it is.
func (s *Store) Edit(jid types.JID, by string, name, description *string) (*Channel, error) {
	return s.change(jid, func(channel *Channel) error {
		switch {
		case by != channel.Owner:
			return ErrNotOwner
		case name != nil && *name == "":
			return ErrValue
		}
		if name != nil {
			channel.Name, channel.NamedAt = *name, s.now()
		}
		if description != nil {
			channel.Description, channel.DescribedAt = *description, s.now()
		}
		return nil
	})
}

// Paint gives a channel a picture on behalf of its owner, or none.
func (s *Store) Paint(jid types.JID, by string, picture *profile.Image) (*Channel, error) {
	return s.change(jid, func(channel *Channel) error {
		if by != channel.Owner {
			return ErrNotOwner
		}
		channel.Picture = picture
		channel.Pictures++
		return nil
	})
}

// Delete ends a channel on behalf of its owner, and returns it as it was.
func (s *Store) Delete(jid types.JID, by string) (*Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, ok := s.channels[jid.User]
	switch {
	case !ok:
		return nil, ErrUnknown
	case by != channel.Owner:
		return nil, ErrNotOwner
	}
	delete(s.channels, channel.ID)
	s.order = slices.DeleteFunc(s.order, func(id string) bool { return id == channel.ID })
	return channel, nil
}
