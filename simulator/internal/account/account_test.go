package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	signal "go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/seed"
)

// showing is an applicant that accepts every offer.
type showing struct{ offers []*Offer }

func (s *showing) Offer(offer *Offer) error {
	s.offers = append(s.offers, offer)
	return nil
}

func (*showing) PrimaryHello(string, []byte, []byte) error { return nil }
func (*showing) AskPasskey([]byte) error                   { return nil }
func (*showing) Refresh(string) error                      { return nil }

// stage is a lobby with one device in it and a clock that the test moves.
type stage struct {
	now          time.Time
	accounts     *Registry
	lobby        *Lobby
	identity     *signal.KeyPair
	secret       []byte
	refs         []string
	registration *Registration
	applicant    *showing
}

func newStage(t *testing.T) *stage {
	t.Helper()
	source := seed.New(1)
	s := &stage{now: time.Unix(1_800_000_000, 0), accounts: NewRegistry(source), identity: signal.NewKeyPair(),
		secret: []byte(strings.Repeat("s", 32)), applicant: &showing{}}
	s.lobby = NewLobby(source, func() time.Time { return s.now })
	s.registration = &Registration{Noise: *signal.NewKeyPair().Pub, Identity: *s.identity.Pub}
	s.refs = s.lobby.Enter(s.registration, s.applicant)
	return s
}

func (s *stage) code(ref string) string {
	fields := []string{ref}
	for _, key := range [][]byte{s.registration.Noise[:], s.registration.Identity[:], s.secret} {
		fields = append(fields, base64.StdEncoding.EncodeToString(key))
	}
	return strings.Join(fields, ",")
}

func (s *stage) account(t *testing.T) *Account {
	t.Helper()
	account, _, err := s.accounts.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// sign does what the device does with an offer.
func (s *stage) sign(t *testing.T, offer *Offer) *waAdv.ADVSignedDeviceIdentity {
	t.Helper()
	outer, inner := &waAdv.ADVSignedDeviceIdentityHMAC{}, &waAdv.ADVSignedDeviceIdentity{}
	if err := errors.Join(proto.Unmarshal(offer.Sealed, outer), proto.Unmarshal(outer.GetDetails(), inner)); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write(outer.GetDetails())
	if !hmac.Equal(mac.Sum(nil), outer.GetHMAC()) {
		t.Fatal("the seal does not hold")
	}
	account := ecc.NewDjbECPublicKey([32]byte(inner.GetAccountSignatureKey()))
	vouched := concat(whatsmeow.AdvAccountSignaturePrefix, inner.GetDetails(), s.identity.Pub[:])
	if !ecc.VerifySignature(account, vouched, [64]byte(inner.GetAccountSignature())) {
		t.Fatal("the account's signature does not hold")
	}
	message := concat(whatsmeow.AdvDeviceSignaturePrefix, inner.GetDetails(), s.identity.Pub[:], inner.GetAccountSignatureKey())
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*s.identity.Priv), message)
	inner.DeviceSignature, inner.AccountSignatureKey = signature[:], nil
	return inner
}

func encode(t *testing.T, message proto.Message) []byte {
	t.Helper()
	encoded, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestAScanLinksADevice(t *testing.T) {
	for _, form := range []string{"", qrLink} {
		s := newStage(t)
		owner := s.account(t)
		offer, err := s.lobby.Scan(form+s.code(s.refs[0])+",1", owner)
		if err != nil {
			t.Fatal(err)
		}
		if len(owner.Companions()) != 0 {
			t.Fatal("linked before it has proven anything")
		}
		if err = offer.Accept(encode(t, s.sign(t, offer)), s.now); err != nil {
			t.Fatal(err)
		}
		companion, ok := owner.Companion(1)
		if !ok || companion.Noise != s.registration.Noise {
			t.Fatalf("companion %+v", companion)
		}
		stored := &waAdv.ADVSignedDeviceIdentity{}
		if err = proto.Unmarshal(companion.Identity, stored); err != nil || len(stored.GetAccountSignatureKey()) != 32 || len(stored.GetDeviceSignature()) != 64 {
			t.Errorf("peers get %+v", stored)
		}
	}
}

func TestABadDeviceSignatureLinksNobody(t *testing.T) {
	for name, spoil := range map[string]func(*waAdv.ADVSignedDeviceIdentity){
		"flipped signature": func(identity *waAdv.ADVSignedDeviceIdentity) { identity.DeviceSignature[5] ^= 1 },
		"short signature": func(identity *waAdv.ADVSignedDeviceIdentity) {
			identity.DeviceSignature = identity.DeviceSignature[:63]
		},
		"other details": func(identity *waAdv.ADVSignedDeviceIdentity) { identity.Details = append(identity.Details, 0) },
		"nothing":       func(identity *waAdv.ADVSignedDeviceIdentity) { proto.Reset(identity) },
	} {
		s := newStage(t)
		owner := s.account(t)
		offer, err := s.lobby.Scan(s.code(s.refs[0]), owner)
		if err != nil {
			t.Fatal(err)
		}
		answer := s.sign(t, offer)
		spoil(answer)
		if err = offer.Accept(encode(t, answer), s.now); !errors.Is(err, ErrDeviceSignature) {
			t.Errorf("%s: %v", name, err)
		}
		if made, _ := owner.Counts(); made != 0 || len(owner.Companions()) != 0 {
			t.Errorf("%s: linked", name)
		}
	}
}

// Codes live as long as clients show them: the first 60 s, each further one 20 s more.
func TestCodesExpire(t *testing.T) {
	s := newStage(t)
	owner := s.account(t)
	s.now = s.now.Add(66 * time.Second)
	if _, err := s.lobby.Scan(s.code(s.refs[0]), owner); !errors.Is(err, ErrQRUnknown) {
		t.Errorf("the first code after 66 s: %v", err)
	}
	if _, err := s.lobby.Scan(s.code(s.refs[1]), owner); err != nil {
		t.Errorf("the second code after 66 s: %v", err)
	}
	s.now = s.now.Add(PairingTime)
	if _, err := s.lobby.Scan(s.code(s.refs[5]), owner); !errors.Is(err, ErrQRUnknown) {
		t.Errorf("the last code at last: %v", err)
	}
}

func TestDeviceIdsEndAt99AndAreReused(t *testing.T) {
	s := newStage(t)
	owner := s.account(t)
	link := func() *Companion {
		companion, err := owner.enrol(s.registration)
		if err != nil {
			t.Fatal(err)
		}
		owner.admit(companion, 6, s.now)
		return companion
	}
	for want := uint16(1); want <= maxDevice; want++ {
		if companion := link(); companion.Device != want {
			t.Fatalf("device %d, not %d", companion.Device, want)
		}
	}
	if _, err := owner.enrol(s.registration); !errors.Is(err, ErrTooManyDevices) {
		t.Fatalf("the hundredth device: %v", err)
	}
	owner.Remove(Unlinked{Device: 40, By: ByPhone})
	if companion := link(); companion.Device != 40 || companion.KeyIndex != 100 {
		t.Errorf("device %d, key index %d", companion.Device, companion.KeyIndex)
	}
}

func TestPhoneNumbers(t *testing.T) {
	registry := NewRegistry(seed.New(1))
	for _, bad := range []string{"1", "49 151", "+49151x", strings.Repeat("1", 16), "++491510000"} {
		if _, _, err := registry.Open(bad, ""); !errors.Is(err, ErrPhoneInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	first, created, err := registry.Open("+4915112345678", "Anna")
	if err != nil || !created || first.Phone != "4915112345678" {
		t.Fatalf("%+v, created %v, %v", first, created, err)
	}
	again, created, _ := registry.Open("4915112345678", "")
	if again != first || created || again.Name() != "Anna" {
		t.Error("the same number is another account")
	}
	if found, ok := registry.ByJID(first.LIDJID(7)); !ok || found != first {
		t.Error("not found by LID")
	}
}

// A replaced connection that ends late does not take its successor down.
func TestALateDetachIsIgnored(t *testing.T) {
	companion := &Companion{Queue: queue.New()}
	old, fresh := &endless{}, &endless{}
	if companion.Attach(old, time.Now()) != nil {
		t.Error("replaced somebody")
	}
	if companion.Attach(fresh, time.Now()) != Link(old) {
		t.Error("did not replace the old one")
	}
	companion.Detach(old, time.Now())
	if link, online := companion.Online(); !online || link != Link(fresh) {
		t.Error("the new connection is gone")
	}
}
