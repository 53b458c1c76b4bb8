package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"
)

// ErrDeviceSignature means that a companion's proof of its own identity key does not hold.
var ErrDeviceSignature = errors.New("account: bad device signature")

// keyIndexSignaturePrefix separates the signature over a key index list from the other two.
var keyIndexSignaturePrefix = [2]byte{6, 2}

// vouch signs the companion's identity key with the account's, and seals the result for the holder of the
// secret that the QR code carried. It returns the sealed form for the client and the inner one.
func (a *Account) vouch(companion *Companion, identity [32]byte, advSecret []byte, now time.Time) (sealed []byte, inner *waAdv.ADVSignedDeviceIdentity, err error) {
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID: proto.Uint32(a.RawID()), Timestamp: proto.Uint64(uint64(now.Unix())), KeyIndex: proto.Uint32(companion.KeyIndex),
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(), DeviceType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("account: device identity: %w", err)
	}
	signature := a.sign(whatsmeow.AdvAccountSignaturePrefix, details, identity[:])
	inner = &waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: a.Identity().Pub[:], AccountSignature: signature,
	}
	sealed, err = seal(inner, advSecret)
	return sealed, inner, err
}

// seal proves to the holder of the secret that the identity comes from whoever has seen the code.
func seal(inner *waAdv.ADVSignedDeviceIdentity, advSecret []byte) ([]byte, error) {
	encoded, err := proto.Marshal(inner)
	if err != nil {
		return nil, fmt.Errorf("account: signed device identity: %w", err)
	}
	mac := hmac.New(sha256.New, advSecret)
	mac.Write(encoded)
	return proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{
		Details: encoded, HMAC: mac.Sum(nil), AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
}

// Forged is the offer's sealed form with a signature that the account has not made. It is sealed properly: only
// the signature can give it away.
func (o *Offer) Forged() ([]byte, error) {
	forged := proto.Clone(o.issued).(*waAdv.ADVSignedDeviceIdentity)
	forged.AccountSignature[0] ^= 0xff
	return seal(forged, o.secret)
}

// countersign checks what the companion returns and completes the device identity that peers will see.
func countersign(issued *waAdv.ADVSignedDeviceIdentity, identity [32]byte, returned []byte) ([]byte, error) {
	answer := &waAdv.ADVSignedDeviceIdentity{}
	if err := proto.Unmarshal(returned, answer); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDeviceSignature, err)
	}
	if string(answer.GetDetails()) != string(issued.GetDetails()) || len(answer.GetDeviceSignature()) != 64 {
		return nil, fmt.Errorf("%w: not over what was issued", ErrDeviceSignature)
	}
	message := concat(whatsmeow.AdvDeviceSignaturePrefix, issued.GetDetails(), identity[:], issued.GetAccountSignatureKey())
	if !ecc.VerifySignature(ecc.NewDjbECPublicKey(identity), message, [64]byte(answer.GetDeviceSignature())) {
		return nil, ErrDeviceSignature
	}
	complete := proto.Clone(issued).(*waAdv.ADVSignedDeviceIdentity)
	complete.DeviceSignature = answer.GetDeviceSignature()
	return proto.Marshal(complete)
}

// KeyIndexList is the account's signed statement of which companions exist now.
func (a *Account) KeyIndexList(now time.Time) ([]byte, error) {
	var valid []uint32
	for _, companion := range a.Companions() {
		valid = append(valid, companion.KeyIndex)
	}
	a.mu.Lock()
	current := a.lastKeyIndex
	a.mu.Unlock()
	details, err := proto.Marshal(&waAdv.ADVKeyIndexList{
		RawID: proto.Uint32(a.RawID()), Timestamp: proto.Uint64(uint64(now.Unix())), CurrentIndex: proto.Uint32(current),
		ValidIndexes: append([]uint32{0}, valid...), AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, fmt.Errorf("account: key index list: %w", err)
	}
	return proto.Marshal(&waAdv.ADVSignedKeyIndexList{
		Details: details, AccountSignature: a.sign(keyIndexSignaturePrefix[:], details), AccountSignatureKey: a.Identity().Pub[:],
	})
}

func (a *Account) sign(parts ...[]byte) []byte {
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*a.Identity().Priv), concat(parts...))
	return signature[:]
}

func concat(parts ...[]byte) []byte {
	var joined []byte
	for _, part := range parts {
		joined = append(joined, part...)
	}
	return joined
}
