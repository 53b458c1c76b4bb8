package vault

import (
	"context"
	"errors"
	"testing"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

func TestAnIdentityThatStandsThereIsNotWrittenAgain(t *testing.T) {
	file, device := loadedDevice(t)
	commits, ctx := countCommits(t, file), context.Background()
	put := func(key byte) {
		t.Helper()
		if err := device.Identities.PutIdentity(ctx, "f:0", [32]byte{key}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		put(1)
	}
	if *commits != 1 {
		t.Errorf("%d commits for one key", *commits)
	}
	if put(2); *commits != 2 {
		t.Error("another key was not written")
	}
	if err := device.Identities.DeleteIdentity(ctx, "f:0"); err != nil {
		t.Fatal(err)
	}
	if put(2); *commits != 4 {
		t.Errorf("%d commits: a key that was deleted was not written again", *commits)
	}
	if err := device.Identities.DeleteAllIdentities(ctx, "f"); err != nil {
		t.Fatal(err)
	}
	if put(2); *commits != 6 {
		t.Errorf("%d commits: a key that was deleted with others was not written again", *commits)
	}
}

func TestWhoIsTrustedIsTheSameWithAndWithoutMemory(t *testing.T) {
	file, device := loadedDevice(t)
	ctx := context.Background()
	if err := device.Identities.PutIdentity(ctx, "f:0", [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	for _, remembered := range []bool{true, false} {
		if !remembered {
			file.identities.forget()
		}
		for address, key := range map[string]byte{"f:0": 1, "g:0": 1} {
			if trusted, err := device.Identities.IsTrustedIdentity(ctx, address, [32]byte{key}); err != nil || !trusted {
				t.Errorf("remembered %v: %s is not trusted: %v", remembered, address, err)
			}
		}
		if trusted, err := device.Identities.IsTrustedIdentity(ctx, "f:0", [32]byte{2}); err != nil || trusted {
			t.Errorf("remembered %v: another key is trusted: %v", remembered, err)
		}
	}
}

// What a transaction wrote that was rolled back does not stand there.
func TestAnIdentityThatWasRolledBackIsWrittenWhenItComesAgain(t *testing.T) {
	_, device := loadedDevice(t)
	ctx, gone := context.Background(), errors.New("gone")
	write := func(then error) error {
		return device.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			if err := device.Identities.PutIdentity(ctx, "f:0", [32]byte{1}); err != nil {
				return err
			}
			return then
		})
	}
	stands := func() bool {
		inner := device.Identities.(*guardedStore).AllSessionSpecificStores.(store.IdentityStore)
		trusted, err := inner.IsTrustedIdentity(ctx, "f:0", [32]byte{2})
		return err == nil && !trusted
	}
	if err := write(gone); !errors.Is(err, gone) || stands() {
		t.Fatal(err, "it stands there")
	}
	if err := write(nil); err != nil || !stands() {
		t.Fatal(err, "it does not stand there")
	}
}

func TestKeysThatMoveToAnotherNameAreForgottenOnceAndNotWithEveryMessage(t *testing.T) {
	file, device := loadedDevice(t)
	commits, ctx := countCommits(t, file), context.Background()
	pn, lid := types.NewJID("4915111077599", types.DefaultUserServer), chat
	for _, address := range []string{pn.SignalAddress().String(), lid.SignalAddress().String()} {
		if err := device.Identities.PutIdentity(ctx, address, [32]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := device.Sessions.MigratePNToLID(ctx, pn, lid); err != nil {
			t.Fatal(err)
		}
		if err := device.Identities.PutIdentity(ctx, lid.SignalAddress().String(), [32]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	if *commits != 4 {
		t.Errorf("%d commits, expected two keys, the move, and one key after it", *commits)
	}
}
