package vault

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"

	"holdfast/engine/internal/home"
)

// sign binds a device's keys to an account as pairing does.
func sign(device *store.Device) {
	account := keys.NewKeyPair()
	identity := &waAdv.ADVSignedDeviceIdentity{Details: []byte("details"), AccountSignatureKey: account.Pub[:]}
	owner := slices.Concat(whatsmeow.AdvAccountSignaturePrefix, identity.Details, device.IdentityKey.Pub[:])
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*account.Priv), owner)
	identity.AccountSignature = signature[:]
	own := slices.Concat(whatsmeow.AdvDeviceSignaturePrefix, identity.Details, device.IdentityKey.Pub[:], account.Pub[:])
	ownSignature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*device.IdentityKey.Priv), own)
	identity.DeviceSignature = ownSignature[:]
	device.Account = identity
}

// theirs makes another program's database with these devices, each with a ratchet.
func theirs(t *testing.T, numbers ...string) string {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	container, err := sqlstore.New(ctx, "sqlite3", "file:"+path+"?_pragma=foreign_keys(1)", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range numbers {
		device := container.NewDevice()
		jid := types.NewJID(number, types.DefaultUserServer)
		jid.Device = 3
		device.ID = &jid
		sign(device)
		if err := device.Save(ctx); err != nil {
			t.Fatal(err)
		}
		if err := device.Sessions.PutSession(ctx, "4915222088624:0", []byte("ratchet of "+number)); err != nil {
			t.Fatal(err)
		}
	}
	if err := container.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func house(t *testing.T) *Folders {
	t.Helper()
	held, err := home.Hold(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(held.Release)
	return NewFolders(held)
}

func TestADeviceIsImportedWithItsRatchets(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	database := theirs(t, "4915111077513", "4915111077514")
	before, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	under := NewKey{Key: key, Wrapped: []byte("wrapped")}
	made, folder, err := folders.Import(ctx, database, "4915111077514:3@s.whatsapp.net", "", under)
	if err != nil || folder != "4915111077514" || made.Device.ID.User != folder {
		t.Fatalf("%v, %s, %v", made, folder, err)
	}
	path, err := folders.Database(folder)
	if err != nil {
		t.Fatal(err)
	}
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	device, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if ratchet, err := device.Sessions.GetSession(ctx, "4915222088624:0"); string(ratchet) != "ratchet of 4915111077514" {
		t.Errorf("ratchet %q, %v", ratchet, err)
	}
	var rows int
	if err := file.db.QueryRow("SELECT COUNT(*) FROM whatsmeow_sessions").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d ratchets came along, %v", rows, err)
	}
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte("SQLite format")) || bytes.Contains(content, []byte("ratchet of")) {
		t.Errorf("in the clear, or unreadable: %v", err)
	}
	if after, err := os.ReadFile(database); err != nil || !bytes.Equal(before, after) {
		t.Errorf("their database was changed: %v", err)
	}
	if seen, err := Inspect(ctx, filepath.Join(filepath.Dir(path), databaseName), key); err != nil || len(seen.Findings) != 1 || seen.Findings[0].Flaw != AppStateKeysMissing {
		t.Errorf("inspected: %+v, %v", seen, err)
	}
}

func TestWhatCannotBeImported(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	two, none := theirs(t, "4915111077513", "4915111077514"), theirs(t)
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte("no database at all, but long enough to look at"), 0o600); err != nil {
		t.Fatal(err)
	}
	under := NewKey{Key: key, Wrapped: []byte("wrapped")}
	for name, c := range map[string]struct {
		database, jid, target string
		under                 NewKey
		want                  error
	}{
		"two to choose from": {two, "", "", under, ErrArgument},
		"another device":     {two, "4915111077599:3@s.whatsapp.net", "", under, ErrNoDevice},
		"no device":          {none, "", "", under, ErrNoDevice},
		"no database":        {two + ".gone", "", "", under, ErrMissing},
		"a folder":           {filepath.Dir(two), "", "", under, ErrMissing},
		"text":               {text, "", "", under, ErrCorrupt},
		"relative":           {"store.db", "", "", under, ErrArgument},
		"outside":            {two, "4915111077513:3@s.whatsapp.net", "../x", under, ErrArgument},
		"hidden":             {two, "4915111077513:3@s.whatsapp.net", ".pairing-x", under, ErrArgument},
		"a short key":        {two, "4915111077513:3@s.whatsapp.net", "", NewKey{Key: key[:8], Wrapped: []byte("w")}, ErrArgument},
		"no wrapped key":     {two, "4915111077513:3@s.whatsapp.net", "", NewKey{Key: key}, ErrArgument},
	} {
		if _, _, err := folders.Import(ctx, c.database, c.jid, c.target, c.under); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, _, err := folders.Import(ctx, two, "4915111077513:3@s.whatsapp.net", "", under); err != nil {
		t.Error(err)
	}
	if _, _, err := folders.Import(ctx, two, "4915111077513:3@s.whatsapp.net", "", under); !errors.Is(err, ErrExists) {
		t.Errorf("again: %v", err)
	}
	entries, err := folders.Scan()
	if err != nil || len(entries) != 1 {
		t.Errorf("folders: %v, %v", entries, err)
	}
}

// Each signature that binds the keys is looked at.
func TestAnInspectionChecksSignatures(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		spoil func(*store.Device)
		want  []Flaw
	}{
		"sound":          {func(*store.Device) {}, []Flaw{AppStateKeysMissing}},
		"signed pre-key": {func(d *store.Device) { d.SignedPreKey.Signature[5] ^= 1 }, []Flaw{SignedPreKeyUnsigned, AppStateKeysMissing}},
		"account":        {func(d *store.Device) { d.Account.AccountSignature[5] ^= 1 }, []Flaw{AccountUnsigned, AppStateKeysMissing}},
		"device":         {func(d *store.Device) { d.Account.DeviceSignature[5] ^= 1 }, []Flaw{DeviceUnsigned, AppStateKeysMissing}},
		"another identity": {func(d *store.Device) { d.IdentityKey = keys.NewKeyPair() }, []Flaw{
			SignedPreKeyUnsigned, AccountUnsigned, DeviceUnsigned, AppStateKeysMissing,
		}},
	} {
		path := filepath.Join(t.TempDir(), databaseName)
		file, err := OpenFile(ctx, path, key)
		if err != nil {
			t.Fatal(err)
		}
		device := file.NewDevice(&Watch{}, nil)
		jid := ownJID()
		device.ID = &jid
		sign(device)
		c.spoil(device)
		if err := device.Save(ctx); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		seen, err := Inspect(ctx, path, key)
		if err != nil {
			t.Fatal(err)
		}
		var flaws []Flaw
		for _, finding := range seen.Findings {
			flaws = append(flaws, finding.Flaw)
		}
		if !slices.Equal(flaws, c.want) {
			t.Errorf("%s: %v, want %v", name, flaws, c.want)
		}
	}
}

// What a program keeps beside the library's tables, here as gowa and WAHA's GOWS engine may: several devices, chats and
// messages of its own, views and triggers on them.
func TestNothingOfAnotherProgramComesAlongButTheDevice(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	database := theirs(t, "4915111077513", "4915111077514")
	db, err := sql.Open("sqlite3", "file:"+database)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`CREATE TABLE devices (device_id TEXT PRIMARY KEY, jid TEXT REFERENCES whatsmeow_device(jid))`,
		`CREATE TABLE chats (jid TEXT PRIMARY KEY, device_id TEXT REFERENCES devices(device_id))`,
		`CREATE TABLE "odd ""name""" (id TEXT, chat TEXT REFERENCES chats(jid), content TEXT)`,
		`CREATE VIEW latest AS SELECT * FROM chats`,
		`CREATE TRIGGER kept BEFORE DELETE ON whatsmeow_device BEGIN SELECT RAISE(ABORT, 'never'); END`,
		`INSERT INTO devices SELECT 'd-'||jid, jid FROM whatsmeow_device`,
		`INSERT INTO chats SELECT 'c-'||jid, 'd-'||jid FROM whatsmeow_device`,
		`INSERT INTO "odd ""name""" SELECT '1', jid, 'a private message' FROM chats`,
		`INSERT INTO whatsmeow_privacy_tokens (our_jid, their_jid, token, timestamp) SELECT jid, '4915222088624', x'00', 1 FROM whatsmeow_device`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := folders.Import(ctx, database, "4915111077513:3@s.whatsapp.net", "", NewKey{Key: key, Wrapped: []byte("wrapped")}); err != nil {
		t.Fatal(err)
	}
	path, err := folders.Database("4915111077513")
	if err != nil {
		t.Fatal(err)
	}
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	foreign, err := texts(ctx, file.db, `SELECT name FROM sqlite_master WHERE type<>'index' AND name NOT LIKE 'whatsmeow%' AND name NOT LIKE 'sqlite%'`)
	if err != nil || len(foreign) > 0 {
		t.Errorf("came along: %v, %v", foreign, err)
	}
	for _, table := range []string{"whatsmeow_device", "whatsmeow_sessions", "whatsmeow_privacy_tokens"} {
		var rows int
		if err := file.db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%s: %d rows, %v", table, rows, err)
		}
	}
	var enforced bool
	if err := file.db.QueryRow("PRAGMA foreign_keys").Scan(&enforced); err != nil || !enforced {
		t.Errorf("foreign keys: %v, %v", enforced, err)
	}
}
