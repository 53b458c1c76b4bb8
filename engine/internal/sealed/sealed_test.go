package sealed

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	_ "github.com/ncruces/go-sqlite3/vfs/xts" // what files were written with before
)

var testKey = hex.EncodeToString(bytes.Repeat([]byte{7, 1}, 32))

// open opens a database of one file system, with a log and in the manner of session files.
func open(t *testing.T, path, system string) *sql.DB {
	t.Helper()
	db, err := driver.Open("file:"+path+"?vfs="+system+"&_txlock=immediate", func(conn *sqlite3.Conn) error {
		return conn.Exec(`PRAGMA hexkey='` + testKey + `'; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY`)
	})
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatal(statement, err)
	}
}

func made(t *testing.T, path, system string) *sql.DB {
	t.Helper()
	db := open(t, path, system)
	run(t, db, "CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)")
	return db
}

// noted reads everything and holds it against what is there.
func noted(t *testing.T, db *sql.DB, want map[int][]byte) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "SELECT id, body FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	got := 0
	for ; rows.Next(); got++ {
		var id int
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(body, want[id]) {
			t.Fatalf("note %d differs", id)
		}
	}
	if err := rows.Err(); err != nil || got != len(want) {
		t.Fatalf("%d notes, %d were written: %v", got, len(want), err)
	}
}

func copied(t *testing.T, path string) string {
	t.Helper()
	target := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(target+end, content, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return target
}

// Each commit is read at once by a second connection, by the file system of before, and from a copy of the files as a kill
// would leave them. Frames end at every distance from a sector of the disk.
func TestEveryCommitIsThereForEverybody(t *testing.T) {
	for _, pair := range [][2]string{{Name, Name}, {Name, "xts"}, {"xts", Name}} {
		t.Run(pair[0]+" read by "+pair[1], func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notes.db")
			db := made(t, path, pair[0])
			run(t, db, "PRAGMA wal_autocheckpoint=700")
			reader := open(t, path, pair[1])
			want := map[int][]byte{}
			for id := range 900 {
				body := make([]byte, mathrand.IntN(6000))
				_, _ = rand.Read(body)
				want[id%60] = body
				run(t, db, "INSERT OR REPLACE INTO notes VALUES (?, ?)", id%60, body)
				noted(t, reader, want)
				if id%45 == 0 {
					after := open(t, copied(t, path), pair[1])
					noted(t, after, want)
					var whole string
					if err := after.QueryRow("PRAGMA integrity_check").Scan(&whole); err != nil || whole != "ok" {
						t.Fatal(whole, err)
					}
				}
			}
		})
	}
}

func TestATransactionThatDoesNotFitIntoMemoryIsReadBack(t *testing.T) {
	db := made(t, filepath.Join(t.TempDir(), "notes.db"), Name)
	run(t, db, "PRAGMA cache_size=4")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	want := map[int][]byte{}
	for id := range 300 {
		want[id] = bytes.Repeat([]byte{byte(id), byte(id >> 8)}, 3000)
		if _, err := tx.Exec("INSERT INTO notes VALUES (?, ?)", id, want[id]); err != nil {
			t.Fatal(err)
		}
		var body []byte
		if err := tx.QueryRow("SELECT body FROM notes WHERE id = ?", id/2).Scan(&body); err != nil || !bytes.Equal(body, want[id/2]) {
			t.Fatal(id, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	noted(t, db, want)
}

func TestTheWrongKeyAndNoKeyOpenNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	run(t, made(t, path, Name), "PRAGMA wal_checkpoint(TRUNCATE)")
	for _, address := range []string{"", "&hexkey=" + hex.EncodeToString(make([]byte, 64)), "&hexkey=nonsense", "&hexkey=00ff"} {
		db, err := driver.Open("file:" + path + "?vfs=" + Name + address)
		if err == nil {
			_, err = db.Exec("SELECT * FROM notes")
			_ = db.Close()
		}
		if err == nil {
			t.Errorf("%q opened it", address)
		}
	}
	db, err := driver.Open("file:" + path + "?vfs=" + Name + "&hexkey=" + testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read only
	noted(t, db, map[int][]byte{})
}

// disk is the machine's file system with a count of what is asked of it, and faults.
type disk struct {
	vfs.VFS
	writes int
	broken error
}

type diskFile struct {
	vfs.File
	disk *disk
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	file, flags, err := vfsutil.WrapOpenFilename(d.VFS, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &diskFile{file, d}, flags, nil
}

func (f *diskFile) WriteAt(p []byte, offset int64) (int, error) {
	f.disk.writes++
	if f.disk.broken != nil {
		return 0, f.disk.broken
	}
	return f.File.WriteAt(p, offset)
}

func (f *diskFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

func onDisk(t *testing.T) (*disk, *sql.DB) {
	t.Helper()
	under := &disk{VFS: vfs.Find("")}
	name := fmt.Sprintf("sealed-%s", t.Name())
	vfs.Register(name, &files{VFS: under})
	t.Cleanup(func() { vfs.Unregister(name) })
	return under, made(t, filepath.Join(t.TempDir(), "notes.db"), name)
}

func TestATransactionIsWrittenAtOnce(t *testing.T) {
	under, db := onDisk(t)
	for id := range 50 {
		under.writes = 0
		run(t, db, "INSERT INTO notes VALUES (?, ?)", id, make([]byte, 20_000))
		if under.writes > 4 {
			t.Fatalf("transaction %d took %d writes", id, under.writes)
		}
	}
}

func TestADiskThatRefusesIsTheTransactionsError(t *testing.T) {
	under, db := onDisk(t)
	want := map[int][]byte{1: []byte("before")}
	run(t, db, "INSERT INTO notes VALUES (1, ?)", want[1])
	for _, refusal := range []error{sqlite3.FULL, sqlite3.IOERR_WRITE, errors.New("gone")} {
		under.broken = refusal
		if _, err := db.Exec("INSERT INTO notes VALUES (2, ?)", make([]byte, 10_000)); err == nil {
			t.Fatal("a commit that was not written")
		} else if refusal == sqlite3.FULL && !errors.Is(err, sqlite3.FULL) {
			t.Errorf("a full disk is told as %v", err)
		}
		under.broken = nil
		noted(t, db, want)
	}
	want[2] = []byte("after")
	run(t, db, "INSERT INTO notes VALUES (2, ?)", want[2])
	noted(t, db, want)
}
