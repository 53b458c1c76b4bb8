package world_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// The connection stays open and silent; the client has its credentials and can come back when it likes.
func TestMissing515(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion(noReconnect)
	l.fault("missing-515", phone)
	l.must("POST", "/admin/phones/"+phone+"/scan", c.code(), nil)
	waitFor[*events.PairSuccess](c)
	time.Sleep(50 * time.Millisecond) // absence has no event to wait for
	if !c.IsConnected() {
		t.Error("the server has closed")
	}
	c.Disconnect()
	c.login()
}

// The client finds out by itself, and nothing is linked.
func TestSpoiltProofsOfPairing(t *testing.T) {
	for name, want := range map[string]error{
		"bad-pair-hmac": whatsmeow.ErrPairInvalidDeviceIdentityHMAC, "bad-account-signature": whatsmeow.ErrPairInvalidDeviceSignature,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			phone := l.newPhone()
			c := l.newCompanion(noReconnect)
			l.fault(name, phone)
			l.must("POST", "/admin/phones/"+phone+"/scan", c.code(), nil)
			if failed := waitFor[*events.PairError](c); !errors.Is(failed.Error, want) {
				t.Errorf("the client says %v", failed.Error)
			}
			l.eventually("the server has closed", func() bool { return !c.IsConnected() })
			if view := l.account(phone); view.Registrations != 0 || len(view.Companions) != 0 {
				t.Errorf("account %+v", view)
			}
		})
	}
}

// The request to restart overtakes the device's own proof; whoever sends it all the same is linked.
func TestEarly515(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion(noReconnect)
	l.fault("early-515", phone)
	l.must("POST", "/admin/phones/"+phone+"/scan", c.code(), nil)
	waitFor[*events.PairSuccess](c)
	l.eventually("the device is linked", func() bool { return l.account(phone).Registrations == 1 })
	c.Disconnect()
	c.login()
	var page struct{ Items []stanzaRecord }
	l.must("GET", "/admin/transcript?dir=out", nil, &page)
	restarts := 0
	for _, item := range page.Items {
		if item.Node.Tag == "stream:error" {
			restarts++
		}
	}
	if restarts != 1 {
		t.Errorf("%d requests to restart", restarts)
	}
}

func TestCodesExpired(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion(noReconnect)
	code := c.code()
	if hit := l.strike("codes-expired", "").Hit; hit != 1 {
		t.Errorf("hit %d", hit)
	}
	l.eventually("the server has closed", func() bool { return !c.IsConnected() })
	l.eventually("the code is worthless", func() bool {
		return l.call("POST", "/admin/phones/"+phone+"/scan", code, nil) == http.StatusNotFound
	})
	l.strike("codes-expired", "")
	c.Disconnect()
	again := l.newCompanion()
	again.pair(phone)
}
