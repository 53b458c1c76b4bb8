package vault

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
	"go.mau.fi/whatsmeow/types"
)

// A database that is no file is read by the gateway, which hands its rows over on a socket: one JSON value per batch, the
// last one says that it was the last. The engine needs no driver and no password of that server, and no row of another
// program's credentials lies on a disk in the clear.

// The oldest schema whose rows fit into the newest one as they are: what came later added tables, and columns that may be
// empty.
//
// Source: whatsmeow, store/sqlstore/upgrades, "compatible with v8+".
const oldestRows = 8

// value is what stands in one column; none of them: NULL.
type value struct {
	Text    *string `json:"text"`
	Bytes   *[]byte `json:"bytes"`
	Integer *int64  `json:"integer"`
}

func (v value) bind() any {
	switch {
	case v.Text != nil:
		return *v.Text
	case v.Bytes != nil:
		return *v.Bytes
	case v.Integer != nil:
		return *v.Integer
	}
	return nil
}

// batch holds rows of one table. The first batch says of what schema they are, the last one that nothing is missing.
type batch struct {
	Schema  int       `json:"schema"`
	Table   string    `json:"table"`
	Columns []string  `json:"columns"`
	Rows    [][]value `json:"rows"`
	Last    bool      `json:"last"`
}

// copyRows fills a new session file with the rows of one device that come on a socket. Raises ErrMissing where nobody
// listens, ErrNewer, ErrCorrupt for rows that break off or do not fit.
func copyRows(ctx context.Context, socket string, jid types.JID, path string, sessionKey []byte) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("%w: nobody hands rows over", ErrMissing)
	}
	defer conn.Close() //nolint:errcheck // read only
	if until, limited := ctx.Deadline(); limited {
		if err := conn.SetDeadline(until); err != nil {
			return fmt.Errorf("%w: %w", ErrStorage, err)
		}
	}
	file, err := OpenFile(ctx, path, sessionKey)
	if err != nil {
		return err
	}
	err = fillFromRows(ctx, file.db, json.NewDecoder(conn))
	if err == nil {
		err = leaveOnly(ctx, file, jid)
	}
	return errors.Join(err, file.Close())
}

// fillFromRows writes every batch in one transaction: a device and what refers to it may come in any order.
func fillFromRows(ctx context.Context, db *sql.DB, batches *json.Decoder) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback() //nolint:errcheck // committed by then
	if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys=ON"); err != nil {
		return classify(err)
	}
	for first := true; ; first = false {
		var it batch
		if err := batches.Decode(&it); err != nil {
			return fmt.Errorf("%w: its rows break off", ErrCorrupt)
		}
		if first && it.Schema > len(upgrades.Table) {
			return fmt.Errorf("%w: schema %d, this is %d", ErrNewer, it.Schema, len(upgrades.Table))
		}
		if first && it.Schema < oldestRows {
			return fmt.Errorf("%w: its schema %d is too old to be taken row by row", ErrCorrupt, it.Schema)
		}
		if err := insert(ctx, tx, &it); err != nil {
			return err
		}
		if it.Last {
			break
		}
	}
	if err := tx.Commit(); err != nil {
		return unfit(err, "what its rows refer to")
	}
	return nil
}

// unfit tells rows that the schema refuses from a disk that does.
func unfit(err error, what string) error {
	if errors.Is(err, sqlite3.CONSTRAINT) {
		return fmt.Errorf("%w: %s does not fit", ErrCorrupt, what)
	}
	return classify(err)
}

// insert writes one batch. Tables and columns are named by another program: only those that the schema has get into a
// statement. A table that the library does not know is another program's, and stays behind.
func insert(ctx context.Context, tx *sql.Tx, it *batch) error {
	if len(it.Rows) == 0 {
		return nil
	}
	known, err := columns(ctx, tx, it.Table)
	if err != nil {
		return classify(err)
	}
	if !strings.HasPrefix(it.Table, "whatsmeow_") || it.Table == "whatsmeow_version" || len(known) == 0 {
		return nil
	}
	for _, name := range it.Columns {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: the library's %s has no column %q", ErrCorrupt, it.Table, name)
		}
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(it.Columns)), ", ")
	statement, err := tx.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", it.Table, strings.Join(it.Columns, ", "), marks))
	if err != nil {
		return classify(err)
	}
	defer statement.Close() //nolint:errcheck // its errors came from Exec
	for _, row := range it.Rows {
		if len(row) != len(it.Columns) {
			return fmt.Errorf("%w: a row of %s has %d values", ErrCorrupt, it.Table, len(row))
		}
		values := make([]any, len(row))
		for n, one := range row {
			values[n] = one.bind()
		}
		if _, err := statement.ExecContext(ctx, values...); err != nil {
			return unfit(err, "a row of "+it.Table)
		}
	}
	return nil
}

func columns(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		found = append(found, name)
	}
	return found, rows.Err()
}
