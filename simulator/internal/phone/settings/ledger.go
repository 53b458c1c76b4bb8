// Package settings is the phone's side of app state: it seals changes into patches and reads the patches of others.
// What enters are changes or patches, what leaves are patches or changes; the ledger proves that both sides hold the
// same. It knows no server and no phone. Its cryptography is its own, so that a client's view of it is a check.
package settings

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"google.golang.org/protobuf/proto"
)

// Why a patch cannot be read.
var (
	ErrKeyUnknown = errors.New("settings: sealed with a key that is not here")
	ErrForged     = errors.New("settings: the patch does not prove what it says")
	ErrGap        = errors.New("settings: a patch before this one is missing")
)

// Key seals the changes of an account.
type Key struct{ ID, Secret []byte }

// Change is one setting: what it is about, and its new value, nil if the setting is removed.
type Change struct {
	Index   []string
	Value   *waSyncAction.SyncActionValue
	Version int32
}

// collection is what a ledger knows of one collection.
type collection struct {
	Version uint64
	Hash    [hashSize]byte
	// Values maps the proof of an index to the proof of its present value.
	Values map[string][]byte
}

// Ledger is not safe for concurrent use.
type Ledger struct {
	keys        map[string][]byte
	collections map[string]*collection
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{keys: map[string][]byte{}, collections: map[string]*collection{}}
}

// Learn adds a key.
func (l *Ledger) Learn(key Key) { l.keys[string(key.ID)] = key.Secret }

// Version is how many patches of a collection the ledger holds.
func (l *Ledger) Version(name string) int { return int(l.open(name).Version) }

func (l *Ledger) open(name string) *collection {
	held, ok := l.collections[name]
	if !ok {
		held = &collection{Values: map[string][]byte{}}
		l.collections[name] = held
	}
	return held
}

func (l *Ledger) secrets(id []byte) (*secrets, error) {
	secret, ok := l.keys[string(id)]
	if !ok {
		return nil, fmt.Errorf("%w: %X", ErrKeyUnknown, id)
	}
	return expand(secret)
}

// Seal makes the patch that comes next in a collection. The ledger stays as it is until Apply: the server may
// refuse the patch.
func (l *Ledger) Seal(name string, key Key, changes []Change, now time.Time) ([]byte, error) {
	sealer, err := expand(key.Secret)
	if err != nil {
		return nil, err
	}
	patch := &waServerSync.SyncdPatch{KeyID: &waServerSync.KeyId{ID: key.ID}}
	for _, change := range changes {
		mutation, err := sealer.mutation(key.ID, change, now)
		if err != nil {
			return nil, err
		}
		patch.Mutations = append(patch.Mutations, mutation)
	}
	next := l.open(name).after(patch.Mutations)
	patch.SnapshotMAC = sealer.snapshotProof(next, name)
	patch.PatchMAC = sealer.patchProof(patch, next.Version, name)
	return proto.Marshal(patch)
}

func (s *secrets) mutation(keyID []byte, change Change, now time.Time) (*waServerSync.SyncdMutation, error) {
	index, err := json.Marshal(change.Index)
	if err != nil {
		return nil, fmt.Errorf("settings: index: %w", err)
	}
	operation := waServerSync.SyncdMutation_SET
	value := &waSyncAction.SyncActionValue{}
	if change.Value == nil {
		operation = waServerSync.SyncdMutation_REMOVE
	} else {
		value = proto.Clone(change.Value).(*waSyncAction.SyncActionValue)
	}
	value.Timestamp = proto.Int64(now.UnixMilli())
	plaintext, err := proto.Marshal(&waSyncAction.SyncActionData{
		Index: index, Value: value, Padding: []byte{}, Version: proto.Int32(change.Version),
	})
	if err != nil {
		return nil, fmt.Errorf("settings: value: %w", err)
	}
	sealed, err := s.seal(plaintext)
	if err != nil {
		return nil, err
	}
	return &waServerSync.SyncdMutation{
		Operation: operation.Enum(),
		Record: &waServerSync.SyncdRecord{
			Index: &waServerSync.SyncdIndex{Blob: s.indexProof(index)},
			Value: &waServerSync.SyncdValue{Blob: append(sealed, s.valueProof(operation, keyID, sealed)...)},
			KeyID: &waServerSync.KeyId{ID: keyID},
		},
	}, nil
}

// Apply takes in the next patch of a collection, as the server hands it out, and returns what it changes. A patch
// that is refused leaves the ledger as it was.
func (l *Ledger) Apply(name string, encoded []byte) ([]Change, error) {
	patch := &waServerSync.SyncdPatch{}
	if err := proto.Unmarshal(encoded, patch); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	held := l.open(name)
	if patch.GetVersion().GetVersion() != held.Version+1 {
		return nil, fmt.Errorf("%w: %s has version %d, the patch is %d", ErrGap, name, held.Version, patch.GetVersion().GetVersion())
	}
	proofs, err := l.secrets(patch.GetKeyID().GetID())
	if err != nil {
		return nil, err
	}
	var changes []Change
	for _, mutation := range patch.GetMutations() {
		change, err := l.read(mutation)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	next := held.after(patch.GetMutations())
	if !hmac.Equal(patch.GetSnapshotMAC(), proofs.snapshotProof(next, name)) {
		return nil, fmt.Errorf("%w: snapshot of %s %d", ErrForged, name, next.Version)
	}
	if !hmac.Equal(patch.GetPatchMAC(), proofs.patchProof(patch, next.Version, name)) {
		return nil, fmt.Errorf("%w: patch of %s %d", ErrForged, name, next.Version)
	}
	l.collections[name] = next
	return changes, nil
}

func (l *Ledger) read(mutation *waServerSync.SyncdMutation) (Change, error) {
	record := mutation.GetRecord()
	opener, err := l.secrets(record.GetKeyID().GetID())
	if err != nil {
		return Change{}, err
	}
	sealed, proof, ok := split(record.GetValue().GetBlob())
	if !ok || !hmac.Equal(proof, opener.valueProof(mutation.GetOperation(), record.GetKeyID().GetID(), sealed)) {
		return Change{}, fmt.Errorf("%w: value", ErrForged)
	}
	plaintext, err := opener.unseal(sealed)
	if err != nil {
		return Change{}, err
	}
	content := &waSyncAction.SyncActionData{}
	if err = proto.Unmarshal(plaintext, content); err != nil {
		return Change{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	if !hmac.Equal(record.GetIndex().GetBlob(), opener.indexProof(content.GetIndex())) {
		return Change{}, fmt.Errorf("%w: index", ErrForged)
	}
	change := Change{Value: content.GetValue(), Version: content.GetVersion()}
	if err = json.Unmarshal(content.GetIndex(), &change.Index); err != nil || len(change.Index) == 0 {
		return Change{}, fmt.Errorf("%w: index", ErrForged)
	}
	if mutation.GetOperation() == waServerSync.SyncdMutation_REMOVE {
		change.Value = nil
	}
	return change, nil
}

// after is the collection once the mutations are in.
func (c *collection) after(mutations []*waServerSync.SyncdMutation) *collection {
	next := &collection{Version: c.Version + 1, Hash: c.Hash, Values: maps.Clone(c.Values)}
	for _, mutation := range mutations {
		index := string(mutation.GetRecord().GetIndex().GetBlob())
		if old, ok := next.Values[index]; ok {
			next.subtract(old)
			delete(next.Values, index)
		}
		if _, proof, ok := split(mutation.GetRecord().GetValue().GetBlob()); ok && mutation.GetOperation() == waServerSync.SyncdMutation_SET {
			next.add(proof)
			next.Values[index] = slices.Clone(proof)
		}
	}
	return next
}

// State is a ledger as it is saved.
type State struct {
	Keys        map[string][]byte
	Collections map[string]SavedCollection
}

// SavedCollection is one collection as it is saved.
type SavedCollection struct {
	Version uint64
	Hash    []byte
	Values  map[string][]byte
}

// State returns the content for saving.
func (l *Ledger) State() State {
	state := State{Keys: maps.Clone(l.keys), Collections: map[string]SavedCollection{}}
	for name, held := range l.collections {
		state.Collections[name] = SavedCollection{Version: held.Version, Hash: slices.Clone(held.Hash[:]), Values: maps.Clone(held.Values)}
	}
	return state
}

// Restore fills an empty ledger with saved content.
func (l *Ledger) Restore(state State) {
	maps.Copy(l.keys, state.Keys)
	for name, saved := range state.Collections {
		held := l.open(name)
		held.Version = saved.Version
		copy(held.Hash[:], saved.Hash)
		maps.Copy(held.Values, saved.Values)
	}
}
