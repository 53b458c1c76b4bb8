package keys

import (
	"encoding/binary"
	"fmt"

	"holdfast/simulator/internal/stanza"
)

// maxUpload is far above any client's batch: a first upload has 812 keys.
const maxUpload = 5000

func parseList(iq *stanza.Node) ([]PreKey, error) {
	list, ok := stanza.Child(iq, "list")
	if !ok {
		return nil, nil
	}
	children := list.GetChildren()
	if len(children) > maxUpload {
		return nil, fmt.Errorf("%w: %d keys at once", ErrUpload, len(children))
	}
	parsed := make([]PreKey, len(children))
	for i := range children {
		key, err := parseKey(&children[i])
		if err != nil {
			return nil, err
		}
		parsed[i] = key
	}
	return parsed, nil
}

func parseKey(node *stanza.Node) (PreKey, error) {
	id, value := stanza.ChildBytes(node, "id"), stanza.ChildBytes(node, "value")
	if len(id) != 3 || len(value) != 32 {
		return PreKey{}, fmt.Errorf("%w: a key needs an id of 3 bytes and a value of 32", ErrUpload)
	}
	return PreKey{ID: [3]byte(id), Public: [32]byte(value)}, nil
}

func parseSigned(node *stanza.Node) (SignedPreKey, error) {
	key, err := parseKey(node)
	if err != nil {
		return SignedPreKey{}, err
	}
	signature := stanza.ChildBytes(node, "signature")
	if len(signature) != 64 {
		return SignedPreKey{}, fmt.Errorf("%w: a signature needs 64 bytes", ErrUpload)
	}
	return SignedPreKey{PreKey: key, Signature: [64]byte(signature)}, nil
}

// ParseBundle reads the keys that a retry receipt carries, so that its receiver can open a new session.
func ParseBundle(receipt *stanza.Node) (Bundle, bool) {
	list, ok := stanza.Child(receipt, "keys")
	registration := stanza.ChildBytes(receipt, "registration")
	if !ok || len(registration) != 4 {
		return Bundle{}, false
	}
	identity := stanza.ChildBytes(list, "identity")
	skey, found := stanza.Child(list, "skey")
	if len(identity) != 32 || !found {
		return Bundle{}, false
	}
	signed, err := parseSigned(skey)
	if err != nil {
		return Bundle{}, false
	}
	bundle := Bundle{
		RegistrationID: binary.BigEndian.Uint32(registration), Identity: [32]byte(identity), Signed: signed,
		DeviceIdentity: stanza.ChildBytes(list, "device-identity"),
	}
	if node, found := stanza.Child(list, "key"); found {
		if key, err := parseKey(node); err == nil {
			bundle.OneTime = &key
		}
	}
	return bundle, true
}

// Number is the key's id as the Signal library counts.
func (k PreKey) Number() uint32 {
	return uint32(k.ID[0])<<16 | uint32(k.ID[1])<<8 | uint32(k.ID[2])
}

// ID encodes a number as the wire's three bytes.
func ID(number uint32) [3]byte {
	return [3]byte{byte(number >> 16), byte(number >> 8), byte(number)}
}
