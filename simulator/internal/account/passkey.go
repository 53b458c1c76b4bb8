package account

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"

	"holdfast/simulator/internal/passkey"
)

// Why linking with a passkey can fail, or has to wait.
var (
	// ErrPasskeyAsked means that the client has been asked for a passkey; its device is linked when it has answered.
	ErrPasskeyAsked = errors.New("the client was asked for the account's passkey: it is linked once it has answered")
	ErrPasskeyNone  = errors.New("no client is being linked with a passkey of this phone")
	ErrPasskeyCode  = errors.New("the code is not the one that the client shows")
)

// passkeyRequest is a connection that has to prove the account's passkey before it is linked.
type passkeyRequest struct {
	visitor   *ticket
	owner     *Account
	scanned   []byte
	challenge []byte
	refs      int
	ref       string
	handshake *passkey.Handshake
	// handedOff tells that the client knows the secret of the scanned code: nobody has to compare codes.
	handedOff bool
	request   *passkey.Request
}

// DemandPasskey decides whether new devices of the account have to prove its passkey.
func (a *Account) DemandPasskey(demanded bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.passkey = demanded
}

// DemandsPasskey tells what DemandPasskey has decided.
func (a *Account) DemandsPasskey() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.passkey
}

// Passkey is the account's passkey; it follows from the seed.
func (l *Lobby) Passkey(owner *Account) (*passkey.Credential, error) {
	return passkey.NewCredential(l.source.Bytes(32, "passkey id", owner.Phone), l.source.Bytes(32, "passkey", owner.Phone))
}

// askPasskey begins: the client of a scanned code is asked for the passkey.
func (l *Lobby) askPasskey(visitor *ticket, owner *Account, scanned []byte) error {
	l.mu.Lock()
	l.passkeysAsked++
	request := &passkeyRequest{
		visitor: visitor, owner: owner, scanned: scanned, challenge: l.source.Bytes(32, "passkey challenge", owner.Phone, l.passkeysAsked),
	}
	l.passkeys[visitor.applicant] = request
	l.mu.Unlock()
	credential, err := l.Passkey(owner)
	if err != nil {
		return err
	}
	options, err := credential.Options(request.challenge)
	if err != nil {
		return err
	}
	if err = visitor.applicant.AskPasskey(options); err != nil {
		return fmt.Errorf("%w (%w)", ErrQRUnknown, err)
	}
	return ErrPasskeyAsked
}

// PasskeyOptions repeats what a client was asked for.
func (l *Lobby) PasskeyOptions(applicant Applicant) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	request, ok := l.passkeys[applicant]
	if !ok {
		return nil, ErrPasskeyNone
	}
	credential, err := l.Passkey(request.owner)
	if err != nil {
		return nil, err
	}
	return credential.Options(request.challenge)
}

// PasskeyRef gives a connection the reference that its prologue must name.
func (l *Lobby) PasskeyRef(applicant Applicant) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	request, ok := l.passkeys[applicant]
	if !ok {
		return "", ErrPasskeyNone
	}
	request.refs++
	request.ref = "4@" + base64.StdEncoding.EncodeToString(
		l.source.Bytes(24, "passkey ref", request.owner.Phone, l.passkeysAsked, request.refs))
	return request.ref, nil
}

// Prologue takes the client's assertion and the beginning of its handshake, and returns the phone's answer.
func (l *Lobby) Prologue(applicant Applicant, assertion, prologue, proof []byte) (primary []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	request, ok := l.passkeys[applicant]
	if !ok {
		return nil, ErrPasskeyNone
	}
	credential, err := l.Passkey(request.owner)
	if err != nil {
		return nil, err
	}
	if err = credential.Verify(request.challenge, assertion); err != nil {
		return nil, err
	}
	if request.handedOff = len(proof) > 0; request.handedOff && !hmac.Equal(proof, passkey.HandoffProof(request.scanned, prologue)) {
		return nil, fmt.Errorf("%w: it does not know the scanned code", passkey.ErrHandshake)
	}
	pair := l.source.KeyPair("passkey ephemeral", request.owner.Phone, l.passkeysAsked, request.refs)
	nonce := l.source.Bytes(32, "passkey nonce", request.owner.Phone, l.passkeysAsked, request.refs)
	if request.handshake, err = passkey.Begin(prologue, request.ref, pair, nonce); err != nil {
		return nil, err
	}
	return request.handshake.Primary()
}

// RevealNonce takes the nonce that the client had promised.
func (l *Lobby) RevealNonce(applicant Applicant, nonce []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	request, ok := l.passkeys[applicant]
	if !ok || request.handshake == nil {
		return ErrPasskeyNone
	}
	return request.handshake.Reveal(nonce)
}

// TakePairing takes the client's request.
func (l *Lobby) TakePairing(applicant Applicant, sealed []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	request, ok := l.passkeys[applicant]
	if !ok || request.handshake == nil {
		return ErrPasskeyNone
	}
	opened, err := request.handshake.Open(sealed)
	if err != nil {
		return err
	}
	registration := request.visitor.registration
	if opened.Noise != registration.Noise || opened.Identity != registration.Identity {
		return fmt.Errorf("%w: it asks for other keys", passkey.ErrHandshake)
	}
	request.request = opened
	return nil
}

// HandOff gives the client its offer if it has proven to know the scanned code; otherwise somebody has to compare the
// codes first.
func (l *Lobby) HandOff(applicant Applicant) {
	l.mu.Lock()
	request, ok := l.passkeys[applicant]
	ready := ok && request.request != nil && request.handedOff
	l.mu.Unlock()
	if ready {
		_, _ = l.concludePasskey(request)
	}
}

// PasskeyState is how far a phone's linking with a passkey is.
type PasskeyState struct {
	// Asked tells that a client has been asked, Requested that it waits only for the comparison of the codes.
	Asked, Requested bool
	Code             string
}

// PasskeyState tells how far the phone's linking with a passkey is.
func (l *Lobby) PasskeyState(owner *Account) PasskeyState {
	l.mu.Lock()
	defer l.mu.Unlock()
	request := l.passkeyOf(owner)
	if request == nil {
		return PasskeyState{}
	}
	state := PasskeyState{Asked: true, Requested: request.request != nil}
	if request.handshake != nil {
		state.Code = request.handshake.Code()
	}
	return state
}

func (l *Lobby) passkeyOf(owner *Account) *passkeyRequest {
	for _, request := range l.passkeys {
		if request.owner == owner {
			return request
		}
	}
	return nil
}

// CompareCode is the person at the phone who types the code that the client shows: the same one links the device.
func (l *Lobby) CompareCode(owner *Account, code string) (*Offer, error) {
	l.mu.Lock()
	request := l.passkeyOf(owner)
	if request == nil || request.request == nil {
		l.mu.Unlock()
		return nil, ErrPasskeyNone
	}
	same := request.handshake.Code() == code
	l.mu.Unlock()
	if !same {
		return nil, ErrPasskeyCode
	}
	return l.concludePasskey(request)
}

func (l *Lobby) concludePasskey(request *passkeyRequest) (*Offer, error) {
	l.forgetPasskey(request.visitor.applicant)
	return l.offer(request.visitor, request.owner, request.request.ADVSecret)
}

func (l *Lobby) forgetPasskey(applicant Applicant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.passkeys, applicant)
}

// Refresh tells every client that shows codes to make new ones: those that it has shown are worthless then. It
// returns how many were told.
func (l *Lobby) Refresh(kind string) int {
	l.mu.Lock()
	waiting := map[Applicant]bool{}
	for _, ticket := range l.tickets {
		waiting[ticket.applicant] = true
	}
	l.mu.Unlock()
	told := 0
	for applicant := range waiting {
		if applicant.Refresh(kind) == nil {
			told++
		}
	}
	return told
}
