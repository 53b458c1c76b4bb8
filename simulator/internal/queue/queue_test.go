package queue_test

import (
	"fmt"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
)

func from(device uint16) types.JID {
	return types.JID{User: "49151", Device: device, Server: types.DefaultUserServer}
}

func message(id string) stanza.Node {
	return stanza.New("message", stanza.Attrs{"id": id, "from": from(1)})
}

func receipt(id, kind string) stanza.Node {
	return stanza.New("receipt", stanza.Attrs{"id": id, "from": from(1), "type": kind})
}

// drain sends everything on a new connection and returns the ids in order.
func drain(q *queue.Queue) (ids []string, wake chan struct{}) {
	return drainAt(q, time.Unix(1_000_000, 0))
}

func drainAt(q *queue.Queue, now time.Time) (ids []string, wake chan struct{}) {
	wake = make(chan struct{}, 1)
	q.Attach(wake)
	var cursor uint64
	for {
		entry, ok := q.Next(wake, cursor, now)
		if !ok {
			return ids, wake
		}
		cursor = entry.Seq
		ids = append(ids, stanza.Text(&entry.Node, "id"))
	}
}

func TestOrderAndRedelivery(t *testing.T) {
	q := queue.New()
	for i := range 3 {
		q.Append(message(fmt.Sprint(i)), "49151")
	}
	for range 2 {
		if ids, _ := drain(q); fmt.Sprint(ids) != "[0 1 2]" {
			t.Fatalf("sent %v", ids)
		}
	}
	if removed := q.Confirm(queue.Confirmation{Class: "message", ID: "1", To: from(1), All: true}); removed != 1 {
		t.Fatalf("removed %d", removed)
	}
	if ids, _ := drain(q); fmt.Sprint(ids) != "[0 2]" {
		t.Fatalf("sent %v", ids)
	}
}

// A confirmation that arrives before its stanza was sent on this connection answers nothing.
func TestNothingIsConfirmedBeforeItIsSent(t *testing.T) {
	q := queue.New()
	q.Append(message("a"), "49151")
	confirmation := queue.Confirmation{Class: "message", ID: "a", To: from(1)}
	if q.Confirm(confirmation) != 0 {
		t.Fatal("confirmed before any connection")
	}
	drain(q)
	q.Attach(make(chan struct{}, 1))
	if q.Confirm(confirmation) != 0 {
		t.Fatal("confirmed on a connection that has not sent it yet")
	}
	drain(q)
	if q.Confirm(confirmation) != 1 {
		t.Fatal("not confirmed after it was sent")
	}
}

// A message and its resend have one id: an acknowledgement takes the older, a receipt takes both.
func TestOldestOrAll(t *testing.T) {
	for all, left := range map[bool]int{false: 1, true: 0} {
		q := queue.New()
		q.Append(message("a"), "49151")
		q.Append(message("a"), "49151")
		drain(q)
		q.Confirm(queue.Confirmation{Class: "message", ID: "a", To: from(1), All: all})
		if q.Len() != left {
			t.Errorf("all %v: %d left", all, q.Len())
		}
	}
}

func TestReceiptsForOneMessageAreToldApart(t *testing.T) {
	q := queue.New()
	q.Append(receipt("a", ""), "49151")
	q.Append(receipt("a", "read"), "49151")
	drain(q)
	q.Confirm(queue.Confirmation{Class: "receipt", ID: "a", Type: "read", To: from(1)})
	if ids, _ := drain(q); len(ids) != 1 {
		t.Fatalf("left %v", ids)
	}
	q.Confirm(queue.Confirmation{Class: "receipt", ID: "a", To: from(1)})
	if q.Len() != 0 {
		t.Error("the receipt without a type is left")
	}
}

// Clients may answer to another address of the same account; the exact one wins.
func TestAnotherNameOfTheSender(t *testing.T) {
	q := queue.New()
	q.Append(message("a"), "49151")
	drain(q)
	lid := types.JID{User: "1000", Server: types.HiddenUserServer}
	if q.Confirm(queue.Confirmation{Class: "message", ID: "a", To: lid, Sender: "49999"}) != 0 {
		t.Error("a stranger's confirmation counts")
	}
	if q.Confirm(queue.Confirmation{Class: "message", ID: "a", To: lid, Sender: "49151"}) != 1 {
		t.Error("the same account's confirmation does not count")
	}
}

func TestAnOldConnectionGetsNothing(t *testing.T) {
	q := queue.New()
	_, old := drain(q)
	q.Attach(make(chan struct{}, 1))
	q.Append(message("a"), "49151")
	if _, ok := q.Next(old, 0, time.Unix(1_000_000, 0)); ok {
		t.Error("the replaced connection still gets stanzas")
	}
}

func TestAppendWakes(t *testing.T) {
	q := queue.New()
	_, wake := drain(q)
	q.Append(message("a"), "49151")
	select {
	case <-wake:
	default:
		t.Error("nobody was woken")
	}
	q.Detach(wake)
	q.Append(message("b"), "49151")
	select {
	case <-wake:
		t.Error("woken after the end")
	default:
	}
}

func TestSavingAndRestoring(t *testing.T) {
	q := queue.New()
	q.Append(message("a"), "49151")
	q.Append(stanza.New("message", stanza.Attrs{"id": "b", "from": from(2)}, stanza.Raw("enc", []byte{1, 2})), "49151")
	state, err := q.State()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := queue.Restore(state)
	if err != nil {
		t.Fatal(err)
	}
	restored.Append(message("c"), "49151")
	if ids, _ := drain(restored); fmt.Sprint(ids) != "[a b c]" {
		t.Errorf("restored %v", ids)
	}
	if restored.Confirm(queue.Confirmation{Class: "message", ID: "b", To: from(2)}) != 1 {
		t.Error("a restored entry cannot be confirmed")
	}
}

// Ten thousand waiting messages are confirmed in order without a copy of the rest each time.
func TestALongQueue(t *testing.T) {
	q := queue.New()
	const count = 10_000
	for i := range count {
		q.Append(message(fmt.Sprint(i)), "49151")
	}
	drain(q)
	for i := range count {
		if q.Confirm(queue.Confirmation{Class: "message", ID: fmt.Sprint(i), To: from(1)}) != 1 {
			t.Fatalf("message %d was not confirmed", i)
		}
	}
}

// What nobody confirms goes out once, in its place among the rest; the last word on a subject is the only one.
func TestFleetingStanzas(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	q := queue.New()
	presence := func(id string) stanza.Node { return stanza.New("presence", stanza.Attrs{"id": id, "from": from(0)}) }
	q.AppendFleeting(presence("p1"), "49151", queue.Fleeting{Key: "presence"}, now)
	q.Append(message("m1"), "49151")
	q.AppendFleeting(presence("p2"), "49151", queue.Fleeting{Key: "presence"}, now)
	q.AppendFleeting(presence("typing"), "49151", queue.Fleeting{Expires: now.Add(time.Second)}, now)
	q.Append(message("m2"), "49151")
	if q.Len() != 2 {
		t.Errorf("%d are waiting for a confirmation", q.Len())
	}
	state, err := q.State()
	if err != nil {
		t.Fatal(err)
	}
	if q, err = queue.Restore(state); err != nil {
		t.Fatal(err)
	}
	q.Expire(now.Add(time.Second / 2))
	if ids, _ := drain(q); fmt.Sprint(ids) != "[m1 p2 typing m2]" {
		t.Errorf("sent %v", ids)
	}
	q.Expire(now.Add(time.Second))
	if ids, _ := drain(q); fmt.Sprint(ids) != "[m1 m2]" {
		t.Errorf("sent again: %v", ids)
	}
	q.AppendFleeting(presence("late"), "49151", queue.Fleeting{Expires: now.Add(time.Second)}, now)
	q.Expire(now.Add(time.Second))
	if ids, _ := drain(q); fmt.Sprint(ids) != "[m1 m2]" {
		t.Errorf("sent with what had run out: %v", ids)
	}
}

// A typing notice that went to a dying connection goes to the next one as well, if that comes at once.
func TestLastBreath(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	q := queue.New()
	notice := stanza.New("chatstate", stanza.Attrs{"id": "typing", "from": from(0)})
	q.AppendFleeting(notice, "49151", queue.Fleeting{Expires: now.Add(time.Minute)}, now)
	for _, step := range []struct {
		after time.Duration
		sent  string
	}{{0, "[typing]"}, {900 * time.Millisecond, "[typing]"}, {1100 * time.Millisecond, "[]"}} {
		at := now.Add(step.after)
		q.Expire(at)
		if ids, _ := drainAt(q, at); fmt.Sprint(ids) != step.sent {
			t.Errorf("after %s: sent %v", step.after, ids)
		}
	}
}
