package groups

import (
	"errors"
	"slices"

	"go.mau.fi/whatsmeow/types"
)

// ErrNotCommunity means that a group is not what links groups together, or not one of those that are linked.
var ErrNotCommunity = errors.New("groups: not a community, or not one of its groups")

// Results of linking one group, besides those of a change of members.
const alreadyLinked = "419"

// Community is what makes a group the roof over others.
type Community struct {
	// Closed is how one gets into its groups, "" or request_required.
	Closed string
}

// FoundCommunity makes a community with its group for announcements, in which everybody is, and if wanted one for talk.
// draft is the community itself.
func (s *Store) FoundCommunity(creator string, draft Group, members []string, talk bool) (roof *Group, linked []*Group) {
	roof = s.Create(creator, draft, members)
	drafts := []Group{{Subject: draft.Subject, Parent: roof.ID, Announce: true, DefaultSub: true}}
	if talk {
		drafts = append(drafts, Group{Subject: "General", Parent: roof.ID, General: true})
	}
	for _, sub := range drafts {
		linked = append(linked, s.Create(creator, sub, members))
	}
	return roof, linked
}

// Linked lists the groups of a community in the order of their creation.
func (s *Store) Linked(jid types.JID) []*Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.linked(jid.User)
}

func (s *Store) linked(roof string) []*Group {
	var list []*Group
	for _, id := range s.order {
		if s.groups[id].Parent == roof {
			list = append(list, s.groups[id].copied())
		}
	}
	return list
}

// Moves are the groups whose members a change has changed besides, with who has come or gone.
type Moves map[*Group][]string

// Link puts groups under a community, on behalf of somebody who is an admin of both. It returns the community, the
// outcome of each group (Phone is its id), and who came into the community with them.
func (s *Store) Link(roof types.JID, by string, ids []string) (*Group, []Outcome, Moves, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	community, err := s.administered(roof, by)
	if err != nil {
		return nil, nil, nil, err
	}
	if community.Community == nil {
		return nil, nil, nil, ErrNotCommunity
	}
	outcomes := make([]Outcome, len(ids))
	var phones []string
	for i, id := range ids {
		outcomes[i] = Outcome{Phone: id, Code: s.linkOne(community, by, id)}
		if outcomes[i].Code == Done {
			phones = append(phones, phonesOf(s.groups[id])...)
		}
	}
	arrivals := s.enrol(community.ID, phones)
	return community.copied(), outcomes, arrivals, nil
}

func (s *Store) linkOne(community *Group, by, id string) string {
	group, ok := s.groups[id]
	switch {
	case !ok || group.Community != nil:
		return Missing
	case !group.IsAdmin(by):
		return Forbidden
	case group.Parent != "":
		return alreadyLinked
	}
	group.Parent = community.ID
	group.Version++
	return Done
}

// Enrol makes members of a linked group, or of a community, members of the community and of its group for
// announcements.
func (s *Store) Enrol(group *Group, phones []string) Moves {
	s.mu.Lock()
	defer s.mu.Unlock()
	roof := group.Parent
	if group.Community != nil {
		roof = group.ID
	}
	return s.enrol(roof, phones)
}

func (s *Store) enrol(roof string, phones []string) Moves {
	moves := Moves{}
	for _, id := range s.order {
		group := s.groups[id]
		if roof == "" || (id != roof && (group.Parent != roof || !group.DefaultSub)) {
			continue
		}
		var arrived []string
		for _, phone := range phones {
			if _, member := group.Role(phone); !member {
				group.admit(phone)
				arrived = append(arrived, phone)
			}
		}
		if arrived != nil {
			moves[group.copied()] = arrived
		}
	}
	return moves
}

func phonesOf(group *Group) []string {
	phones := make([]string, len(group.Participants))
	for i, participant := range group.Participants {
		phones[i] = participant.Phone
	}
	return phones
}

// Unlink takes groups out from under a community. The group for announcements stays as long as the community.
func (s *Store) Unlink(roof types.JID, by string, ids []string) (*Group, []Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	community, err := s.administered(roof, by)
	if err != nil {
		return nil, nil, err
	}
	outcomes := make([]Outcome, len(ids))
	for i, id := range ids {
		group, ok := s.groups[id]
		outcomes[i] = Outcome{Phone: id, Code: Done}
		switch {
		case !ok || group.Parent != community.ID:
			outcomes[i].Code = Missing
		case group.DefaultSub:
			outcomes[i].Code = Forbidden
		default:
			group.Parent, group.General = "", false
			group.Version++
		}
	}
	return community.copied(), outcomes, nil
}

// Dissolve ends a community and its group for announcements; the others go on without it. It returns what was there.
func (s *Store) Dissolve(roof types.JID, by string) (community *Group, linked []*Group, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	present, err := s.administered(roof, by)
	if err != nil {
		return nil, nil, err
	}
	if present.Community == nil {
		return nil, nil, ErrNotCommunity
	}
	community, linked = present.copied(), s.linked(present.ID)
	for _, group := range linked {
		if group.DefaultSub {
			s.drop(group.ID)
			continue
		}
		s.groups[group.ID].Parent, s.groups[group.ID].General = "", false
	}
	s.drop(present.ID)
	return community, linked, nil
}

func (s *Store) drop(id string) {
	delete(s.groups, id)
	s.order = slices.DeleteFunc(s.order, func(other string) bool { return other == id })
}

// UnderRoof returns a linked group to somebody who is in its community.
func (s *Store) UnderRoof(roof, jid types.JID, phone string) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.underRoof(roof, jid, phone)
	if err != nil {
		return nil, err
	}
	return group.copied(), nil
}

func (s *Store) underRoof(roof, jid types.JID, phone string) (*Group, error) {
	community, ok := s.groups[roof.User]
	if !ok || community.Community == nil {
		return nil, ErrUnknown
	}
	if _, member := community.Role(phone); !member {
		return nil, ErrNotMember
	}
	group, ok := s.groups[jid.User]
	if !ok || group.Parent != community.ID {
		return nil, ErrNotCommunity
	}
	return group, nil
}

// JoinUnderRoof lets a member of a community into one of its groups, or notes that it wants to be.
func (s *Store) JoinUnderRoof(roof, jid types.JID, phone string) (*Group, Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, err := s.underRoof(roof, jid, phone)
	if err != nil {
		return nil, 0, err
	}
	return group.enter(phone, s.now())
}

// Depart takes phones out of a community's groups, for those who are no more in the community.
func (s *Store) Depart(roof types.JID, phones []string) Moves {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := Moves{}
	for _, id := range s.order {
		group := s.groups[id]
		if group.Parent != roof.User {
			continue
		}
		var left []string
		for _, phone := range phones {
			if group.remove(phone) {
				left = append(left, phone)
			}
		}
		if left != nil {
			group.Version++
			changed[group.copied()] = left
		}
	}
	return changed
}
