package vault

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

func loadedDevice(t *testing.T) (*File, *store.Device) {
	t.Helper()
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	t.Cleanup(func() { _ = file.Close() })
	device, err := file.LoadDevice(context.Background(), &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	return file, device
}

var chat = types.NewJID("223456789012345", types.HiddenUserServer)

// storeLikeASend does what the library does for one message, up to the point where it is sent.
func storeLikeASend(t *testing.T, ctx context.Context, device *store.Device, session string) error {
	t.Helper()
	if err := device.EventBuffer.AddOutgoingEvent(ctx, chat, "A1", "wa", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := device.MsgSecrets.PutMessageSecret(ctx, chat, ownJID(), "A1", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if _, err := device.Sessions.GetManySessions(ctx, []string{"f:0"}); err != nil {
		t.Fatal(err)
	}
	return device.Sessions.PutManySessions(ctx, map[string][]byte{"f:0": []byte(session)})
}

func kept(t *testing.T, device *store.Device) (event, secret bool) {
	t.Helper()
	_, plaintext, err := device.EventBuffer.GetOutgoingEvent(context.Background(), chat, types.EmptyJID, "A1")
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	found, _, err := device.MsgSecrets.GetMessageSecret(context.Background(), chat, ownJID(), "A1")
	if err != nil {
		t.Fatal(err)
	}
	return string(plaintext) == "text", string(found) == "secret"
}

func TestASendStoresEverythingInOneCommitBeforeItIsSent(t *testing.T) {
	file, device := loadedDevice(t)
	commits := countCommits(t, file)
	ctx, deferred := Defer(context.Background(), nil)
	if err := storeLikeASend(t, ctx, device, "1"); err != nil {
		t.Fatal(err)
	}
	if *commits != 1 || deferred.Left() {
		t.Errorf("%d commits, something left: %v", *commits, deferred.Left())
	}
	if event, secret := kept(t, device); !event || !secret {
		t.Errorf("kept for a retry: %v, secret: %v", event, secret)
	}
}

func TestASendThatWritesNoKeysStoresTheRestAfterwards(t *testing.T) {
	_, device := loadedDevice(t)
	ctx, deferred := Defer(context.Background(), nil)
	if err := device.EventBuffer.AddOutgoingEvent(ctx, chat, "A1", "wa", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := device.MsgSecrets.PutMessageSecret(ctx, chat, ownJID(), "A1", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if event, secret := kept(t, device); event || secret || !deferred.Left() {
		t.Fatal("written at once")
	}
	if err := deferred.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if event, secret := kept(t, device); !event || !secret || deferred.Left() {
		t.Errorf("kept for a retry: %v, secret: %v", event, secret)
	}
}

func TestAConflictStoresNothing(t *testing.T) {
	_, device := loadedDevice(t)
	ctx, deferred := Defer(context.Background(), nil)
	if _, err := device.Sessions.GetManySessions(ctx, []string{"f:0"}); err != nil {
		t.Fatal(err)
	}
	if err := device.Sessions.PutSession(context.Background(), "f:0", []byte("from a decryption")); err != nil {
		t.Fatal(err)
	}
	if err := device.EventBuffer.AddOutgoingEvent(ctx, chat, "A1", "wa", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := device.Sessions.PutManySessions(ctx, map[string][]byte{"f:0": []byte("stale")}); !errors.Is(err, ErrConflict) {
		t.Fatalf("%v, want ErrConflict", err)
	}
	if event, _ := kept(t, device); event || !deferred.Left() {
		t.Error("half of a send was stored")
	}
}

// decrypt stores a plaintext as the library does.
func decrypt(t *testing.T, device *store.Device, hash byte) {
	t.Helper()
	err := device.EventBuffer.DoDecryptionTxn(context.Background(), func(ctx context.Context) error {
		return device.EventBuffer.PutBufferedEvent(ctx, [32]byte{hash}, []byte("plain"), time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// plaintexts counts what is in the file itself.
func plaintexts(t *testing.T, file *File) (n int) {
	t.Helper()
	if err := file.db.QueryRow("SELECT COUNT(plaintext) FROM whatsmeow_event_buffer").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHandledPlaintextGoesWithTheNextMessage(t *testing.T) {
	file, device := loadedDevice(t)
	ctx := context.Background()
	decrypt(t, device, 1)
	if event, err := device.EventBuffer.GetBufferedEvent(ctx, [32]byte{1}); err != nil || string(event.Plaintext) != "plain" {
		t.Fatalf("%v, %v", event, err)
	}
	commits := countCommits(t, file)
	if err := device.EventBuffer.ClearBufferedEventPlaintext(ctx, [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	// WhatsApp repeats it before the next message: it was handled, whatever the file says.
	if event, err := device.EventBuffer.GetBufferedEvent(ctx, [32]byte{1}); err != nil || event == nil || event.Plaintext != nil {
		t.Errorf("handled, but the buffer answers %v, %v", event, err)
	}
	if *commits != 0 {
		t.Errorf("%d commits for a handled message", *commits)
	}
	decrypt(t, device, 2)
	if n := plaintexts(t, file); n != 1 || *commits != 1 {
		t.Errorf("%d plaintexts after %d commits, want the second message's alone after one", n, *commits)
	}
	if event, err := device.EventBuffer.GetBufferedEvent(ctx, [32]byte{1}); err != nil || event == nil || event.Plaintext != nil {
		t.Errorf("cleared, but the buffer answers %v, %v", event, err)
	}
}

func TestHandledPlaintextDoesNotStay(t *testing.T) {
	file, device := loadedDevice(t)
	decrypt(t, device, 1)
	if err := device.EventBuffer.ClearBufferedEventPlaintext(context.Background(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(clearAfter + 2*time.Minute)
	for plaintexts(t, file) > 0 {
		if time.Now().After(deadline) {
			t.Fatal("a handled message's plaintext stays in the file")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestClosingClearsHandledPlaintext(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseName)
	file := linked(t, path)
	device, err := file.LoadDevice(context.Background(), &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	decrypt(t, device, 1)
	if err := device.EventBuffer.ClearBufferedEventPlaintext(context.Background(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFile(context.Background(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // test
	if n := plaintexts(t, again); n != 0 {
		t.Errorf("%d plaintexts after closing", n)
	}
}

func TestAFailedTransactionForgetsNothing(t *testing.T) {
	file, device := loadedDevice(t)
	decrypt(t, device, 1)
	if err := device.EventBuffer.ClearBufferedEventPlaintext(context.Background(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	honest := errors.New("mismatching MAC")
	err := device.EventBuffer.DoDecryptionTxn(context.Background(), func(context.Context) error { return honest })
	if !errors.Is(err, honest) {
		t.Fatal(err)
	}
	if n := plaintexts(t, file); n != 1 {
		t.Fatalf("%d plaintexts after a rollback", n)
	}
	decrypt(t, device, 2)
	if n := plaintexts(t, file); n != 1 {
		t.Errorf("%d plaintexts, the first message's should be gone", n)
	}
}

func TestOldRetriesAreDeletedTwiceADay(t *testing.T) {
	file, device := loadedDevice(t)
	if _, err := file.db.Exec("CREATE TABLE deletes (n)"); err != nil {
		t.Fatal(err)
	}
	_, err := file.db.Exec(`CREATE TRIGGER t AFTER DELETE ON whatsmeow_retry_buffer BEGIN INSERT INTO deletes VALUES (1); END`)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := device.EventBuffer.AddOutgoingEvent(context.Background(), chat, "old", "wa", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := file.db.Exec("UPDATE whatsmeow_retry_buffer SET timestamp=0"); err != nil {
			t.Fatal(err)
		}
		if err := device.EventBuffer.DeleteOldOutgoingEvents(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := file.db.QueryRow("SELECT COUNT(*) FROM deletes").Scan(&n); err != nil || n != 1 {
		t.Errorf("deleted %d times, %v", n, err)
	}
}

func TestStatementsAreKeptAndNeverSharedWhileInUse(t *testing.T) {
	file, device := loadedDevice(t)
	ctx := context.Background()
	for i := range 5 {
		if err := device.Sessions.PutSession(ctx, "f:0", []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := device.Sessions.GetSession(ctx, "f:0"); err != nil || len(got) != 1 || got[0] != 4 {
		t.Errorf("a kept statement answers %v, %v", got, err)
	}
	// The same query inside itself: the kept statement is busy.
	tx, err := file.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	const query = "SELECT value FROM json_each('[1,2,3]') WHERE value > ?"
	outer, err := tx.Query(query, 0)
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]int
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		inner, err := tx.Query(query, a)
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			var b int
			if err := inner.Scan(&b); err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, [2]int{a, b})
		}
		if err := errors.Join(inner.Err(), inner.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(outer.Err(), outer.Close(), tx.Commit()); err != nil {
		t.Fatal(err)
	}
	if len(pairs) != 3 || pairs[0] != [2]int{1, 2} || pairs[2] != [2]int{2, 3} {
		t.Errorf("nested queries answer %v", pairs)
	}
	// A statement left in the middle starts from its beginning the next time.
	for range 2 {
		var first int
		if err := file.db.QueryRow(query, 0).Scan(&first); err != nil || first != 1 {
			t.Errorf("first row %d, %v", first, err)
		}
	}
	conn, err := file.db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // test
	err = conn.Raw(func(raw any) error {
		for query, kept := range raw.(*connection).kept {
			if kept.busy {
				t.Errorf("%q is still marked as in use", query)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
