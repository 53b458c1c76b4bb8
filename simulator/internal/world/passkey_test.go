package world_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// askForPasskey scans a client's code for a phone that demands a passkey, and returns what the client was asked for.
func (l *lab) askForPasskey(c *companion) (phone string, asked *events.PairPasskeyRequest) {
	l.t.Helper()
	phone = l.newPhone()
	l.must("POST", "/admin/phones/"+phone+"/passkey", map[string]bool{"demanded": true}, nil)
	var answer struct{ Error string }
	if status := l.call("POST", "/admin/phones/"+phone+"/scan", c.code(), &answer); status != http.StatusAccepted {
		l.t.Fatalf("the scan has status %d %s", status, answer.Error)
	}
	return phone, waitFor[*events.PairPasskeyRequest](c)
}

// touch lets the phone's authenticator answer a challenge.
func (l *lab) touch(phone string, challenge []byte) *types.WebAuthnResponse {
	l.t.Helper()
	var answer json.RawMessage
	l.must("POST", "/admin/phones/"+phone+"/passkey/assert", map[string][]byte{"challenge_base64": challenge}, &answer)
	response := &types.WebAuthnResponse{}
	must(l.t, json.Unmarshal(answer, response))
	return response
}

// With the passkey, and because it knows the scanned code, a client is linked without anybody comparing anything.
func TestLinkingWithAPasskey(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	c := l.newCompanion()
	phone, asked := l.askForPasskey(c)
	if asked.PublicKey.RelyingPartID == "" || len(asked.PublicKey.AllowCredentials) != 1 {
		t.Errorf("asked for %+v", asked.PublicKey)
	}
	must(t, c.SendPasskeyResponse(ctx, l.touch(phone, asked.PublicKey.Challenge)))
	confirmation := waitFor[*events.PairPasskeyConfirmation](c)
	var state struct {
		Asked, Requested bool
		Code             string
	}
	l.must("GET", "/admin/phones/"+phone+"/passkey", nil, &state)
	if !confirmation.SkipHandoffUX || state.Code == "" || state.Code != confirmation.Code || !state.Asked || state.Requested {
		t.Errorf("the client shows %+v, the phone %+v", confirmation, state)
	}
	must(t, c.SendPasskeyConfirmation(ctx))
	if success := waitFor[*events.PairSuccess](c); success.ID.User != phone {
		t.Errorf("linked to %s", success.ID)
	}
	waitFor[*events.Connected](c)
	l.must("GET", "/admin/phones/"+phone+"/passkey", nil, &state)
	if state.Asked {
		t.Errorf("still %+v", state)
	}
}

// A client that cannot prove to know the scanned code waits until somebody has compared the codes.
func TestComparingCodesAfterAPasskey(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	c := l.newCompanion()
	phone, asked := l.askForPasskey(c)
	must(t, c.SendPasskeyResponse(ctx, l.touch(phone, asked.PublicKey.Challenge)))
	waitFor[*events.PairPasskeyConfirmation](c)
	// The proof can be shown only once.
	must(t, c.SendPasskeyResponse(ctx, l.touch(phone, asked.PublicKey.Challenge)))
	confirmation := waitFor[*events.PairPasskeyConfirmation](c)
	if confirmation.SkipHandoffUX {
		t.Error("nobody is to compare")
	}
	must(t, c.SendPasskeyConfirmation(ctx))
	compare := func(code string) int {
		return l.call("POST", "/admin/phones/"+phone+"/passkey/compare", map[string]string{"code": code}, nil)
	}
	if status := compare("1111-1111"); status != http.StatusForbidden {
		t.Errorf("another code has status %d", status)
	}
	if l.account(phone).Registrations != 0 {
		t.Fatal("linked before the codes were compared")
	}
	if status := compare(confirmation.Code); status != http.StatusOK {
		t.Errorf("the same code has status %d", status)
	}
	waitFor[*events.PairSuccess](c)
	waitFor[*events.Connected](c)
}

// Another account's passkey, and an answer to another challenge, link nobody.
func TestAWrongPasskey(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	c := l.newCompanion()
	phone, asked := l.askForPasskey(c)
	for name, response := range map[string]*types.WebAuthnResponse{
		"another account's": l.touch(l.newPhone(), asked.PublicKey.Challenge),
		"another challenge": l.touch(phone, []byte("another challenge")),
	} {
		if err := c.SendPasskeyResponse(ctx, response); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l.account(phone).Registrations != 0 {
		t.Error("linked")
	}
}

// A client that is told to make new codes shows others, and the old ones link it no more.
func TestCodesAreRefreshed(t *testing.T) {
	l := newLab(t)
	for _, kind := range []string{"pair-device-rotate-qr", "companion_reg_refresh"} {
		c := l.newCompanion()
		old := c.code()
		var told struct{ Told int }
		l.must("POST", "/admin/codes/refresh", map[string]string{"kind": kind}, &told)
		rotated := waitFor[*events.RotateADVSecret](c)
		if told.Told == 0 || rotated.NewSecret == rotated.OldSecret || !strings.Contains(old, rotated.OldSecret) {
			t.Errorf("%s: told %d, %v", kind, told.Told, rotated)
		}
		l.must("POST", "/admin/phones/"+l.newPhone()+"/scan", strings.Replace(old, rotated.OldSecret, rotated.NewSecret, 1), nil)
		waitFor[*events.PairSuccess](c)
		waitFor[*events.Connected](c)
	}
	stale := l.newCompanion()
	old := stale.code()
	l.must("POST", "/admin/codes/refresh", nil, nil)
	waitFor[*events.RotateADVSecret](stale)
	l.must("POST", "/admin/phones/"+l.newPhone()+"/scan", old, nil)
	waitFor[*events.PairError](stale)
}
