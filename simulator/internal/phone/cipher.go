package phone

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/util/optional"
	wastore "go.mau.fi/whatsmeow/store"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

// errUndecryptable means that an envelope could not be opened; the sender must seal it again.
var errUndecryptable = errors.New("phone: undecryptable")

// address names a device in the Signal store, the same for its phone number and its LID.
func address(owner *account.Account, device uint16) *protocol.SignalAddress {
	return protocol.NewSignalAddress(owner.Phone, uint32(device))
}

// openSession starts a new session with a device from its bundle; the old one is kept for what is in flight.
func (m *memory) openSession(ctx context.Context, to *protocol.SignalAddress, from keys.Bundle) error {
	oneTimeID := optional.NewEmptyUint32()
	var oneTime ecc.ECPublicKeyable
	if from.OneTime != nil {
		oneTimeID = optional.NewOptionalUint32(from.OneTime.Number())
		oneTime = ecc.NewDjbECPublicKey(from.OneTime.Public)
	}
	bundle := prekey.NewBundle(from.RegistrationID, to.DeviceID(), oneTimeID, from.Signed.Number(), oneTime,
		ecc.NewDjbECPublicKey(from.Signed.Public), from.Signed.Signature,
		identity.NewKey(ecc.NewDjbECPublicKey(from.Identity)))
	builder := session.NewBuilderFromSignal(m, to, wastore.SignalProtobufSerializer)
	if err := builder.ProcessBundle(ctx, bundle); err != nil {
		return fmt.Errorf("phone: session with %s: %w", to, err)
	}
	return nil
}

// seal encrypts a plaintext for a device with which a session exists.
func (m *memory) seal(ctx context.Context, to *protocol.SignalAddress, plaintext []byte) (stanza.Node, error) {
	builder := session.NewBuilderFromSignal(m, to, wastore.SignalProtobufSerializer)
	message, err := session.NewCipher(builder, to).Encrypt(ctx, pad(plaintext))
	if err != nil {
		return stanza.Node{}, fmt.Errorf("phone: sealing for %s: %w", to, err)
	}
	kind := "msg"
	if message.Type() == protocol.PREKEY_TYPE {
		kind = "pkmsg"
	}
	return stanza.Raw("enc", message.Serialize(), stanza.Attrs{"v": "2", "type": kind}), nil
}

// open decrypts an envelope. A panic of the library on crafted input counts as undecryptable.
func (m *memory) open(ctx context.Context, from *protocol.SignalAddress, envelope *stanza.Node) (plaintext []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			plaintext, err = nil, fmt.Errorf("%w: %v", errUndecryptable, cause)
		}
	}()
	serializer := wastore.SignalProtobufSerializer
	builder := session.NewBuilderFromSignal(m, from, serializer)
	cipher := session.NewCipher(builder, from)
	switch kind := stanza.Text(envelope, "type"); kind {
	case "pkmsg":
		message, err := protocol.NewPreKeySignalMessageFromBytes(
			stanza.Bytes(envelope), serializer.PreKeySignalMessage, serializer.SignalMessage)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
		}
		plaintext, err = cipher.DecryptMessage(ctx, message)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
		}
	case "msg":
		message, err := protocol.NewSignalMessageFromBytes(stanza.Bytes(envelope), serializer.SignalMessage)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
		}
		plaintext, err = cipher.Decrypt(ctx, message)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
		}
	default:
		return nil, fmt.Errorf("%w: envelope of type %q", errUndecryptable, kind)
	}
	return unpad(plaintext)
}

// pad hides the length of a plaintext: 1 to 15 bytes, each of which says how many.
func pad(plaintext []byte) []byte {
	var random [1]byte
	_, _ = rand.Read(random[:])
	size := 1 + random[0]%15
	return append(bytes.Clone(plaintext), bytes.Repeat([]byte{size}, int(size))...)
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) == 0 {
		return nil, fmt.Errorf("%w: empty plaintext", errUndecryptable)
	}
	size := int(padded[len(padded)-1])
	if size == 0 || size > len(padded) {
		return nil, fmt.Errorf("%w: bad padding", errUndecryptable)
	}
	return padded[:len(padded)-size], nil
}
