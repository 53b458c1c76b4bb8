package account

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"

	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/seed"
)

// A connection gets six references: clients show the first for 60 s and each further one for 20 s.
const (
	refsPerConnection = 6
	firstRefLife      = 60 * time.Second
	nextRefLife       = 20 * time.Second
	refGrace          = 5 * time.Second
	// PairingTime is how long an unpaired connection is useful at all.
	PairingTime = firstRefLife + (refsPerConnection-1)*nextRefLife + refGrace
	qrLink      = "https://wa.me/settings/linked_devices#"
)

// Why a scan can fail.
var (
	ErrQRMalformed = errors.New("not a pairing QR code")
	ErrQRUnknown   = errors.New("unknown or expired QR code: its connection is gone or a newer code is shown")
	ErrQRMismatch  = errors.New("the QR code's keys are not those of the connection that shows it")
)

// Registration is what a new device says of itself before anyone scans its code.
type Registration struct {
	Noise, Identity [32]byte
	RegistrationID  uint32
	Signed          keys.SignedPreKey
	PushName        string
	Platform        string
}

// Offer is an account's invitation to a device: what pair-success tells.
type Offer struct {
	Companion *Companion
	// Sealed is the device identity for the client; it can check it with its own secret.
	Sealed []byte

	issued   *waAdv.ADVSignedDeviceIdentity
	identity [32]byte
	secret   []byte
	refs     int
}

// Applicant is the connection that shows the code; it carries the offer to the client.
type Applicant interface {
	Offer(offer *Offer) error
	// PrimaryHello carries the phone's part of a pairing by code.
	PrimaryHello(ref string, wrapped, identity []byte) error
	// AskPasskey carries the server's wish for a passkey, in the form of WebAuthn.
	AskPasskey(options []byte) error
	// Refresh tells the client to make new codes; kind names one of the two ways to say so.
	Refresh(kind string) error
}

// Lobby matches scanned codes with the connections that show them.
type Lobby struct {
	source *seed.Source
	now    func() time.Time

	mu      sync.Mutex
	tickets map[string]*ticket
	served  int
	visits  int
	// codes are the requests for pairing by code, by phone number.
	codes      map[string]*codeRequest
	codesAsked int
	// passkeys are the connections that have to prove a passkey.
	passkeys      map[Applicant]*passkeyRequest
	passkeysAsked int
}

type ticket struct {
	registration *Registration
	applicant    Applicant
	expires      time.Time
}

// NewLobby returns an empty lobby.
func NewLobby(source *seed.Source, now func() time.Time) *Lobby {
	return &Lobby{source: source, now: now, tickets: map[string]*ticket{}, codes: map[string]*codeRequest{},
		passkeys: map[Applicant]*passkeyRequest{}}
}

// Enter gives a connection its references, in the order in which they will be shown.
func (l *Lobby) Enter(registration *Registration, applicant Applicant) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	visit := l.visits
	l.visits++
	refs := make([]string, refsPerConnection)
	life := firstRefLife + refGrace
	for i := range refs {
		refs[i] = "2@" + base64.StdEncoding.EncodeToString(l.source.Bytes(48, "ref", visit, i))
		l.tickets[refs[i]] = &ticket{registration, applicant, l.now().Add(life)}
		life += nextRefLife
	}
	l.served += len(refs)
	return refs
}

// Leave makes a connection's references worthless.
func (l *Lobby) Leave(refs []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ref := range refs {
		delete(l.tickets, ref)
	}
}

// Served is the number of references ever given out.
func (l *Lobby) Served() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served
}

// PushName returns the push name of the registration behind a code, so that a scanner can be chosen by it.
func (l *Lobby) PushName(code string) (string, error) {
	scanned, err := parseQR(code)
	if err != nil {
		return "", err
	}
	ticket, err := l.find(scanned)
	if err != nil {
		return "", err
	}
	return ticket.registration.PushName, nil
}

// Scan lets the account's phone scan a code: the connection that shows it gets the offer. ErrPasskeyAsked means that it
// has to prove the account's passkey first.
func (l *Lobby) Scan(code string, account *Account) (*Offer, error) {
	scanned, err := parseQR(code)
	if err != nil {
		return nil, err
	}
	ticket, err := l.find(scanned)
	if err != nil {
		return nil, err
	}
	if account.DemandsPasskey() {
		return nil, l.askPasskey(ticket, account, scanned.advSecret)
	}
	return l.offer(ticket, account, scanned.advSecret)
}

// offer reserves a place in the account for a device and tells the device.
func (l *Lobby) offer(ticket *ticket, account *Account, advSecret []byte) (*Offer, error) {
	companion, err := account.enrol(ticket.registration)
	if err != nil {
		return nil, err
	}
	sealed, issued, err := account.vouch(companion, ticket.registration.Identity, advSecret, l.now())
	if err != nil {
		return nil, err
	}
	offer := &Offer{
		Companion: companion, Sealed: sealed, issued: issued, identity: ticket.registration.Identity,
		secret: advSecret, refs: refsPerConnection,
	}
	if err = ticket.applicant.Offer(offer); err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrQRUnknown, err)
	}
	return offer, nil
}

func (l *Lobby) find(scanned *scannedQR) (*ticket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ticket, ok := l.tickets[scanned.ref]
	if !ok || l.now().After(ticket.expires) {
		return nil, ErrQRUnknown
	}
	if ticket.registration.Noise != scanned.noise || ticket.registration.Identity != scanned.identity {
		return nil, ErrQRMismatch
	}
	return ticket, nil
}

// Accept links the companion once it has proven its identity key. returned is its signed device identity.
func (o *Offer) Accept(returned []byte, now time.Time) error {
	complete, err := countersign(o.issued, o.identity, returned)
	if err != nil {
		return err
	}
	o.Companion.Identity = complete
	o.Companion.Account.admit(o.Companion, o.refs, now)
	return nil
}

type scannedQR struct {
	ref             string
	noise, identity [32]byte
	advSecret       []byte
}

func parseQR(code string) (*scannedQR, error) {
	fields := strings.Split(strings.TrimPrefix(strings.TrimSpace(code), qrLink), ",")
	if len(fields) != 4 && len(fields) != 5 {
		return nil, ErrQRMalformed
	}
	var decoded [3][]byte
	for i := range decoded {
		value, err := base64.StdEncoding.DecodeString(fields[i+1])
		if err != nil || len(value) != 32 {
			return nil, ErrQRMalformed
		}
		decoded[i] = value
	}
	return &scannedQR{
		ref: fields[0], noise: [32]byte(decoded[0]), identity: [32]byte(decoded[1]), advSecret: decoded[2],
	}, nil
}
