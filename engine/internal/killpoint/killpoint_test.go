package killpoint

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPassStrikesOnceWhereArmed(t *testing.T) {
	folder := t.TempDir()
	died := 0
	points := &Points{folder: folder, die: func() { died++ }}
	points.Pass(Sent)
	if died != 0 {
		t.Fatal("struck although nothing was armed")
	}
	if err := os.WriteFile(filepath.Join(folder, Sent), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	points.Pass(Confirmed)
	if died != 0 {
		t.Fatal("struck at another place than the armed one")
	}
	points.Pass(Sent)
	points.Pass(Sent)
	if died != 1 {
		t.Fatalf("struck %d times, want once per armed file", died)
	}
}

func TestPassWithoutFolderNeverStrikes(t *testing.T) {
	points := &Points{die: func() { t.Fatal("struck outside lab mode") }}
	points.Pass(Decrypted)
	var none *Points
	none.Pass(Decrypted)
}
