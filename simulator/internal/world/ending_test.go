package world_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types/events"
)

func noReconnect(c *companion) {
	c.EnableAutoReconnect = false
	c.DisableLoginAutoReconnect = true
}

func (l *lab) kick(phone, reason string) {
	l.t.Helper()
	l.must("POST", "/admin/accounts/"+phone+"/devices/1/kick", map[string]string{"reason": reason}, nil)
}

func TestKicks(t *testing.T) {
	for reason, expect := range map[string]func(*companion){
		"close":    func(c *companion) { waitFor[*events.Disconnected](c) },
		"503":      func(c *companion) { waitFor[*events.Disconnected](c) },
		"replaced": func(c *companion) { waitFor[*events.StreamReplaced](c) },
		"515":      func(c *companion) { waitFor[*events.ManualLoginReconnect](c) },
		"device_removed": func(c *companion) {
			if out := waitFor[*events.LoggedOut](c); out.OnConnect {
				c.lab.t.Error("logged out on connect")
			}
		},
	} {
		t.Run(reason, func(t *testing.T) {
			l := newLab(t)
			phone, c := l.linked()
			noReconnect(c)
			l.kick(phone, reason)
			expect(c)
			if reason == "device_removed" {
				if left := len(l.account(phone).Companions); left != 0 {
					t.Errorf("%d companions left", left)
				}
				return
			}
			l.eventually("it is offline", func() bool { return !l.account(phone).Companions[0].Connected })
			c.Disconnect()
			c.login()
		})
	}
}

func TestALogoutWhileOfflineIsFoundAtLogin(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	c.Disconnect()
	l.must("POST", "/admin/accounts/"+phone+"/devices/1/logout", nil, nil)
	must(t, c.Connect())
	if out := waitFor[*events.LoggedOut](c); !out.OnConnect {
		t.Errorf("logged out with %+v", out)
	}
}

func TestAClientLogsItselfOut(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	must(t, c.Logout(t.Context()))
	l.eventually("the companion is gone", func() bool { return len(l.account(phone).Companions) == 0 })
	if view := l.account(phone); view.Registrations != 1 {
		t.Errorf("account %+v", view)
	}
}

func TestASecondLoginReplacesTheFirst(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	noReconnect(c)
	second := l.rawLogin(c)
	waitFor[*events.StreamReplaced](c)
	view := l.account(phone)
	if !view.Companions[0].Connected || view.Companions[0].Logins != 2 {
		t.Errorf("account %+v", view)
	}
	if pattern := view.Companions[0].Handshake; pattern != "XX" {
		t.Errorf("whatsmeow logged in with %q", pattern)
	}
	friend := l.newPhone()
	l.send(friend, phone, "to the second")
	second.next("message")
}
