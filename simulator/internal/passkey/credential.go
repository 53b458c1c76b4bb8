// Package passkey is the phone's side of linking with a passkey: the key itself as an authenticator holds it, what a
// server checks of its assertions, and the handshake that follows. What enters are a client's messages, what leaves
// are answers, a code to compare and at last the client's request; it sends nothing.
package passkey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// ErrAssertion means that an assertion does not come from the account's passkey, or answers another challenge.
var ErrAssertion = errors.New("passkey: the assertion does not hold")

// RelyingParty is whom passkeys are made for.
const RelyingParty = "web.whatsapp.com"

const (
	userPresent  = 1
	userVerified = 4
	timeoutMS    = 60_000
)

// Credential is one passkey. The simulation holds its private half too, so that it can play the authenticator.
type Credential struct {
	ID  []byte
	key *ecdsa.PrivateKey
}

// NewCredential makes a passkey of 32 bytes that are as good as random.
func NewCredential(id, secret []byte) (*Credential, error) {
	order := new(big.Int).Sub(elliptic.P256().Params().N, big.NewInt(1))
	scalar := new(big.Int).Mod(new(big.Int).SetBytes(secret), order)
	scalar.Add(scalar, big.NewInt(1))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar.FillBytes(make([]byte, 32)))
	if err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return &Credential{ID: id, key: key}, nil
}

type descriptor struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Transports []string `json:"transports"`
}

type options struct {
	Challenge        string         `json:"challenge"`
	Timeout          int            `json:"timeout"`
	RelyingPartyID   string         `json:"rpId"`
	AllowCredentials []descriptor   `json:"allowCredentials"`
	UserVerification string         `json:"userVerification"`
	Extensions       map[string]any `json:"extensions"`
}

// Options is what a client is asked for, in the form of WebAuthn.
func (c *Credential) Options(challenge []byte) ([]byte, error) {
	return json.Marshal(options{
		Challenge: encode(challenge), Timeout: timeoutMS, RelyingPartyID: RelyingParty, UserVerification: "required",
		AllowCredentials: []descriptor{{ID: encode(c.ID), Type: "public-key", Transports: []string{"internal", "hybrid"}}},
		Extensions:       map[string]any{},
	})
}

// Assertion is an authenticator's answer, in the form of WebAuthn.
type Assertion struct {
	ID       string   `json:"id"`
	RawID    string   `json:"rawId"`
	Type     string   `json:"type"`
	Response response `json:"response"`
}

type response struct {
	ClientDataJSON    string  `json:"clientDataJSON"`
	AuthenticatorData string  `json:"authenticatorData"`
	Signature         string  `json:"signature"`
	UserHandle        *string `json:"userHandle"`
}

type clientData struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Origin    string `json:"origin"`
}

// Assert plays the authenticator: it answers a challenge as if a person had touched it.
func (c *Credential) Assert(challenge []byte) (*Assertion, error) {
	data, err := json.Marshal(clientData{Type: "webauthn.get", Challenge: encode(challenge), Origin: "https://" + RelyingParty})
	if err != nil {
		return nil, err
	}
	party := sha256.Sum256([]byte(RelyingParty))
	authenticator := append(party[:], userPresent|userVerified, 0, 0, 0, 0)
	signature, err := ecdsa.SignASN1(rand.Reader, c.key, digest(authenticator, data))
	if err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return &Assertion{ID: encode(c.ID), RawID: encode(c.ID), Type: "public-key", Response: response{
		ClientDataJSON: encode(data), AuthenticatorData: encode(authenticator), Signature: encode(signature),
	}}, nil
}

// Verify checks what a client has sent for a challenge.
func (c *Credential) Verify(challenge, encoded []byte) error {
	var assertion Assertion
	if err := json.Unmarshal(encoded, &assertion); err != nil {
		return fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	id, data := decode(assertion.RawID), decode(assertion.Response.ClientDataJSON)
	authenticator, signature := decode(assertion.Response.AuthenticatorData), decode(assertion.Response.Signature)
	var said clientData
	if json.Unmarshal(data, &said) != nil || said.Type != "webauthn.get" || !bytes.Equal(decode(said.Challenge), challenge) {
		return fmt.Errorf("%w: it answers another challenge", ErrAssertion)
	}
	party := sha256.Sum256([]byte(RelyingParty))
	const touched = userPresent | userVerified
	switch {
	case !bytes.Equal(id, c.ID):
		return fmt.Errorf("%w: another passkey", ErrAssertion)
	case len(authenticator) < 37 || !bytes.Equal(authenticator[:32], party[:]) || authenticator[32]&touched != touched:
		return fmt.Errorf("%w: made for somebody else, or nobody was there", ErrAssertion)
	case !ecdsa.VerifyASN1(&c.key.PublicKey, digest(authenticator, data), signature):
		return fmt.Errorf("%w: bad signature", ErrAssertion)
	default:
		return nil
	}
}

func digest(authenticator, data []byte) []byte {
	inner := sha256.Sum256(data)
	sum := sha256.Sum256(append(append([]byte{}, authenticator...), inner[:]...))
	return sum[:]
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// decode reads base64 for URLs, with padding or without; what is none is nothing.
func decode(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(string(bytes.TrimRight([]byte(text), "=")))
	if err != nil {
		return nil
	}
	return raw
}
