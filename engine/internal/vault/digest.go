package vault

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// The digest of a file's credentials is the same for what was saved of them and differs when one of them changes. It gives
// nothing away: the keys in it cannot be guessed.

// digestAt returns the digest of the file at path.
func digestAt(ctx context.Context, path string, key []byte) ([]byte, error) {
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	return digestOf(ctx, file)
}

// digestOf returns the digest of an open file.
func digestOf(ctx context.Context, file *File) ([]byte, error) {
	sum := sha256.New()
	for _, table := range credentialTables {
		if err := addTable(ctx, sum, file, table); err != nil {
			return nil, err
		}
	}
	return sum.Sum(nil), nil
}

func addTable(ctx context.Context, sum hash.Hash, file *File, table string) error {
	rows, err := file.db.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY 1, 2")
	if err != nil {
		return classify(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	columns, err := rows.Columns()
	if err != nil {
		return classify(err)
	}
	add(sum, table)
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return classify(err)
		}
		for i, value := range values {
			add(sum, columns[i])
			if content, ok := value.([]byte); ok {
				value = string(content)
			}
			add(sum, fmt.Sprintf("%T %v", value, value))
		}
	}
	if err := rows.Err(); err != nil {
		return classify(err)
	}
	return nil
}

// add puts a part into the sum in a way that no other parts read the same.
func add(sum hash.Hash, part string) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(part)))
	_, _ = sum.Write(length[:])
	_, _ = sum.Write([]byte(part))
}
