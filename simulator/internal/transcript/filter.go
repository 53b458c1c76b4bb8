package transcript

import (
	"bytes"
	"strings"
	"time"

	"holdfast/simulator/internal/stanza"
)

// Filter says which records are wanted; what is left empty lets all pass.
type Filter struct {
	Account string
	// Device is a companion's number, negative for any.
	Device       int
	Conn         int64
	Dir          string
	Tag          string
	XMLNS        string
	Type         string
	ID           string
	Since, Until time.Time
	// Text occurs in a tag, an attribute or the content, anywhere in the stanza.
	Text string
	// Fault is the name of a fault that struck, or name/id.
	Fault string
}

// Any lets every record pass.
func Any() *Filter { return &Filter{Device: -1} }

// Of lets the records of one account pass.
func Of(account string) *Filter { return &Filter{Device: -1, Account: account} }

// Passes tells whether a record is wanted.
func (f *Filter) Passes(record *Record) bool {
	node := &record.Node
	return same(f.Account, record.Account) && (f.Device < 0 || f.Device == int(record.Device)) &&
		(f.Conn == 0 || f.Conn == record.Conn) && same(f.Dir, record.Dir) && same(f.Tag, node.Tag) &&
		same(f.XMLNS, stanza.Text(node, "xmlns")) && same(f.Type, stanza.Text(node, "type")) && same(f.ID, stanza.Text(node, "id")) &&
		(f.Since.IsZero() || !record.T.Before(f.Since)) && (f.Until.IsZero() || !record.T.After(f.Until)) &&
		(f.Fault == "" || struck(record.Fault, f.Fault)) && (f.Text == "" || contains(node, f.Text))
}

func same(wanted, value string) bool { return wanted == "" || wanted == value }

// struck tells whether a fault is among those of a mark.
func struck(mark, wanted string) bool {
	for one := range strings.SplitSeq(mark, ",") {
		name, _, _ := strings.Cut(one, "/")
		if one == wanted || name == wanted {
			return true
		}
	}
	return false
}

func contains(node *stanza.Node, wanted string) bool {
	if strings.Contains(node.Tag, wanted) {
		return true
	}
	for name, value := range node.Attrs {
		if strings.Contains(name, wanted) || strings.Contains(text(value), wanted) {
			return true
		}
	}
	if bytes.Contains(stanza.Bytes(node), []byte(wanted)) {
		return true
	}
	children := node.GetChildren()
	for i := range children {
		if contains(&children[i], wanted) {
			return true
		}
	}
	return false
}
