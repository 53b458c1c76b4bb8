// Package queue keeps what one device has not confirmed yet, in one total order. What enters are stanzas
// for the device, what leaves are the same stanzas as often as the device connects again; only the device's
// own acknowledgement or receipt takes one out.
package queue

import (
	"slices"
	"sort"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

// Entry is one stanza waiting for its confirmation.
type Entry struct {
	Seq  uint64
	Node stanza.Node
	// Sender is the phone number of the account that the stanza comes from, "" for the server.
	Sender string
	// Fleeting is set for a stanza that nobody confirms: it is gone once it has been sent, or lastBreath later.
	Fleeting *Fleeting
}

// Fleeting says how long a stanza that nobody confirms is worth sending.
type Fleeting struct {
	// Key names what the stanza speaks of: a later one takes the place of an earlier one. "" names nothing.
	Key string
	// Expires is when nobody wants it any more; zero is never.
	Expires time.Time
}

// lastBreath is for how long a fleeting stanza with an end is kept after it was sent: nobody confirms it, and the
// connection may have been dying, unknown to the server.
const lastBreath = time.Second

// sent returns what is left to keep of a fleeting stanza, nil for nothing.
func (f *Fleeting) sent(now time.Time) *Fleeting {
	if f.Expires.IsZero() {
		return nil
	}
	rest := *f
	if end := now.Add(lastBreath); end.Before(rest.Expires) {
		rest.Expires = end
	}
	return &rest
}

func (e *Entry) expired(now time.Time) bool {
	return e.Fleeting != nil && !e.Fleeting.Expires.IsZero() && !now.Before(e.Fleeting.Expires)
}

// Confirmation says what a client has processed: a stanza's class and id, and whom it answers to.
type Confirmation struct {
	Class string
	ID    string
	// To is the address in the client's answer, Sender the phone number that it belongs to, if any.
	To     types.JID
	Sender string
	// Type tells apart the receipts for one message; it counts for that class only.
	Type string
	// All takes every matching entry, not only the oldest.
	All bool
}

// Queue is safe for concurrent use.
type Queue struct {
	mu      sync.Mutex
	entries []Entry
	last    uint64
	sent    uint64
	wake    chan<- struct{}
}

// New returns an empty queue.
func New() *Queue { return &Queue{} }

// Append puts a stanza at the end and wakes the connection, if there is one.
func (q *Queue) Append(node stanza.Node, sender string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.append(Entry{Node: node, Sender: sender})
}

// AppendFleeting puts a stanza at the end that nobody will confirm, and takes out what it replaces.
func (q *Queue) AppendFleeting(node stanza.Node, sender string, fleeting Fleeting, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.entries = slices.DeleteFunc(q.entries, func(old Entry) bool {
		return old.expired(now) || (old.Fleeting != nil && fleeting.Key != "" && old.Fleeting.Key == fleeting.Key)
	})
	q.append(Entry{Node: node, Sender: sender, Fleeting: &fleeting})
}

// Expire drops what nobody wants any more.
func (q *Queue) Expire(now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.entries = slices.DeleteFunc(q.entries, func(old Entry) bool { return old.expired(now) })
}

func (q *Queue) append(entry Entry) {
	q.last++
	entry.Seq = q.last
	q.entries = append(q.entries, entry)
	if q.wake != nil {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// Attach starts a delivery from the beginning: nothing counts as sent, and wake hears of new entries.
// It returns what waits for a confirmation, by class, and the sequence number of the last of everything.
func (q *Queue) Attach(wake chan<- struct{}) (waiting map[string]int, last uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wake, q.sent = wake, 0
	waiting = map[string]int{}
	for i := range q.entries {
		if q.entries[i].Fleeting == nil {
			waiting[q.entries[i].Node.Tag]++
		}
	}
	return waiting, q.last
}

// Detach ends a delivery unless another one has begun since.
func (q *Queue) Detach(wake chan<- struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.wake == wake {
		q.wake = nil
	}
}

// Next returns the first entry after the sequence number and counts it as sent to wake's connection. It
// returns false when there is none, or when the delivery has passed to another connection.
func (q *Queue) Next(wake chan<- struct{}, after uint64, now time.Time) (Entry, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.wake != wake {
		return Entry{}, false
	}
	at := sort.Search(len(q.entries), func(i int) bool { return q.entries[i].Seq > after })
	if at == len(q.entries) {
		return Entry{}, false
	}
	entry := q.entries[at]
	q.sent = max(q.sent, entry.Seq)
	if entry.Fleeting != nil {
		if q.entries[at].Fleeting = entry.Fleeting.sent(now); q.entries[at].Fleeting == nil {
			q.entries = slices.Delete(q.entries, at, at+1)
		}
	}
	return entry, true
}

// Confirm takes out what the client has processed and returns how many entries that were. Only what was
// sent on the present connection can be confirmed. The exact address wins over one of the same account.
func (q *Queue) Confirm(c Confirmation) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	removed := 0
	for _, exact := range []bool{true, false} {
		for i := 0; i < len(q.entries) && q.entries[i].Seq <= q.sent; {
			if !c.matches(&q.entries[i], exact) {
				i++
				continue
			}
			if i == 0 {
				q.entries[0] = Entry{}
				q.entries = q.entries[1:]
			} else {
				q.entries = slices.Delete(q.entries, i, i+1)
			}
			removed++
			if !c.All {
				return removed
			}
		}
		if removed > 0 {
			break
		}
	}
	if len(q.entries) == 0 {
		q.entries = nil
	}
	return removed
}

func (c *Confirmation) matches(entry *Entry, exact bool) bool {
	node := &entry.Node
	if entry.Fleeting != nil || node.Tag != c.Class || stanza.Text(node, "id") != c.ID {
		return false
	}
	if c.Class == "receipt" && stanza.Text(node, "type") != c.Type {
		return false
	}
	if exact {
		from, _ := stanza.JID(node, "from")
		return from == c.To
	}
	return entry.Sender == c.Sender
}

// Len is the number of unconfirmed entries.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	unconfirmed := 0
	for i := range q.entries {
		if q.entries[i].Fleeting == nil {
			unconfirmed++
		}
	}
	return unconfirmed
}
