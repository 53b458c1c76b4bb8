package passkey

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	signal "go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

func credential(t *testing.T, name string) *Credential {
	t.Helper()
	made, err := NewCredential([]byte("id of "+name), []byte(fmt.Sprintf("%-32s", name)))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Whatever is wrong with an assertion, it does not hold.
func TestAssertions(t *testing.T) {
	anna, challenge := credential(t, "anna"), []byte("challenge")
	assert := func(by *Credential, challenge string, spoil func(*Assertion)) []byte {
		made, err := by.Assert([]byte(challenge))
		if err != nil {
			t.Fatal(err)
		}
		spoil(made)
		encoded, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	honest := func(*Assertion) {}
	if err := anna.Verify(challenge, assert(anna, "challenge", honest)); err != nil {
		t.Errorf("an honest one: %v", err)
	}
	for name, encoded := range map[string][]byte{
		"another passkey":   assert(credential(t, "ben"), "challenge", honest),
		"another challenge": assert(anna, "yesterday's", honest),
		"under her name":    assert(credential(t, "ben"), "challenge", func(a *Assertion) { a.RawID = encode(anna.ID) }),
		"nobody there": assert(anna, "challenge", func(a *Assertion) {
			data := decode(a.Response.AuthenticatorData)
			data[32] = 0
			a.Response.AuthenticatorData = encode(data)
		}),
		"no signature": assert(anna, "challenge", func(a *Assertion) { a.Response.Signature = "" }),
		"no data":      assert(anna, "challenge", func(a *Assertion) { a.Response.AuthenticatorData = "" }),
		"no JSON":      []byte("{"),
	} {
		if err := anna.Verify(challenge, encoded); !errors.Is(err, ErrAssertion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// client is the other side of the handshake.
type client struct {
	pair     *signal.KeyPair
	nonce    []byte
	prologue []byte
}

func newClient(t *testing.T, ref string) *client {
	t.Helper()
	c := &client{pair: signal.NewKeyPair(), nonce: []byte(fmt.Sprintf("%-32s", "the client's nonce"))}
	identity, err := proto.Marshal(&waCompanionReg.CompanionEphemeralIdentity{
		PublicKey: c.pair.Pub[:], DeviceType: waCompanionReg.DeviceProps_CHROME.Enum(), Ref: &ref,
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(append([]byte{}, identity...), c.nonce...))
	c.prologue, err = proto.Marshal(&waCompanionReg.ProloguePayload{
		CompanionEphemeralIdentity: identity, Commitment: &waCompanionReg.CompanionCommitment{Hash: sum[:]},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seal makes the client's request for what the phone has answered.
func (c *client) seal(t *testing.T, primary []byte, ref string) []byte {
	t.Helper()
	theirs := &waCompanionReg.PrimaryEphemeralIdentity{}
	if err := proto.Unmarshal(primary, theirs); err != nil {
		t.Fatal(err)
	}
	shared, err := curve25519.X25519(c.pair.Priv[:], theirs.GetPublicKey())
	if err != nil {
		t.Fatal(err)
	}
	key := hkdfutil.SHA256(shared, []byte("Companion Pairing 1 with ref "+ref), []byte(requestInfo), 32)
	request, err := proto.Marshal(&waCompanionReg.PairingRequest{
		CompanionPublicKey: make([]byte, 32), CompanionIdentityKey: make([]byte, 32), AdvSecret: []byte(fmt.Sprintf("%-32s", "secret")),
	})
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, 12)
	sealed, err := gcmutil.Encrypt(key, iv, request, nil)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := proto.Marshal(&waCompanionReg.EncryptedPairingRequest{EncryptedPayload: sealed, IV: iv})
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestTheHandshake(t *testing.T) {
	c := newClient(t, "ref")
	for name, prologue := range map[string][]byte{"nothing": nil, "garbage": {1, 2, 3}, "another connection's": newClient(t, "other").prologue} {
		if _, err := Begin(prologue, "ref", signal.NewKeyPair(), make([]byte, 32)); !errors.Is(err, ErrHandshake) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h, err := Begin(c.prologue, "ref", signal.NewKeyPair(), []byte(fmt.Sprintf("%-32s", "the phone's nonce")))
	if err != nil {
		t.Fatal(err)
	}
	primary, err := h.Primary()
	if err != nil {
		t.Fatal(err)
	}
	request := c.seal(t, primary, "ref")
	if _, err = h.Open(request); !errors.Is(err, ErrHandshake) || h.Code() != "" {
		t.Errorf("a request before the nonce: %v, code %q", err, h.Code())
	}
	if err = h.Reveal(make([]byte, 32)); !errors.Is(err, ErrHandshake) {
		t.Errorf("another nonce than the promised one: %v", err)
	}
	if err = h.Reveal(c.nonce); err != nil || len(h.Code()) != 9 {
		t.Errorf("the promised nonce: %v, code %q", err, h.Code())
	}
	if _, err = h.Open(c.seal(t, primary, "other")); !errors.Is(err, ErrHandshake) {
		t.Errorf("a request for another connection: %v", err)
	}
	opened, err := h.Open(request)
	if err != nil || string(opened.ADVSecret) != fmt.Sprintf("%-32s", "secret") {
		t.Errorf("opened %+v, %v", opened, err)
	}
}
