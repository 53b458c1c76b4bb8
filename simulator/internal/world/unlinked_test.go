package world_test

import (
	"testing"

	"holdfast/simulator/internal/world"
)

// unlinked lists who unlinked the companions of a phone that are gone.
func (l *lab) unlinked(phone string) (by []string) {
	l.t.Helper()
	var view struct{ Unlinked []struct{ By string } }
	l.must("GET", "/admin/accounts/"+phone, nil, &view)
	for _, each := range view.Unlinked {
		by = append(by, each.By)
	}
	return by
}

// The server knows who unlinked a companion, over a restart too.
func TestWhoUnlinkedACompanion(t *testing.T) {
	folder := t.TempDir()
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	acts := map[string]func(phone string, c *companion){
		"phone": func(phone string, _ *companion) {
			l.must("POST", "/admin/accounts/"+phone+"/devices/1/logout", nil, nil)
		},
		"companion": func(_ string, c *companion) { must(t, c.Logout(t.Context())) },
		"server": func(phone string, _ *companion) {
			l.must("POST", "/admin/phones/"+phone+"/sleep", fields{"unlink_after_days": 14}, nil)
			l.moveClock(`{"advance_s":1300000}`)
		},
	}
	phones := map[string]string{}
	for who, act := range acts {
		phone, c := l.linked()
		act(phone, c)
		phones[who] = phone
		l.eventually("the companion is gone", func() bool { return len(l.account(phone).Companions) == 0 })
	}
	l.stop()
	again := newLab(t, keep)
	for who, phone := range phones {
		if by := again.unlinked(phone); len(by) != 1 || by[0] != who {
			t.Errorf("unlinked by %v, not by the %s", by, who)
		}
	}
}
