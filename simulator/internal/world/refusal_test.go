package world_test

import (
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types/events"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

func TestALoginNeedsTheNoiseKeyOfThePairing(t *testing.T) {
	l := newLab(t)
	_, c := l.linked()
	c.Disconnect()
	c.Store.NoiseKey = keys.NewKeyPair()
	must(t, c.Connect())
	out := waitFor[*events.LoggedOut](c)
	if !out.OnConnect || out.Reason != events.ConnectFailureLoggedOut {
		t.Fatalf("refused with %+v", out)
	}
}

func TestALoginOfAnUnknownDeviceIsRefused(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	payload := c.Store.GetClientPayload()
	payload.Device = proto.Uint32(50)
	node := l.dialRaw(c.Store.NoiseKey, payload).next("failure")
	if node.Attrs["reason"] != "401" {
		t.Fatalf("refused with %v", node.Attrs)
	}
	if !l.account(phone).Companions[0].Connected {
		t.Error("the honest companion lost its connection")
	}
}

func TestARegistrationNeedsAGoodSignedPreKey(t *testing.T) {
	l := newLab(t)
	c := l.newCompanion()
	for name, spoil := range map[string]func(*waWa6.ClientPayload_DevicePairingRegistrationData){
		"signature":    func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { data.ESkeySig[3] ^= 1 },
		"identity":     func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { data.EIdent = keys.NewKeyPair().Pub[:] },
		"short key":    func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { data.ESkeyVal = data.ESkeyVal[:31] },
		"no key type":  func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { data.EKeytype = nil },
		"wrong regid":  func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { data.ERegid = []byte{1} },
		"empty at all": func(data *waWa6.ClientPayload_DevicePairingRegistrationData) { proto.Reset(data) },
	} {
		t.Run(name, func(t *testing.T) {
			payload := proto.Clone(c.Store.GetClientPayload()).(*waWa6.ClientPayload)
			spoil(payload.DevicePairingData)
			r := l.dialRaw(c.Store.NoiseKey, payload)
			if node := r.next("failure"); node.Attrs["reason"] != "400" {
				t.Fatalf("refused with %v", node.Attrs)
			}
			r.waitClosed()
		})
	}
}

func TestCodesThatCannotBeScanned(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion()
	code := c.code()
	stranger := l.newCompanion()
	fields := strings.Split(code, ",")
	foreign := strings.Split(stranger.code(), ",")
	for name, test := range map[string]struct {
		code   string
		status int
	}{
		"no code":          {"hello", http.StatusBadRequest},
		"half a code":      {strings.Join(fields[:3], ","), http.StatusBadRequest},
		"bad base64":       {strings.Join([]string{fields[0], "!", fields[2], fields[3]}, ","), http.StatusBadRequest},
		"unknown ref":      {strings.Join(append([]string{"2@unknown"}, fields[1:]...), ","), http.StatusNotFound},
		"another's keys":   {strings.Join([]string{fields[0], foreign[1], foreign[2], fields[3]}, ","), http.StatusConflict},
		"another's device": {strings.Join([]string{fields[0], fields[1], foreign[2], fields[3]}, ","), http.StatusConflict},
	} {
		var answer struct{ Error string }
		if status := l.call("POST", "/admin/phones/"+phone+"/scan", test.code, &answer); status != test.status || answer.Error == "" {
			t.Errorf("%s: status %d, %q", name, status, answer.Error)
		}
	}
	c.Disconnect()
	l.eventually("the closed connection's codes are worthless", func() bool {
		return l.call("POST", "/admin/phones/"+phone+"/scan", code, nil) == http.StatusNotFound
	})
	if status := l.call("POST", "/admin/phones/4900000000/scan", code, nil); status != http.StatusNotFound {
		t.Errorf("a phone that does not exist scans with status %d", status)
	}
	if made := l.account(phone).Registrations; made != 0 {
		t.Errorf("%d registrations", made)
	}
}

func TestACodeIsScannedOnce(t *testing.T) {
	l := newLab(t)
	first, second := l.newPhone(), l.newPhone()
	c := l.newCompanion()
	code := c.code()
	l.must("POST", "/admin/phones/"+first+"/scan", code, nil)
	if status := l.call("POST", "/admin/phones/"+second+"/scan", code, nil); status != http.StatusNotFound {
		t.Fatalf("the second scan has status %d", status)
	}
	waitFor[*events.Connected](c)
	if c.Store.ID.User != first {
		t.Errorf("linked to %s", c.Store.ID.User)
	}
}

// A wrong secret makes the client refuse: the sealed identity does not open, and nobody is linked.
func TestAClientThatRefusesIsNotLinked(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion()
	fields := strings.Split(c.code(), ",")
	fields[3] = strings.Split(l.newCompanion().code(), ",")[3]
	l.must("POST", "/admin/phones/"+phone+"/scan", strings.Join(fields, ","), nil)
	waitFor[*events.PairError](c)
	if view := l.account(phone); view.Registrations != 0 || len(view.Companions) != 0 {
		t.Errorf("account %+v", view)
	}
}

func TestTheSamePushNameIsTheSameAccount(t *testing.T) {
	l := newLab(t)
	pair := func(name string) *companion {
		c := l.newCompanion()
		c.GetClientPayload = func() *waWa6.ClientPayload {
			payload := c.Store.GetClientPayload()
			payload.PushName = proto.String(name)
			return payload
		}
		l.must("POST", "/admin/mock-phone/scan-qr", c.code(), nil)
		waitFor[*events.Connected](c)
		return c
	}
	first, second, other := pair("alice"), pair("alice"), pair("bob")
	if first.Store.ID.User != second.Store.ID.User || first.Store.ID.Device != 1 || second.Store.ID.Device != 2 {
		t.Errorf("alice is %s and %s", first.Store.ID, second.Store.ID)
	}
	if other.Store.ID.User == first.Store.ID.User {
		t.Error("bob is alice")
	}
}
