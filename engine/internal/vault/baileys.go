package vault

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// credsName is the file by which a folder is known as Baileys' multi-file auth state, which the Evolution API and WAHA's NOWEB
// engine write too.
//
// Source: Baileys 7.0.0-rc14, Utils/use-multi-file-auth-state.js, Utils/auth-utils.js.
const credsName = "creds.json"

// raw is a value of bytes: an object {"type":"Buffer","data":…} with base64 or numbers, or base64 alone.
type raw []byte

func (r *raw) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		decoded, err := base64.StdEncoding.DecodeString(plain)
		*r = decoded
		return err
	}
	var wrapped struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &wrapped); err != nil {
		return err
	}
	if json.Unmarshal(wrapped.Data, &plain) == nil {
		decoded, err := base64.StdEncoding.DecodeString(plain)
		*r = decoded
		return err
	}
	var numbers []int
	if err := json.Unmarshal(wrapped.Data, &numbers); err != nil {
		return err
	}
	*r = nil
	for _, number := range numbers {
		*r = append(*r, byte(number))
	}
	return nil
}

type baileysPair struct {
	Private raw `json:"private"`
}

type baileysCreds struct {
	NoiseKey          baileysPair `json:"noiseKey"`
	SignedIdentityKey baileysPair `json:"signedIdentityKey"`
	SignedPreKey      struct {
		KeyPair   baileysPair `json:"keyPair"`
		Signature raw         `json:"signature"`
		KeyID     uint32      `json:"keyId"`
	} `json:"signedPreKey"`
	RegistrationID uint32 `json:"registrationId"`
	AdvSecretKey   raw    `json:"advSecretKey"`
	Account        struct {
		Details             raw `json:"details"`
		AccountSignatureKey raw `json:"accountSignatureKey"`
		AccountSignature    raw `json:"accountSignature"`
		DeviceSignature     raw `json:"deviceSignature"`
	} `json:"account"`
	Me struct {
		ID   string `json:"id"`
		LID  string `json:"lid"`
		Name string `json:"name"`
	} `json:"me"`
	Platform              string `json:"platform"`
	FirstUnuploadedPreKey uint32 `json:"firstUnuploadedPreKeyId"`
}

// readBaileys returns the device of a folder. Raises ErrNoDevice for one that was never linked, ErrCorrupt.
func readBaileys(folder string) (*baileysCreds, *store.Device, error) {
	content, err := os.ReadFile(filepath.Join(folder, credsName))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s cannot be read", ErrMissing, credsName)
	}
	var creds baileysCreds
	if err := json.Unmarshal(content, &creds); err != nil {
		return nil, nil, fmt.Errorf("%w: %s is not whole", ErrCorrupt, credsName)
	}
	if creds.Me.ID == "" || len(creds.Account.Details) == 0 {
		return nil, nil, fmt.Errorf("%w: its program was never linked, or was logged out", ErrNoDevice)
	}
	device, err := creds.device()
	return &creds, device, err
}

func (c *baileysCreds) device() (*store.Device, error) {
	jid, err := types.ParseJID(c.Me.ID)
	if err != nil || jid.User == "" {
		return nil, fmt.Errorf("%w: its device has no number", ErrCorrupt)
	}
	lid, err := types.ParseJID(c.Me.LID)
	if err != nil {
		return nil, fmt.Errorf("%w: its LID cannot be read", ErrCorrupt)
	}
	for name, key := range map[string]raw{
		"noiseKey": c.NoiseKey.Private, "signedIdentityKey": c.SignedIdentityKey.Private, "signedPreKey": c.SignedPreKey.KeyPair.Private,
	} {
		if len(key) != 32 {
			return nil, fmt.Errorf("%w: %s has %d bytes", ErrCorrupt, name, len(key))
		}
	}
	if len(c.SignedPreKey.Signature) != 64 {
		return nil, fmt.Errorf("%w: the signature of signedPreKey has %d bytes", ErrCorrupt, len(c.SignedPreKey.Signature))
	}
	signature := [64]byte(c.SignedPreKey.Signature)
	return &store.Device{
		NoiseKey:       keys.NewKeyPairFromPrivateKey([32]byte(c.NoiseKey.Private)),
		IdentityKey:    keys.NewKeyPairFromPrivateKey([32]byte(c.SignedIdentityKey.Private)),
		SignedPreKey:   &keys.PreKey{KeyPair: *keys.NewKeyPairFromPrivateKey([32]byte(c.SignedPreKey.KeyPair.Private)), KeyID: c.SignedPreKey.KeyID, Signature: &signature},
		RegistrationID: c.RegistrationID,
		AdvSecretKey:   c.AdvSecretKey,
		ID:             &jid,
		LID:            lid,
		Account: &waAdv.ADVSignedDeviceIdentity{
			Details:             c.Account.Details,
			AccountSignatureKey: c.Account.AccountSignatureKey,
			AccountSignature:    c.Account.AccountSignature,
			DeviceSignature:     c.Account.DeviceSignature,
		},
		Platform: c.Platform,
		PushName: c.Me.Name,
	}, nil
}

// copyBaileys writes the device of a folder into a new session file: its keys, its pre-keys, the keys of its app state and what
// it knows of hidden names. Its ratchets stay behind: the first message of each contact is asked for again.
func copyBaileys(ctx context.Context, folder, path string, sessionKey []byte) error {
	creds, device, err := readBaileys(folder)
	if err != nil {
		return err
	}
	file, err := OpenFile(ctx, path, sessionKey)
	if err != nil {
		return err
	}
	return errors.Join(fillFromBaileys(ctx, file, folder, creds, device), file.Close())
}

func fillFromBaileys(ctx context.Context, file *File, folder string, creds *baileysCreds, device *store.Device) error {
	if err := file.container.PutDevice(ctx, device); err != nil {
		return classify(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("%w: the folder cannot be read", ErrMissing)
	}
	for _, entry := range entries {
		name, isJSON := strings.CutSuffix(entry.Name(), ".json")
		if !isJSON || name == "creds" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return fmt.Errorf("%w: %s cannot be read", ErrMissing, entry.Name())
		}
		if err := takeBaileysFile(ctx, file, name, content, creds, device); err != nil {
			return fmt.Errorf("%s: %w", entry.Name(), err)
		}
	}
	return nil
}

func takeBaileysFile(ctx context.Context, file *File, name string, content []byte, creds *baileysCreds, device *store.Device) error {
	var err error
	if id, is := strings.CutPrefix(name, "pre-key-"); is {
		err = takePreKey(ctx, file, id, content, creds, device)
	} else if id, is := strings.CutPrefix(name, "app-state-sync-key-"); is {
		err = takeAppStateKey(ctx, id, content, device)
	} else if number, is := strings.CutPrefix(name, "lid-mapping-"); is && !strings.HasSuffix(number, "_reverse") {
		err = takeName(ctx, file, number, content)
	}
	return err
}

func takePreKey(ctx context.Context, file *File, name string, content []byte, creds *baileysCreds, device *store.Device) error {
	id, err := strconv.ParseUint(name, 10, 24)
	var pair baileysPair
	if err != nil || json.Unmarshal(content, &pair) != nil || len(pair.Private) != 32 {
		return fmt.Errorf("%w: it holds no pre-key", ErrCorrupt)
	}
	insert := "INSERT INTO whatsmeow_pre_keys (jid, key_id, key, uploaded) VALUES ($1, $2, $3, $4)"
	_, err = file.db.ExecContext(ctx, insert, device.ID.String(), id, []byte(pair.Private), uint32(id) < creds.FirstUnuploadedPreKey)
	if err != nil {
		return classify(err)
	}
	return nil
}

func takeAppStateKey(ctx context.Context, name string, content []byte, device *store.Device) error {
	id, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(name, "__", "/"))
	var key struct {
		KeyData     raw             `json:"keyData"`
		Fingerprint json.RawMessage `json:"fingerprint"`
		Timestamp   json.Number     `json:"timestamp"`
	}
	if err != nil || json.Unmarshal(content, &key) != nil || len(key.KeyData) == 0 {
		return fmt.Errorf("%w: it holds no key of app state", ErrCorrupt)
	}
	var fingerprint waE2E.AppStateSyncKeyFingerprint
	if len(key.Fingerprint) > 0 {
		// Shape apart, the key is good without it: the phone sends it again with the next one.
		_ = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(key.Fingerprint, &fingerprint)
	}
	print, err := proto.Marshal(&fingerprint)
	if err != nil {
		return fmt.Errorf("%w: its fingerprint cannot be kept", ErrCorrupt)
	}
	timestamp, _ := key.Timestamp.Int64()
	if err := device.AppStateKeys.PutAppStateSyncKey(ctx, id, store.AppStateSyncKey{Data: key.KeyData, Fingerprint: print, Timestamp: timestamp}); err != nil {
		return classify(err)
	}
	return nil
}

func takeName(ctx context.Context, file *File, number string, content []byte) error {
	var lid string
	if json.Unmarshal(content, &lid) != nil || lid == "" || number == "" {
		return fmt.Errorf("%w: it holds no hidden name", ErrCorrupt)
	}
	if _, err := file.db.ExecContext(ctx, "INSERT OR REPLACE INTO whatsmeow_lid_map (lid, pn) VALUES ($1, $2)", lid, number); err != nil {
		return classify(err)
	}
	return nil
}
