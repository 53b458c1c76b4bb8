package world_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

func (c *companion) askForCode(phone string) string {
	c.lab.t.Helper()
	code, err := c.PairPhone(context.Background(), phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	must(c.lab.t, err)
	return code
}

func TestPairingByCode(t *testing.T) {
	l := newLab(t)
	friend, phone := l.newPhone(), l.newPhone()
	c := l.newCompanion()
	c.code() // connects; the QR code stays unused
	code := c.askForCode(phone)
	var linked struct{ JID string }
	l.must("POST", "/admin/phones/"+phone+"/link-code", map[string]string{"code": strings.ToLower(code)}, &linked)
	if success := waitFor[*events.PairSuccess](c); success.ID.String() != linked.JID {
		t.Errorf("paired as %s, linked %s", success.ID, linked.JID)
	}
	waitFor[*events.Connected](c)
	l.send(friend, phone, "hello")
	if got := c.text().Message.GetConversation(); got != "hello" {
		t.Errorf("got %q", got)
	}
}

func TestCodesThatAreRefused(t *testing.T) {
	l := newLab(t)
	phone, other := l.newPhone(), l.newPhone()
	c := l.newCompanion()
	c.code()
	code := c.askForCode(phone)
	wrong := "AAAA-AAAA"
	for name, test := range map[string]struct {
		phone, code string
		status      int
	}{
		"too short":        {phone, "ABCD", http.StatusBadRequest},
		"bad character":    {phone, "ABCD-EFGI", http.StatusBadRequest},
		"another's phone":  {other, code, http.StatusNotFound},
		"wrong code":       {phone, wrong, http.StatusForbidden},
		"wrong code again": {phone, wrong, http.StatusForbidden},
	} {
		if status := l.call("POST", "/admin/phones/"+test.phone+"/link-code", map[string]string{"code": test.code}, nil); status != test.status {
			t.Errorf("%s: status %d", name, status)
		}
	}
	l.must("POST", "/admin/phones/"+phone+"/link-code", map[string]string{"code": code}, nil)
	waitFor[*events.Connected](c)
	if made := l.account(phone).Registrations; made != 1 {
		t.Errorf("%d registrations", made)
	}
}

func TestNoCodeForAStranger(t *testing.T) {
	l := newLab(t)
	c := l.newCompanion()
	c.code()
	_, err := c.PairPhone(context.Background(), "4915999999999", true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if !errors.Is(err, whatsmeow.ErrIQNotFound) {
		t.Errorf("asking for a stranger's code: %v", err)
	}
}
