package wire

import (
	"fmt"

	"go.mau.fi/whatsmeow/binary/token"
)

const (
	maxDepth = 32
	maxNodes = 200_000
)

// measure walks an encoded stanza without building it and refuses what would cost more memory or stack
// than any honest stanza: the codec allocates a list's declared size before it has seen one element, so a
// few nested headers could ask for gigabytes. It judges size alone; well-formedness is the codec's matter.
func measure(body []byte) error {
	walk := walker{data: body}
	walk.node(0)
	return walk.err
}

type walker struct {
	data  []byte
	at    int
	nodes int
	err   error
}

func (w *walker) refuse(why string) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s", ErrStanza, why)
	}
}

func (w *walker) number(size int) int {
	if w.at+size > len(w.data) {
		w.refuse("ends too early")
		return 0
	}
	value := 0
	for _, b := range w.data[w.at : w.at+size] {
		value = value<<8 | int(b)
	}
	w.at += size
	return value
}

func (w *walker) skip(size int) {
	if size < 0 || w.at+size > len(w.data) {
		w.refuse("ends too early")
		return
	}
	w.at += size
}

func (w *walker) listSize(tag int) int {
	switch tag {
	case token.ListEmpty:
		return 0
	case token.List8:
		return w.number(1)
	case token.List16:
		return w.number(2)
	default:
		w.refuse("a list expected")
		return 0
	}
}

func (w *walker) node(depth int) {
	w.nodes++
	if depth > maxDepth || w.nodes > maxNodes {
		w.refuse("too deep or too many elements")
		return
	}
	size := w.listSize(w.number(1))
	if w.err != nil || size == 0 {
		w.refuse("an element without a tag")
		return
	}
	// Tag and attributes are single values; an even size means that content follows.
	values := size
	if size%2 == 0 {
		values--
	}
	for i := 0; i < values && w.err == nil; i++ {
		w.value(depth)
	}
	if size%2 == 0 && w.err == nil {
		w.value(depth)
	}
}

func (w *walker) value(depth int) {
	tag := w.number(1)
	switch tag {
	case token.List8, token.List16:
		size := w.listSize(tag)
		if size > len(w.data)-w.at {
			w.refuse("a list longer than the frame")
			return
		}
		for i := 0; i < size && w.err == nil; i++ {
			w.node(depth + 1)
		}
	case token.Binary8:
		w.skip(w.number(1))
	case token.Binary20:
		w.skip(w.number(3) & 0xFFFFF)
	case token.Binary32:
		w.skip(w.number(4))
	case token.Dictionary0, token.Dictionary1, token.Dictionary2, token.Dictionary3:
		w.skip(1)
	case token.Nibble8, token.Hex8:
		w.skip(w.number(1) & 127)
	case token.JIDPair:
		w.flat(depth, 2)
	case token.ADJID:
		w.skip(2)
		w.flat(depth, 1)
	case token.FBJID:
		w.flat(depth, 1)
		w.skip(2)
		w.flat(depth, 1)
	case token.InteropJID:
		w.flat(depth, 1)
		w.skip(4)
		w.flat(depth, 1)
	}
}

// flat reads the parts of an address, which may nest no further than one level at a time.
func (w *walker) flat(depth, count int) {
	if depth > maxDepth {
		w.refuse("too deep")
		return
	}
	for i := 0; i < count && w.err == nil; i++ {
		w.value(depth + 1)
	}
}
