package settings

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"google.golang.org/protobuf/proto"
)

var key = Key{ID: []byte{0, 0, 0, 0, 0, 1}, Secret: make([]byte, 32)}

func pin(chat string, on bool) Change {
	return Change{Index: []string{"pin_v1", chat}, Version: 5, Value: &waSyncAction.SyncActionValue{PinAction: &waSyncAction.PinAction{Pinned: &on}}}
}

// stamped is what the server makes of an accepted patch.
func stamped(t *testing.T, encoded []byte, version uint64) []byte {
	t.Helper()
	patch := &waServerSync.SyncdPatch{}
	if err := proto.Unmarshal(encoded, patch); err != nil {
		t.Fatal(err)
	}
	patch.Version = &waServerSync.SyncdVersion{Version: &version}
	stamped, err := proto.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	return stamped
}

func sealed(t *testing.T, l *Ledger, changes ...Change) []byte {
	t.Helper()
	patch, err := l.Seal("regular_low", key, changes, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return stamped(t, patch, uint64(l.Version("regular_low")+1))
}

func ledger() *Ledger {
	l := NewLedger()
	l.Learn(key)
	return l
}

// Two ledgers that take the same patches in hold the same, whatever is set, changed and removed.
func TestLedgersAgree(t *testing.T) {
	writer, reader := ledger(), ledger()
	for i, changes := range [][]Change{
		{pin("a", true), pin("b", true)}, {pin("a", false)}, {{Index: []string{"pin_v1", "b"}}}, {pin("b", true)},
	} {
		patch := sealed(t, writer, changes...)
		for _, l := range []*Ledger{writer, reader} {
			got, err := l.Apply("regular_low", patch)
			if err != nil {
				t.Fatalf("patch %d: %v", i, err)
			}
			if !reflect.DeepEqual(got[0].Index, changes[0].Index) || (got[0].Value == nil) != (changes[0].Value == nil) {
				t.Errorf("patch %d says %+v", i, got[0])
			}
		}
	}
	restored := ledger()
	restored.Restore(writer.State())
	if _, err := restored.Apply("regular_low", sealed(t, reader, pin("c", true))); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	writer := ledger()
	patch := sealed(t, writer, pin("a", true))
	forged := func(change func(*waServerSync.SyncdPatch)) []byte {
		decoded := &waServerSync.SyncdPatch{}
		if err := proto.Unmarshal(patch, decoded); err != nil {
			t.Fatal(err)
		}
		change(decoded)
		encoded, _ := proto.Marshal(decoded)
		return encoded
	}
	for name, test := range map[string]struct {
		patch []byte
		want  error
	}{
		"another key":      {forged(func(p *waServerSync.SyncdPatch) { p.KeyID.ID = []byte{9} }), ErrKeyUnknown},
		"a gap":            {stamped(t, patch, 2), ErrGap},
		"another value":    {forged(func(p *waServerSync.SyncdPatch) { p.Mutations[0].Record.Value.Blob[20] ^= 1 }), ErrForged},
		"a short value":    {forged(func(p *waServerSync.SyncdPatch) { p.Mutations[0].Record.Value.Blob = []byte{1} }), ErrForged},
		"another index":    {forged(func(p *waServerSync.SyncdPatch) { p.Mutations[0].Record.Index.Blob[0] ^= 1 }), ErrForged},
		"another snapshot": {forged(func(p *waServerSync.SyncdPatch) { p.SnapshotMAC[0] ^= 1 }), ErrForged},
		"another patch":    {forged(func(p *waServerSync.SyncdPatch) { p.PatchMAC[0] ^= 1 }), ErrForged},
		"not a patch":      {[]byte{255}, ErrForged},
	} {
		reader := ledger()
		if _, err := reader.Apply("regular_low", test.patch); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := reader.Apply("regular_low", patch); err != nil {
			t.Errorf("after %s the honest patch is refused: %v", name, err)
		}
	}
}
