package vault

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

func buffer(content []byte) map[string]any {
	return map[string]any{"type": "Buffer", "data": base64.StdEncoding.EncodeToString(content)}
}

func keyPair(pair *keys.KeyPair) map[string]any {
	return map[string]any{"private": buffer(pair.Priv[:]), "public": buffer(pair.Pub[:])}
}

// baileysFolder writes a folder as Baileys does, with a pre-key that was given out and one that was not.
func baileysFolder(t *testing.T, device *store.Device) string {
	t.Helper()
	folder := t.TempDir()
	write := func(name string, content any) {
		text, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("creds.json", map[string]any{
		"noiseKey": keyPair(device.NoiseKey), "signedIdentityKey": keyPair(device.IdentityKey),
		"signedPreKey":   map[string]any{"keyPair": keyPair(&device.SignedPreKey.KeyPair), "signature": buffer(device.SignedPreKey.Signature[:]), "keyId": 1},
		"registrationId": device.RegistrationID, "advSecretKey": base64.StdEncoding.EncodeToString(device.AdvSecretKey),
		"account": map[string]any{
			"details": buffer(device.Account.Details), "accountSignatureKey": buffer(device.Account.AccountSignatureKey),
			"accountSignature": buffer(device.Account.AccountSignature), "deviceSignature": buffer(device.Account.DeviceSignature),
		},
		"me":       map[string]any{"id": device.ID.String(), "lid": device.LID.String(), "name": "Taxi"},
		"platform": "android", "firstUnuploadedPreKeyId": 2, "nextPreKeyId": 3,
	})
	write("pre-key-1.json", keyPair(keys.NewKeyPair()))
	write("pre-key-2.json", keyPair(keys.NewKeyPair()))
	write("app-state-sync-key-AAAAAAEC.json", map[string]any{
		"keyData": buffer([]byte("secret")), "timestamp": "1700000000123",
		"fingerprint": map[string]any{"rawId": 5, "currentIndex": 1, "deviceIndexes": []int{0, 1}},
	})
	write("lid-mapping-4915222088624.json", "100000011111")
	write("lid-mapping-100000011111_reverse.json", "4915222088624")
	write("session-4915222088624.0.json", map[string]any{"version": "v1"})
	return folder
}

func baileysDevice(file *File) *store.Device {
	device := file.container.NewDevice()
	jid := types.JID{User: "4915111077513", Device: 7, Server: types.DefaultUserServer}
	device.ID, device.LID = &jid, types.JID{User: "100000022222", Device: 7, Server: types.HiddenUserServer}
	sign(device)
	return device
}

func TestAFolderOfBaileysIsImported(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	blank, err := OpenFile(ctx, filepath.Join(t.TempDir(), "blank.db"), make([]byte, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	theirs := baileysDevice(blank)
	folder, key := baileysFolder(t, theirs), make([]byte, KeySize)
	made, name, err := folders.Import(ctx, folder, "", "", NewKey{Key: key, Wrapped: []byte("wrapped")})
	if err != nil {
		t.Fatal(err)
	}
	if name != "4915111077513" || *made.Device.ID != *theirs.ID || made.Device.LID != theirs.LID || made.Device.PushName != "Taxi" {
		t.Fatalf("another device came: %s %+v", name, made.Device)
	}
	path, err := folders.Database(name)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := Inspect(ctx, path, key)
	if err != nil || len(seen.Findings) != 0 {
		t.Fatalf("it could not connect: %v %v", seen, err)
	}
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only looked at
	for query, want := range map[string]string{
		"SELECT GROUP_CONCAT(key_id||':'||uploaded) FROM (SELECT * FROM whatsmeow_pre_keys ORDER BY key_id)": "1:1,2:0",
		"SELECT hex(key_id)||':'||key_data||':'||timestamp FROM whatsmeow_app_state_sync_keys":               "000000000102:secret:1700000000123",
		"SELECT lid||':'||pn FROM whatsmeow_lid_map":                                                         "100000011111:4915222088624",
		"SELECT COUNT(*) FROM whatsmeow_sessions":                                                            "0",
	} {
		var got string
		if err := file.db.QueryRowContext(ctx, query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v; not %q", query, got, err, want)
		}
	}
}

func TestAFolderOfBaileysThatCannotMoveIsRefused(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	for name, want := range map[string]struct {
		creds string
		err   error
	}{
		"half copied":  {`{"noiseKey": {"priv`, ErrCorrupt},
		"never linked": {`{"registrationId": 5}`, ErrNoDevice},
		"short key":    {`{"me": {"id": "4915111077513:7@s.whatsapp.net"}, "account": {"details": "AAAA"}}`, ErrCorrupt},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "creds.json"), []byte(want.creds), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := folders.Import(ctx, folder, "", "", NewKey{Key: make([]byte, KeySize), Wrapped: []byte("wrapped")})
		if !errors.Is(err, want.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := folders.Import(ctx, t.TempDir(), "", "", NewKey{Key: make([]byte, KeySize), Wrapped: []byte("w")}); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}
