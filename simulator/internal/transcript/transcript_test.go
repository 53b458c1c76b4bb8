package transcript_test

import (
	"fmt"
	"testing"

	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/transcript"
)

func record(account, id string) transcript.Record {
	return transcript.Record{Account: account, Node: stanza.New("message", stanza.Attrs{"id": id})}
}

func ids(records []transcript.Record, _ uint64) string {
	var all []string
	for _, found := range records {
		all = append(all, stanza.Text(&found.Node, "id"))
	}
	return fmt.Sprint(all)
}

func TestTheRingKeepsTheLatest(t *testing.T) {
	ring := transcript.New(3, nil)
	for i := range 5 {
		ring.Add(record("a", fmt.Sprint(i)))
	}
	if got := ids(ring.After(0, transcript.Any(), 0)); got != "[2 3 4]" {
		t.Errorf("kept %s", got)
	}
	if got := ids(ring.After(4, transcript.Any(), 0)); got != "[4]" {
		t.Errorf("after 4: %s", got)
	}
	if got := ids(ring.After(0, transcript.Any(), 2)); got != "[2 3]" {
		t.Errorf("two of them: %s", got)
	}
	ring.Add(record("b", "x"))
	if got := ids(ring.After(0, transcript.Of("b"), 0)); got != "[x]" {
		t.Errorf("of b: %s", got)
	}
	if found, _ := transcript.New(0, nil).After(0, transcript.Any(), 0); found != nil {
		t.Error("a transcript that is off remembers")
	}
}

// The ids of a long receipt are what tests look for.
func TestAListOfIdsStaysWhole(t *testing.T) {
	ring := transcript.New(1, nil)
	items := make([]stanza.Node, 60)
	for i := range items {
		items[i] = stanza.New("item", stanza.Attrs{"id": fmt.Sprint(i)})
	}
	ring.Add(transcript.Record{Node: stanza.New("receipt", nil, stanza.New("list", nil, items...))})
	all, _ := ring.After(0, transcript.Any(), 0)
	list := all[0].Node.GetChildren()[0]
	if got := len(list.GetChildren()); got != 60 || stanza.Text(&list, "wasim_children") != "" {
		t.Errorf("%d of 60 ids are left", got)
	}
}

func TestLongContentIsCutAndTheOriginalIsNot(t *testing.T) {
	ring := transcript.New(1, nil)
	long := make([]stanza.Node, 812)
	for i := range long {
		long[i] = stanza.Raw("key", make([]byte, 2000))
	}
	original := stanza.New("iq", nil, stanza.New("list", nil, long...))
	ring.Add(transcript.Record{Node: original})
	all, _ := ring.After(0, transcript.Any(), 0)
	found := all[0]
	list := found.Node.GetChildren()[0]
	if got := stanza.Text(&list, "wasim_children"); got != "812" || len(list.GetChildren()) != 16 {
		t.Errorf("a list of %d, said to be %s", len(list.GetChildren()), got)
	}
	key := list.GetChildren()[0]
	if got := stanza.Text(&key, "wasim_bytes"); got != "2000" || len(stanza.Bytes(&key)) != 1024 {
		t.Errorf("content of %d bytes, said to be %s", len(stanza.Bytes(&key)), got)
	}
	if len(original.GetChildren()[0].GetChildren()) != 812 || original.GetChildren()[0].Attrs != nil {
		t.Error("the stanza itself was changed")
	}
	view := found.View()
	if view.Node.Tag != "iq" || len(view.Node.Children[0].Children) != 16 {
		t.Errorf("view %+v", view.Node)
	}
}
