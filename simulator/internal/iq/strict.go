package iq

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"holdfast/simulator/internal/stanza"
)

// maxStrange bounds how many kinds of unknown queries are remembered.
const maxStrange = 1000

// Unknown is a kind of query that clients asked and this server does not know.
type Unknown struct {
	XMLNS string `json:"xmlns"`
	Type  string `json:"type"`
	Child string `json:"child" doc:"tag of the first element inside"`
	Count int    `json:"count"`
	// Malformed tells that it lacks what every query must have.
	Malformed bool `json:"malformed"`
}

// strange is what a table does about queries that it does not know, and which it has seen.
type strange struct {
	strict atomic.Bool
	mu     sync.Mutex
	seen   map[Key]*Unknown
}

// SetStrict decides whether unknown and malformed queries get an error or an empty result.
func (t *Table) SetStrict(strict bool) { t.strange.strict.Store(strict) }

// Strict tells what SetStrict has decided.
func (t *Table) Strict() bool { return t.strange.strict.Load() }

// Kinds lists every kind of query that there is an answer for, in order.
func (t *Table) Kinds() []Key {
	return slices.SortedFunc(maps.Keys(t.answers), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.XMLNS, b.XMLNS), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Child, b.Child))
	})
}

// Unknown lists the unknown queries seen, the most frequent first.
func (t *Table) Unknown() []Unknown {
	t.strange.mu.Lock()
	defer t.strange.mu.Unlock()
	list := make([]Unknown, 0, len(t.strange.seen))
	for _, one := range t.strange.seen {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Unknown) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.XMLNS, b.XMLNS), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Child, b.Child))
	})
	return list
}

// unknown answers a query that no entry of the table answers.
func (t *Table) unknown(key Key, request *stanza.Node) stanza.Node {
	malformed := key.XMLNS == "" || stanza.Text(request, "id") == ""
	t.services.Log.Info("iq.unknown", "xmlns", key.XMLNS, "type", key.Type, "child", key.Child, "malformed", malformed)
	t.note(key, malformed)
	switch {
	case !t.strange.strict.Load():
		return stanza.Result(request)
	case malformed:
		return stanza.Failure(request, 400, "bad-request")
	default:
		return stanza.Failure(request, 501, "feature-not-implemented")
	}
}

func (t *Table) note(key Key, malformed bool) {
	t.strange.mu.Lock()
	defer t.strange.mu.Unlock()
	if t.strange.seen == nil {
		t.strange.seen = map[Key]*Unknown{}
	}
	one, known := t.strange.seen[key]
	if !known {
		if len(t.strange.seen) >= maxStrange {
			return
		}
		one = &Unknown{XMLNS: key.XMLNS, Type: key.Type, Child: key.Child}
		t.strange.seen[key] = one
	}
	one.Count++
	one.Malformed = one.Malformed || malformed
}
