// Package groups knows which groups exist, who is in them and who may do what. What enters are orders of members,
// what leaves are copies of groups and refusals; it sends nothing.
package groups

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

// Why an order is refused.
var (
	ErrUnknown   = errors.New("groups: no such group")
	ErrNotMember = errors.New("groups: not a member")
	ErrNotAdmin  = errors.New("groups: for admins only")
	ErrValue     = errors.New("groups: not a value that this setting can have")
)

// Role is a member's rank.
type Role string

// The ranks, as on the wire.
const (
	Member     Role = ""
	Admin      Role = "admin"
	SuperAdmin Role = "superadmin"
)

// Participant is one member, by phone number.
type Participant struct {
	Phone string
	Role  Role
}

// Description is a group's text.
type Description struct {
	ID, Body, By string
	At           time.Time
}

// Group is one group; copies are given out.
type Group struct {
	ID               string
	Subject, SetBy   string
	SetAt, CreatedAt time.Time
	Creator          string
	Participants     []Participant
	Description      *Description
	Locked, Announce bool
	Approval         bool
	Expiration       int
	MemberAdd        string
	Invite           string
	Version          int
	Picture          *profile.Image
	// RevokedInvites are invitations that led here once.
	RevokedInvites []string
	Requests       []Request
	Personal       []Personal
	// Modes are further settings that the server only keeps and tells, by element.
	Modes map[string]string
	// Community is set for a community, Parent is the id of the one that a group belongs to. DefaultSub is a
	// community's group for announcements, General its first one for talk.
	Community           *Community
	Parent              string
	DefaultSub, General bool
}

// JID is the group's address.
func (g *Group) JID() types.JID { return types.NewJID(g.ID, types.GroupServer) }

// Role returns a member's rank, if it is one.
func (g *Group) Role(phone string) (Role, bool) {
	for _, participant := range g.Participants {
		if participant.Phone == phone {
			return participant.Role, true
		}
	}
	return "", false
}

// IsAdmin tells whether a phone may do what admins may.
func (g *Group) IsAdmin(phone string) bool {
	role, ok := g.Role(phone)
	return ok && role != Member
}

func (g *Group) copied() *Group {
	duplicate := *g
	duplicate.Participants = slices.Clone(g.Participants)
	duplicate.Requests, duplicate.Personal = slices.Clone(g.Requests), slices.Clone(g.Personal)
	duplicate.Modes = maps.Clone(g.Modes)
	return &duplicate
}

// Store holds every group. Safe for concurrent use.
type Store struct {
	source *seed.Source
	now    func() time.Time

	mu     sync.Mutex
	groups map[string]*Group
	order  []string
	made   int
	// invited counts personal invitations.
	invited int
}

// NewStore returns an empty store whose ids and invitations come from the seed.
func NewStore(source *seed.Source, now func() time.Time) *Store {
	return &Store{source: source, now: now, groups: map[string]*Group{}}
}

// Create makes a group; draft's members are added after its creator, who is its highest admin.
func (s *Store) Create(creator string, draft Group, members []string) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	group := draft
	group.ID = fmt.Sprintf("120363%012d", s.source.Below(1_000_000_000_000, "group", s.made))
	s.made++
	group.Creator, group.SetBy = creator, creator
	group.CreatedAt, group.SetAt = s.now(), s.now()
	group.Version = 1
	group.Invite = s.code(group.ID, 0)
	group.Participants = []Participant{{creator, SuperAdmin}}
	for _, phone := range members {
		if _, present := group.Role(phone); !present {
			group.Participants = append(group.Participants, Participant{phone, Member})
		}
	}
	s.groups[group.ID] = &group
	s.order = append(s.order, group.ID)
	return group.copied()
}

func (s *Store) code(id string, version int) string {
	return base64.RawURLEncoding.EncodeToString(s.source.Bytes(16, "group invite", id, version))[:22]
}

// Get returns a group.
func (s *Store) Get(jid types.JID) (*Group, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, ok := s.groups[jid.User]
	if !ok || jid.Server != types.GroupServer {
		return nil, false
	}
	return group.copied(), true
}

// Of lists the groups of a phone in the order of their creation.
func (s *Store) Of(phone string) []*Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	var own []*Group
	for _, id := range s.order {
		if _, member := s.groups[id].Role(phone); member {
			own = append(own, s.groups[id].copied())
		}
	}
	return own
}

// All lists every group in the order of their creation.
func (s *Store) All() []*Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Group, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.groups[id].copied())
	}
	return all
}

// Edit changes a group on behalf of a member. adminsOnly tells whether any member may do it.
func (s *Store) Edit(jid types.JID, by string, adminsOnly bool, change func(*Group)) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, ok := s.groups[jid.User]
	if !ok {
		return nil, ErrUnknown
	}
	if _, member := group.Role(by); !member {
		return nil, ErrNotMember
	}
	if (adminsOnly || group.Locked) && !group.IsAdmin(by) {
		return nil, ErrNotAdmin
	}
	change(group)
	group.Version++
	return group.copied(), nil
}

// Leave takes a phone out by its own wish. When the last admin leaves, the longest member becomes one.
func (s *Store) Leave(jid types.JID, phone string) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, ok := s.groups[jid.User]
	if !ok {
		return nil, ErrUnknown
	}
	if !group.remove(phone) {
		return nil, ErrNotMember
	}
	if len(group.Participants) > 0 && !slices.ContainsFunc(group.Participants, func(p Participant) bool { return p.Role != Member }) {
		group.Participants[0].Role = Admin
	}
	group.Version++
	return group.copied(), nil
}

func (g *Group) remove(phone string) bool {
	before := len(g.Participants)
	g.Participants = slices.DeleteFunc(g.Participants, func(p Participant) bool { return p.Phone == phone })
	return len(g.Participants) < before
}

// State is the store's content as it is saved.
type State struct {
	Made, Invited int
	Groups        []Group
}

// State returns a copy of the content for saving.
func (s *Store) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{Made: s.made, Invited: s.invited}
	for _, id := range s.order {
		state.Groups = append(state.Groups, *s.groups[id].copied())
	}
	return state
}

// Restore fills an empty store with saved content.
func (s *Store) Restore(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made, s.invited = state.Made, state.Invited
	for i := range state.Groups {
		group := state.Groups[i]
		s.groups[group.ID] = &group
		s.order = append(s.order, group.ID)
	}
}
