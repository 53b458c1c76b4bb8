package vault

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
)

// rowsOf is what the gateway hands over of a database: its devices last, because any order will do.
func rowsOf(t *testing.T, database string) []batch {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read only
	tables, err := texts(context.Background(), db, `SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'whatsmeow\_%' ESCAPE '\' ORDER BY name='whatsmeow_device'`)
	if err != nil {
		t.Fatal(err)
	}
	found := []batch{{Schema: len(upgrades.Table)}}
	for _, table := range tables {
		if table != "whatsmeow_version" {
			found = append(found, tableOf(t, db, table))
		}
	}
	return append(found, batch{Last: true})
}

func tableOf(t *testing.T, db *sql.DB, table string) batch {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	it := batch{Table: table}
	if it.Columns, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		raw, into := make([]any, len(it.Columns)), make([]any, len(it.Columns))
		for n := range raw {
			into[n] = &raw[n]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]value, len(raw))
		for n, one := range raw {
			switch one := one.(type) {
			case string:
				row[n].Text = &one
			case []byte:
				row[n].Bytes = &one
			case int64:
				row[n].Integer = &one
			}
		}
		it.Rows = append(it.Rows, row)
	}
	return it
}

// handed serves batches once on a socket, and hangs up after the last.
func handed(t *testing.T, batches []batch) string {
	t.Helper()
	// A test's own folder may be too long for the name of a socket.
	folder, err := os.MkdirTemp("", "rows")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "rows.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close(); _ = os.RemoveAll(folder) })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // the other side sees it
		for _, it := range batches {
			if json.NewEncoder(conn).Encode(it) != nil {
				return // whoever reads has seen enough
			}
		}
	}()
	return path
}

func TestRowsThatAreHandedOverBecomeASessionFile(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	const number, jid = "4915111077513", "4915111077513:3@s.whatsapp.net"
	batches := rowsOf(t, theirs(t, number, "4915111077514"))
	for _, foreign := range []string{"whatsmeow_of_a_fork", "whatsmeow_version", "sqlite_master", "users; DROP TABLE whatsmeow_device"} {
		batches = slices.Insert(batches, 1, batch{Table: foreign, Columns: []string{"name"}, Rows: [][]value{{{}}}})
	}
	made, folder, err := folders.Import(ctx, handed(t, batches), jid, "", NewKey{Key: key, Wrapped: []byte("wrapped")})
	if err != nil || folder != number || made.Device.ID.String() != jid {
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
	if ratchet, err := device.Sessions.GetSession(ctx, "4915222088624:0"); string(ratchet) != "ratchet of "+number {
		t.Errorf("ratchet %q, %v", ratchet, err)
	}
	for _, table := range []string{"whatsmeow_device", "whatsmeow_sessions"} {
		var rows int
		if err := file.db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%s: %d rows, %v", table, rows, err)
		}
	}
}

func TestRowsThatDoNotMakeADeviceChangeNothing(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	const jid = "4915111077513:3@s.whatsapp.net"
	whole := rowsOf(t, theirs(t, "4915111077513"))
	orphans := slices.DeleteFunc(slices.Clone(whole), func(it batch) bool { return it.Table == "whatsmeow_device" })
	one := [][]value{{{}}}
	for name, c := range map[string]struct {
		batches []batch
		jid     string
		want    error
		said    string
	}{
		"broken off":       {whole[:len(whole)-1], jid, ErrCorrupt, "break off"},
		"nothing":          {nil, jid, ErrCorrupt, "break off"},
		"without a device": {orphans, jid, ErrCorrupt, "does not fit"},
		"a newer schema":   {[]batch{{Schema: len(upgrades.Table) + 1}}, jid, ErrNewer, ""},
		"a schema of long ago": {
			[]batch{{Schema: oldestRows - 1}}, jid, ErrCorrupt, "too old"},
		"nobody's": {whole, "", ErrArgument, "whose"},
		"a column that is none": {
			[]batch{{Schema: oldestRows, Table: "whatsmeow_lid_map", Columns: []string{"lid) --"}, Rows: one}}, jid, ErrCorrupt, "no column"},
		"a row of another length": {
			[]batch{{Schema: oldestRows, Table: "whatsmeow_lid_map", Columns: []string{"lid", "pn"}, Rows: one}}, jid, ErrCorrupt, "1 values"},
	} {
		_, _, err := folders.Import(ctx, handed(t, c.batches), c.jid, "", NewKey{Key: key, Wrapped: []byte("wrapped")})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if entries, err := folders.Scan(); err != nil || len(entries) != 0 {
		t.Errorf("folders: %v, %v", entries, err)
	}
	if left, err := filepath.Glob(filepath.Join(folders.snapshots, ".half-*")); err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
