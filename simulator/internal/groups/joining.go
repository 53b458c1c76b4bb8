package groups

import (
	"errors"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// Why somebody does not get in.
var (
	ErrInviteRevoked = errors.New("groups: this invitation is no longer valid")
	ErrInviteUnknown = errors.New("groups: no such invitation")
)

// personalLife is how long an invitation to one person can be accepted.
const personalLife = 3 * 24 * time.Hour

// Request is somebody's wish to get in, which an admin has to answer.
type Request struct {
	Phone string
	At    time.Time
}

// Personal is an invitation to one person, who could not be added by somebody else.
type Personal struct {
	Phone, By, Code string
	Expires         time.Time
}

// Entry is what became of somebody who followed an invitation.
type Entry int

// The outcomes of following an invitation.
const (
	Joined Entry = iota
	AlreadyIn
	Requested
)

// ByInvite returns the group that an invitation leads to.
func (s *Store) ByInvite(code string) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.byInvite(code)
	if err != nil {
		return nil, err
	}
	return group.copied(), nil
}

func (s *Store) byInvite(code string) (*Group, error) {
	for _, id := range s.order {
		group := s.groups[id]
		if group.Invite == code {
			return group, nil
		}
		if slices.Contains(group.RevokedInvites, code) {
			return nil, ErrInviteRevoked
		}
	}
	return nil, ErrInviteUnknown
}

// ResetInvite makes the old invitation worthless.
func (s *Store) ResetInvite(jid types.JID, by string) (*Group, error) {
	return s.Edit(jid, by, true, func(group *Group) {
		group.RevokedInvites = append(group.RevokedInvites, group.Invite)
		group.Invite = s.code(group.ID, group.Version)
	})
}

// Join lets a phone in that holds an invitation, or notes that it wants to be.
func (s *Store) Join(code, phone string) (*Group, Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.byInvite(code)
	if err != nil {
		return nil, 0, err
	}
	return group.enter(phone, s.now())
}

func (g *Group) enter(phone string, now time.Time) (*Group, Entry, error) {
	if _, member := g.Role(phone); member {
		return g.copied(), AlreadyIn, nil
	}
	if g.Approval {
		if !slices.ContainsFunc(g.Requests, func(r Request) bool { return r.Phone == phone }) {
			g.Requests = append(g.Requests, Request{phone, now})
		}
		return g.copied(), Requested, nil
	}
	g.admit(phone)
	return g.copied(), Joined, nil
}

func (g *Group) admit(phone string) {
	g.withdraw(phone)
	g.Participants = append(g.Participants, Participant{phone, Member})
	g.Version++
}

// withdraw forgets that somebody wanted to get in, and tells whether it did.
func (g *Group) withdraw(phone string) bool {
	before := len(g.Requests)
	g.Requests = slices.DeleteFunc(slices.Clone(g.Requests), func(r Request) bool { return r.Phone == phone })
	return len(g.Requests) < before
}

// Decide answers requests on behalf of an admin: who is approved is in.
func (s *Store) Decide(jid types.JID, by string, approve bool, phones []string) (*Group, []Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.administered(jid, by)
	if err != nil {
		return nil, nil, err
	}
	outcomes := make([]Outcome, len(phones))
	for i, phone := range phones {
		outcomes[i] = Outcome{Phone: phone, Code: Missing}
		if !group.withdraw(phone) {
			continue
		}
		outcomes[i].Code = Done
		if approve {
			group.admit(phone)
		}
	}
	return group.copied(), outcomes, nil
}

// Withdraw takes back somebody's wish to get in, and tells whether there was one.
func (s *Store) Withdraw(jid types.JID, phone string) (group *Group, withdrawn bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	present, ok := s.groups[jid.User]
	if !ok {
		return nil, false, ErrUnknown
	}
	withdrawn = present.withdraw(phone)
	return present.copied(), withdrawn, nil
}

// administered returns a group for one of its admins; the lock is held.
func (s *Store) administered(jid types.JID, by string) (*Group, error) {
	group, ok := s.groups[jid.User]
	if !ok {
		return nil, ErrUnknown
	}
	if _, member := group.Role(by); !member {
		return nil, ErrNotMember
	}
	if !group.IsAdmin(by) {
		return nil, ErrNotAdmin
	}
	return group, nil
}

// InvitePersonally notes that a member has invited somebody who cannot simply be added.
func (s *Store) InvitePersonally(jid types.JID, by, phone string) (Personal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, ok := s.groups[jid.User]
	if !ok {
		return Personal{}, ErrUnknown
	}
	s.invited++
	invitation := Personal{Phone: phone, By: by, Code: s.code(group.ID+" "+phone, s.invited), Expires: s.now().Add(personalLife)}
	group.forgetPersonal(phone)
	group.Personal = append(group.Personal, invitation)
	return invitation, nil
}

func (g *Group) forgetPersonal(phone string) {
	g.Personal = slices.DeleteFunc(slices.Clone(g.Personal), func(p Personal) bool { return p.Phone == phone })
}

// RevokePersonal makes the invitations of persons worthless, on behalf of an admin.
func (s *Store) RevokePersonal(jid types.JID, by string, phones []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.administered(jid, by)
	if err != nil {
		return err
	}
	for _, phone := range phones {
		group.forgetPersonal(phone)
	}
	return nil
}

// Personally returns the group that a person's own invitation leads to.
func (s *Store) Personally(jid types.JID, phone, code string) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.personally(jid, phone, code)
	if err != nil {
		return nil, err
	}
	return group.copied(), nil
}

func (s *Store) personally(jid types.JID, phone, code string) (*Group, error) {
	group, ok := s.groups[jid.User]
	if !ok {
		return nil, ErrUnknown
	}
	at := slices.IndexFunc(group.Personal, func(p Personal) bool { return p.Phone == phone && p.Code == code })
	switch {
	case at < 0:
		return nil, ErrInviteUnknown
	case s.now().After(group.Personal[at].Expires):
		return nil, ErrInviteRevoked
	default:
		return group, nil
	}
}

// Accept lets a person in who was invited personally; nobody has to approve.
func (s *Store) Accept(jid types.JID, phone, code string) (*Group, Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.personally(jid, phone, code)
	if err != nil {
		return nil, 0, err
	}
	group.forgetPersonal(phone)
	if _, member := group.Role(phone); member {
		return group.copied(), AlreadyIn, nil
	}
	group.admit(phone)
	return group.copied(), Joined, nil
}
