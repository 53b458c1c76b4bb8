package vault

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"go.mau.fi/whatsmeow/types"

	"holdfast/engine/internal/sealed"
)

// Import makes sessions/<target> of one device of another program's database, ratchets and all, or of Baileys' folder, and
// returns the folder. A socket hands over the rows of a database that is no file; its device is named by jid. The source is only
// read. Raises ErrMissing, ErrCorrupt, ErrNewer, ErrNoDevice, ErrArgument when there are several to choose from, or ErrExists.
func (f *Folders) Import(ctx context.Context, database, jid, target string, under NewKey) (*Made, string, error) {
	if !filepath.IsAbs(database) {
		return nil, "", fmt.Errorf("%w: the database's path is not absolute", ErrArgument)
	}
	chosen, fill, err := source(ctx, database, jid, under.Key)
	if err != nil {
		return nil, "", err
	}
	if target == "" {
		target = chosen.User
	}
	if err := plainNames(target); err != nil {
		return nil, "", err
	}
	made, err := f.make(ctx, f.sessions, target, under, fill)
	return made, target, err
}

// source finds the device to import, and how a session file is filled from it.
func source(ctx context.Context, path, wanted string, key []byte) (types.JID, func(string) error, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode()&os.ModeSocket != 0:
		named, err := types.ParseJID(wanted)
		if err != nil || named.User == "" {
			return types.EmptyJID, nil, fmt.Errorf("%w: whose rows come is not said", ErrArgument)
		}
		return named, func(to string) error { return copyRows(ctx, path, named, to, key) }, nil
	case err == nil && info.IsDir():
		_, device, err := readBaileys(path)
		if err != nil {
			return types.EmptyJID, nil, err
		}
		return *device.ID, func(to string) error { return copyBaileys(ctx, path, to, key) }, nil
	case err == nil && info.Mode().IsRegular():
		chosen, err := chooseDevice(path, wanted)
		return chosen, func(to string) error { return copyDevice(ctx, path, chosen, to, key) }, err
	}
	return types.EmptyJID, nil, fmt.Errorf("%w: there is no database at this path", ErrMissing)
}

// plain opens another program's database to read.
func plain(database string) (*sqlite3.Conn, error) {
	name := url.URL{Scheme: "file", Path: database, RawQuery: "mode=ro"}
	conn, err := sqlite3.OpenFlags(name.String(), sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return nil, classify(err)
	}
	if err := conn.BusyTimeout(busyTimeout); err != nil {
		_ = conn.Close()
		return nil, classify(err)
	}
	return conn, nil
}

// chooseDevice finds the device that is asked for, or the only one.
func chooseDevice(database, wanted string) (types.JID, error) {
	conn, err := plain(database)
	if err != nil {
		return types.EmptyJID, err
	}
	defer conn.Close() //nolint:errcheck // read only
	statement, _, err := conn.Prepare("SELECT jid FROM whatsmeow_device ORDER BY jid")
	if err != nil {
		return types.EmptyJID, fmt.Errorf("%w: it is no whatsmeow database", ErrCorrupt)
	}
	defer statement.Close() //nolint:errcheck // read only
	var found []string
	for statement.Step() {
		found = append(found, statement.ColumnText(0))
	}
	if err := statement.Err(); err != nil {
		return types.EmptyJID, classify(err)
	}
	switch {
	case len(found) == 0:
		return types.EmptyJID, ErrNoDevice
	case wanted == "" && len(found) > 1:
		return types.EmptyJID, fmt.Errorf("%w: choose one of the devices %s", ErrArgument, strings.Join(found, ", "))
	case wanted == "":
		wanted = found[0]
	}
	for _, one := range found {
		if one == wanted {
			jid, err := types.ParseJID(one)
			if err != nil || jid.User == "" {
				return types.EmptyJID, fmt.Errorf("%w: its device has no number", ErrCorrupt)
			}
			return jid, nil
		}
	}
	return types.EmptyJID, fmt.Errorf("%w: no device %s; there are %s", ErrNoDevice, wanted, strings.Join(found, ", "))
}

// copyDevice writes the database encrypted to path, brings its schema up to date and takes the other devices out.
func copyDevice(ctx context.Context, database string, jid types.JID, path string, sessionKey []byte) error {
	key, err := newFileKey(sessionKey)
	if err != nil {
		return err
	}
	conn, err := plain(database)
	if err != nil {
		return err
	}
	err = vacuumInto(conn, path, key)
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	file, err := OpenFile(ctx, path, sessionKey)
	if err != nil {
		return err
	}
	return errors.Join(leaveOnly(ctx, file, jid), file.Close())
}

// leaveOnly takes out of a copy what is not this device's: other devices, and what a program keeps beside the library's tables.
func leaveOnly(ctx context.Context, file *File, jid types.JID) error {
	foreign, err := texts(ctx, file.db, `
		SELECT 'DROP '||type||' IF EXISTS "'||replace(name, '"', '""')||'"' FROM sqlite_master
		WHERE type IN ('trigger', 'view') OR type='table' AND name NOT LIKE 'whatsmeow\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		ORDER BY CASE type WHEN 'trigger' THEN 0 WHEN 'view' THEN 1 ELSE 2 END`)
	if err != nil {
		return classify(err)
	}
	// Their tables may refer to each other and to the devices, in any order.
	before := append([]string{"PRAGMA foreign_keys=OFF"}, foreign...)
	for _, statement := range append(before, "PRAGMA foreign_keys=ON") {
		if _, err := file.db.ExecContext(ctx, statement); err != nil {
			return classify(err)
		}
	}
	if _, err := file.db.ExecContext(ctx, "DELETE FROM whatsmeow_privacy_tokens WHERE our_jid<>$1", jid.String()); err != nil {
		return classify(err)
	}
	if _, err := file.db.ExecContext(ctx, "DELETE FROM whatsmeow_device WHERE jid<>$1", jid.String()); err != nil {
		return classify(err)
	}
	if _, err := file.db.ExecContext(ctx, "VACUUM"); err != nil {
		return classify(err)
	}
	return nil
}

func vacuumInto(conn *sqlite3.Conn, path string, key fileKey) error {
	target := url.URL{Scheme: "file", Path: path, RawQuery: "vfs=" + sealed.Name + "&" + key.parameter()}
	statement, _, err := conn.Prepare("VACUUM INTO ?")
	if err != nil {
		return classify(err)
	}
	defer statement.Close() //nolint:errcheck // its error came from Exec
	if err := statement.BindText(1, target.String()); err != nil {
		return fmt.Errorf("%w: the copy cannot be named", ErrStorage)
	}
	if err := statement.Exec(); err != nil {
		if errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) {
			return fmt.Errorf("%w: it cannot be copied", ErrCorrupt)
		}
		// The statement's target holds the key: its error must not travel.
		return fmt.Errorf("%w: the copy could not be written", ErrStorage)
	}
	return nil
}
