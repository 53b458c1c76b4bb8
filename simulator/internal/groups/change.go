package groups

import "go.mau.fi/whatsmeow/types"

// The changes of membership, as on the wire.
const (
	Add     = "add"
	Remove  = "remove"
	Promote = "promote"
	Demote  = "demote"
)

// Result codes of a change, one per phone.
const (
	Done      = "200"
	Forbidden = "403"
	Missing   = "404"
	Present   = "409"
)

// Outcome is what became of one phone in a change.
type Outcome struct {
	Phone, Code string
	// Personal is the invitation that somebody gets who cannot be added.
	Personal *Personal
}

// openToMembers is the add mode in which any member may add others.
const openToMembers = "all_member_add"

// Change adds, removes, promotes or demotes phones on behalf of a member, each on its own.
func (s *Store) Change(jid types.JID, by, action string, phones []string) (*Group, []Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	group, ok := s.groups[jid.User]
	if !ok {
		return nil, nil, ErrUnknown
	}
	if _, member := group.Role(by); !member {
		return nil, nil, ErrNotMember
	}
	open := action == Add && group.MemberAdd == openToMembers
	if !open && !group.IsAdmin(by) {
		return nil, nil, ErrNotAdmin
	}
	outcomes := make([]Outcome, len(phones))
	for i, phone := range phones {
		outcomes[i] = Outcome{Phone: phone, Code: group.apply(action, phone)}
	}
	group.Version++
	return group.copied(), outcomes, nil
}

func (g *Group) apply(action, phone string) string {
	role, member := g.Role(phone)
	switch {
	case phone == "":
		return Missing
	case action == Add && member:
		return Present
	case action == Add:
		g.withdraw(phone)
		g.Participants = append(g.Participants, Participant{phone, Member})
	case !member:
		return Missing
	case role == SuperAdmin:
		return Forbidden
	case action == Remove:
		g.remove(phone)
	case action == Promote:
		g.rank(phone, Admin)
	case action == Demote:
		g.rank(phone, Member)
	}
	return Done
}

func (g *Group) rank(phone string, role Role) {
	for i := range g.Participants {
		if g.Participants[i].Phone == phone {
			g.Participants[i].Role = role
		}
	}
}

// Touched lists the phones that a change has really changed.
func Touched(outcomes []Outcome) []string {
	var phones []string
	for _, outcome := range outcomes {
		if outcome.Code == Done {
			phones = append(phones, outcome.Phone)
		}
	}
	return phones
}
