package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
)

// Flaw is something that is wrong with a session file.
type Flaw int

// What can be wrong.
const (
	FolderWithoutFile Flaw = iota + 1
	KeyDoesNotOpen
	FileDamaged
	DeviceMissing
	KeyMalformed
	SignedPreKeyUnsigned
	AccountUnsigned
	DeviceUnsigned
	AppStateKeysMissing
	SchemaUnknown
)

// Finding is one flaw, with what is known of it. The detail holds no secret.
type Finding struct {
	Flaw   Flaw
	Detail string
}

// Inspection is how a session file was found. Without findings it could connect.
type Inspection struct {
	Findings []Finding
	Device   *store.Device // nil when none could be read; for looking at only
	Digest   []byte        // of the credentials, nil when they could not be read
}

func (i *Inspection) found(flaw Flaw, detail string) {
	i.Findings = append(i.Findings, Finding{Flaw: flaw, Detail: detail})
}

// Inspect looks at the session file at path. Raises ErrStorage or ErrArgument when it could not be looked at: that says
// nothing about the file.
func Inspect(ctx context.Context, path string, key []byte) (*Inspection, error) {
	file, err := OpenFile(ctx, path, key)
	return inspect(ctx, file, err)
}

// Inspect looks at the session file of sessions/<folder>, as the function does.
func (f *Folders) Inspect(ctx context.Context, folder string, key []byte) (*Inspection, error) {
	file, err := f.Open(ctx, folder, key)
	return inspect(ctx, file, err)
}

// inspect looks at a file that was opened, or at why it does not open.
func inspect(ctx context.Context, file *File, err error) (*Inspection, error) {
	seen := &Inspection{}
	switch {
	case errors.Is(err, ErrWrongKey):
		seen.found(KeyDoesNotOpen, "")
		return seen, nil
	case errors.Is(err, ErrCorrupt):
		seen.found(FileDamaged, "it does not open as a database")
		return seen, nil
	case errors.Is(err, ErrNewer):
		seen.found(SchemaUnknown, "")
		return seen, nil
	case err != nil:
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	if err := seen.integrity(ctx, file); err != nil {
		return nil, err
	}
	if err := seen.device(ctx, file); err != nil {
		return nil, err
	}
	if seen.Device != nil {
		// What cannot be read has been found by then; there is nothing to compare with.
		seen.Digest, _ = digestOf(ctx, file)
	}
	return seen, nil
}

const mostComplaints = 3

func (i *Inspection) integrity(ctx context.Context, file *File) error {
	rows, err := file.db.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		if errors.Is(classify(err), ErrCorrupt) {
			i.found(FileDamaged, "it cannot be checked")
			return nil
		}
		return classify(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var complaints []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return classify(err)
		}
		if line != "ok" {
			complaints = append(complaints, line)
		}
	}
	if err := rows.Err(); err != nil {
		complaints = append(complaints, "the check broke off")
	}
	if len(complaints) > 0 {
		i.found(FileDamaged, strings.Join(complaints[:min(len(complaints), mostComplaints)], "; "))
	}
	return nil
}

func (i *Inspection) device(ctx context.Context, file *File) error {
	devices, err := file.container.GetAllDevices(ctx)
	switch {
	case errors.Is(err, sqlstore.ErrInvalidLength):
		i.found(KeyMalformed, "a key has the wrong length")
		return nil
	case errors.Is(classify(err), ErrCorrupt):
		i.found(FileDamaged, "the device cannot be read")
		return nil
	case err != nil:
		return classify(err)
	case len(devices) != 1:
		i.found(DeviceMissing, fmt.Sprintf("%d devices", len(devices)))
		return nil
	}
	i.Device = devices[0]
	i.signatures(devices[0])
	var shared int
	query := "SELECT COUNT(*) FROM whatsmeow_app_state_sync_keys WHERE jid=$1"
	if err := file.wrapped.QueryRow(ctx, query, devices[0].ID).Scan(&shared); err != nil {
		return classify(err)
	}
	if shared == 0 {
		i.found(AppStateKeysMissing, "the phone has shared none yet, or they are gone")
	}
	return nil
}

// signatures checks what binds the keys to each other and to the account: the public halves are made of the private ones.
//
// Source: whatsmeow 35ae40906e74, verifyAccountSignature, generateDeviceSignature, KeyPair.Sign.
func (i *Inspection) signatures(device *store.Device) {
	identity := ecc.NewDjbECPublicKey(*device.IdentityKey.Pub)
	signed := append([]byte{ecc.DjbType}, device.SignedPreKey.Pub[:]...)
	if !ecc.VerifySignature(identity, signed, *device.SignedPreKey.Signature) {
		i.found(SignedPreKeyUnsigned, "")
	}
	account := device.Account
	if account == nil || len(account.AccountSignatureKey) != 32 || len(account.AccountSignature) != 64 || len(account.DeviceSignature) != 64 {
		i.found(KeyMalformed, "the account's part is not whole")
		return
	}
	owner := ecc.NewDjbECPublicKey([32]byte(account.AccountSignatureKey))
	if !slices.ContainsFunc([][]byte{whatsmeow.AdvAccountSignaturePrefix, whatsmeow.AdvHostedAccountSignaturePrefix}, func(prefix []byte) bool {
		return ecc.VerifySignature(owner, bound(prefix, account, device.IdentityKey.Pub[:]), [64]byte(account.AccountSignature))
	}) {
		i.found(AccountUnsigned, "")
	}
	own := bound(whatsmeow.AdvDeviceSignaturePrefix, account, device.IdentityKey.Pub[:], account.AccountSignatureKey)
	if !ecc.VerifySignature(identity, own, [64]byte(account.DeviceSignature)) {
		i.found(DeviceUnsigned, "")
	}
}

// bound is what a signature of the account or the device is over.
func bound(prefix []byte, account *waAdv.ADVSignedDeviceIdentity, keys ...[]byte) []byte {
	return slices.Concat(append([][]byte{prefix, account.Details}, keys...)...)
}
