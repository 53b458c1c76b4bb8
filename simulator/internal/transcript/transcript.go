// Package transcript remembers the latest stanzas, for people and for tests. What enters are decoded stanzas
// of either direction, what leaves is a bounded view of them; long content is shortened, never the order.
package transcript

import (
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

const (
	maxChildren = 16
	maxContent  = 1024
)

// In and Out name the directions, as the server sees them.
const (
	In  = "in"
	Out = "out"
)

// Record is one stanza with its circumstances.
type Record struct {
	Seq     uint64
	T       time.Time
	Dir     string
	Conn    int64
	Account string
	Device  uint16
	Node    stanza.Node
}

// Transcript is a ring of the latest records; the zero size records nothing. Safe for concurrent use.
type Transcript struct {
	mu   sync.Mutex
	ring []Record
	last uint64
}

// New returns a transcript of the given size.
func New(size int) *Transcript { return &Transcript{ring: make([]Record, size)} }

// Enabled tells whether anything is recorded at all.
func (t *Transcript) Enabled() bool { return len(t.ring) > 0 }

// Add records a stanza. The stanza must not be changed afterwards.
func (t *Transcript) Add(record Record) {
	if !t.Enabled() {
		return
	}
	record.Node = shorten(record.Node)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	record.Seq = t.last
	t.ring[t.last%uint64(len(t.ring))] = record
}

// After returns the records behind a sequence number, oldest first, at most limit; account "" is any.
func (t *Transcript) After(seq uint64, account string, limit int) []Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	size := uint64(len(t.ring))
	if size == 0 {
		return nil
	}
	first := seq + 1
	if t.last >= size {
		first = max(first, t.last-size+1)
	}
	var found []Record
	for at := first; at <= t.last && (limit <= 0 || len(found) < limit); at++ {
		record := t.ring[at%size]
		if account == "" || record.Account == account {
			found = append(found, record)
		}
	}
	return found
}

// shorten copies only what is too long; 812 pre-keys must not fill the memory.
func shorten(node stanza.Node) stanza.Node {
	switch content := node.Content.(type) {
	case []byte:
		if len(content) > maxContent {
			node.Content = append([]byte(nil), content[:maxContent]...)
			return stanza.With(node, "wasim_bytes", fmt.Sprint(len(content)))
		}
	case []stanza.Node:
		if len(content) > maxChildren {
			node = stanza.With(node, "wasim_children", fmt.Sprint(len(content)))
			node.Content = shortenAll(content[:maxChildren])
		} else if tooLong(content) {
			node.Content = shortenAll(content)
		}
	}
	return node
}

func tooLong(children []stanza.Node) bool {
	for i := range children {
		switch content := children[i].Content.(type) {
		case []byte:
			if len(content) > maxContent {
				return true
			}
		case []stanza.Node:
			if len(content) > maxChildren || tooLong(content) {
				return true
			}
		}
	}
	return false
}

func shortenAll(children []stanza.Node) []stanza.Node {
	copied := make([]stanza.Node, len(children))
	for i := range children {
		copied[i] = shorten(children[i])
	}
	return copied
}

// View is a record as JSON.
type View struct {
	Seq     uint64 `json:"seq"`
	T       string `json:"t"`
	Dir     string `json:"dir"`
	Conn    int64  `json:"conn"`
	Account string `json:"account"`
	Device  uint16 `json:"device"`
	Node    Tree   `json:"node"`
}

// Tree is a stanza as JSON: content is children, or base64.
type Tree struct {
	Tag      string            `json:"tag"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Children []Tree            `json:"children,omitempty"`
	Base64   string            `json:"base64,omitempty"`
}

// View returns the record's JSON form.
func (r *Record) View() View {
	return View{
		Seq: r.Seq, T: r.T.UTC().Format(time.RFC3339Nano), Dir: r.Dir, Conn: r.Conn,
		Account: r.Account, Device: r.Device, Node: tree(&r.Node),
	}
}

func tree(node *stanza.Node) Tree {
	view := Tree{Tag: node.Tag}
	for name, value := range node.Attrs {
		if view.Attrs == nil {
			view.Attrs = map[string]string{}
		}
		if jid, ok := value.(types.JID); ok {
			view.Attrs[name] = jid.String()
		} else {
			view.Attrs[name] = fmt.Sprint(value)
		}
	}
	switch content := node.Content.(type) {
	case []stanza.Node:
		for i := range content {
			view.Children = append(view.Children, tree(&content[i]))
		}
	case []byte:
		view.Base64 = base64.StdEncoding.EncodeToString(content)
	case string:
		view.Base64 = base64.StdEncoding.EncodeToString([]byte(content))
	}
	return view
}
