package faults

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"holdfast/simulator/internal/stanza"
)

// Only the MAC is spoilt, wherever the keys of a pkmsg lie, so that receivers see a wrong message and not a
// malformed one.
func TestSpoilHitsTheMAC(t *testing.T) {
	sealed := []byte("\x33sealed message with its MAC")
	opening := []byte{0x33}
	opening = protowire.AppendBytes(protowire.AppendTag(opening, 2, protowire.BytesType), []byte("base key"))
	opening = protowire.AppendBytes(protowire.AppendTag(opening, sealedField, protowire.BytesType), sealed)
	end := len(opening) - 1
	opening = protowire.AppendVarint(protowire.AppendTag(opening, 6, protowire.VarintType), 70_000)
	for kind, envelope := range map[string]struct {
		body []byte
		at   int
	}{
		"msg":    {sealed, len(sealed) - 1},
		"pkmsg":  {opening, end},
		"broken": {[]byte{0x33, 0xff}, 1},
	} {
		message := stanza.New("message", nil, stanza.Raw("enc", envelope.body, stanza.Attrs{"type": kind}))
		spoilt := spoil(message)
		want := bytes.Clone(envelope.body)
		want[envelope.at] ^= 0xff
		if got := stanza.Bytes(&spoilt.GetChildren()[0]); !bytes.Equal(got, want) {
			t.Errorf("%s: %x instead of %x", kind, got, want)
		}
		if original := stanza.Bytes(&message.GetChildren()[0]); !bytes.Equal(original, envelope.body) {
			t.Errorf("%s: the message itself has changed", kind)
		}
	}
}
