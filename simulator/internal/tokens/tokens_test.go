package tokens

import (
	"fmt"
	"testing"
	"time"
)

func draw(n int) []byte { return fmt.Append(nil, "token ", n) }

func TestATokenHoldsForItsHolderAndItsTime(t *testing.T) {
	monday := time.Unix(100*int64(bucket.Seconds()), 0)
	ledger := New()
	token := ledger.Issue("1", monday.Add(time.Hour), draw)
	ledger = Restore(ledger.State())
	for _, test := range []struct {
		holder string
		shown  []byte
		now    time.Time
		want   bool
	}{
		{"1", token.Bytes, monday.Add(2 * time.Hour), true},
		{"1", token.Bytes, monday.Add(4*bucket - time.Second), true},
		{"1", token.Bytes, monday.Add(4 * bucket), false},
		{"2", token.Bytes, monday.Add(2 * time.Hour), false},
		{"1", []byte("forged"), monday.Add(2 * time.Hour), false},
		{"1", nil, monday.Add(2 * time.Hour), false},
	} {
		if ledger.Holds(test.holder, test.shown, test.now) != test.want {
			t.Errorf("%+v", test)
		}
	}
}

func TestOldTokensGo(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	ledger := New()
	first := ledger.Issue("1", start, draw)
	for week := 1; week <= 10; week++ {
		ledger.Issue("1", start.Add(time.Duration(week)*bucket), draw)
	}
	if kept := len(ledger.State().Issued["1"]); kept != buckets {
		t.Errorf("%d are kept", kept)
	}
	if ledger.Holds("1", first.Bytes, start) {
		t.Error("the first one is kept")
	}
}
