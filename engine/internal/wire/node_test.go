package wire

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/binary/token"
	"go.mau.fi/whatsmeow/types"
)

// library decodes as the library does; its panics become errors.
func library(plain []byte) (node *waBinary.Node, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v", value)
		}
	}()
	body, err := waBinary.Unpack(plain)
	if err != nil {
		return nil, err
	}
	return waBinary.Unmarshal(body)
}

func encoded(t testing.TB, node waBinary.Node) []byte {
	t.Helper()
	body, err := waBinary.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func deflated(body []byte) []byte {
	var packed bytes.Buffer
	packed.WriteByte(compressed)
	writer := zlib.NewWriter(&packed)
	_, _ = writer.Write(body)
	_ = writer.Close()
	return packed.Bytes()
}

// samples are frames as WhatsApp sends them.
func samples(t testing.TB) [][]byte {
	device := types.NewADJID("4915112345678", 0, 3)
	message := encoded(t, waBinary.Node{Tag: "message", Attrs: waBinary.Attrs{
		"id": "3EB0AAAA", "from": types.NewJID("4915112345678", types.DefaultUserServer), "participant": device,
		"t": "1764354000", "notify": "Ann", "fb": types.JID{User: "1", Device: 2, Server: types.MessengerServer},
		"interop": types.JID{User: "1", Device: 2, Integrator: 3, Server: types.InteropServer},
		"hex":     "ABCDEF0123", "group": types.NewJID("", types.GroupServer), "read-self": "read-self",
	}, Content: []waBinary.Node{{Tag: "enc", Content: bytes.Repeat([]byte{7}, 300)}, {Tag: "to"}}})
	long := encoded(t, waBinary.Node{Tag: "iq", Content: bytes.Repeat([]byte{8}, 1<<20)})
	return [][]byte{message, long, deflated(message[1:])}
}

// malformed are frames that the library refuses, panics on, or would sink into.
func malformed() map[string][]byte {
	deep := bytes.Repeat([]byte{token.List8, 2, 3, token.List8, 1}, 100_000)
	return map[string][]byte{
		"empty":                 {},
		"only flags":            {0},
		"a list as its tag":     {0, token.List8, 2, token.List8, 0},
		"nothing as its tag":    {0, token.List8, 1, token.ListEmpty},
		"a JID as its tag":      {0, token.List8, 1, token.JIDPair, 3, 3},
		"a list as a user":      {0, token.List8, 3, 3, 4, token.JIDPair, token.List8, 0, 3},
		"a list as a server":    {0, token.List8, 3, 3, 4, token.JIDPair, 3, token.List8, 0},
		"nobody on a device":    {0, token.List8, 3, 3, 4, token.ADJID, 0, 0, token.ListEmpty},
		"half of nothing":       {0, token.List8, 1, token.Hex8, 0x80},
		"an unknown token":      {0, token.List8, 1, 240},
		"bytes after the node":  {0, token.List8, 1, 3, 3},
		"cut":                   {0, token.List8, 3, 3},
		"not zlib":              {2, 1, 2, 3},
		"nested without end":    append([]byte{0}, deep...),
		"a list that is a lie":  {0, token.List8, 2, 3, token.List16, 0xff, 0xff},
		"a user within a user":  append([]byte{0, token.List8, 3, 3, 4}, bytes.Repeat([]byte{token.JIDPair}, 100_000)...),
		"inflates without end":  deflated(make([]byte, maxInflated+2)),
		"a text that is packed": {0, token.List8, 1, token.Nibble8, 1, 0xcc},
	}
}

func TestWhatTheLibraryDecodesIsPassed(t *testing.T) {
	for n, plain := range samples(t) {
		if _, err := library(plain); err != nil {
			t.Fatalf("sample %d is none: %v", n, err)
		}
		if err := CheckFrame(plain); err != nil {
			t.Errorf("sample %d: %v", n, err)
		}
	}
}

func TestWhatTheLibraryDoesNotDecodeIsRefused(t *testing.T) {
	for name, plain := range malformed() {
		if err := CheckFrame(plain); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What passes never makes the library panic or refuse; what the library decodes passes, unless it is deep or huge.
func FuzzCheckFrame(f *testing.F) {
	for _, plain := range samples(f) {
		if len(plain) < 10_000 {
			f.Add(plain)
		}
	}
	for _, plain := range malformed() {
		if len(plain) < 10_000 {
			f.Add(plain)
		}
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		err := CheckFrame(plain)
		if errors.Is(err, errShort) && len(plain) > 64 {
			return // the library would first make room for what a lying length promises, again and again
		}
		if errors.Is(err, errDepth) || len(plain) > 0 && plain[0]&compressed != 0 && err != nil {
			return
		}
		node, theirs := library(plain)
		if err == nil && theirs != nil {
			t.Fatalf("passed, and the library says %v", theirs)
		}
		if err != nil && theirs == nil {
			t.Fatalf("refused with %v, and the library decodes %v", err, node)
		}
	})
}

func TestCheckingCostsNoMemory(t *testing.T) {
	plain := samples(t)[0]
	if allocated := testing.AllocsPerRun(100, func() { _ = CheckFrame(plain) }); allocated > 2 {
		t.Errorf("%v allocations", allocated)
	}
}
