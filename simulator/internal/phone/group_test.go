package phone

import (
	"testing"

	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/phone/letter"
	"holdfast/simulator/internal/stanza"
)

func (v *village) group(creator *Phone, members ...*Phone) *groups.Group {
	v.t.Helper()
	var numbers []string
	for _, member := range members {
		numbers = append(numbers, member.Account.Phone)
	}
	return v.groups.Create(creator.Account.Phone, groups.Group{Subject: "village"}, numbers)
}

func (v *village) post(from *Phone, group *groups.Group, draft letter.Draft) string {
	v.t.Helper()
	sent, err := from.Post(Destination{Group: group}, &draft)
	if err != nil {
		v.t.Fatal(err)
	}
	v.book.Settle()
	return sent.ID
}

// A member that has lost the sender's key asks again and gets the message with the key; the next ones need no asking.
func TestALostSenderKeyIsAskedFor(t *testing.T) {
	v := newVillage(t)
	anna, ben, carl := v.phone(), v.phone(), v.phone()
	group := v.group(anna, ben, carl)
	v.post(anna, group, letter.Draft{Text: "one"})
	clear(ben.signal.senderKeys)
	v.post(anna, group, letter.Draft{Text: "two"})
	asked := len(ben.retries)
	v.post(anna, group, letter.Draft{Text: "three"})
	v.expect(ben, "one", "two", "three")
	v.expect(carl, "one", "two", "three")
	if asked != 1 || len(ben.retries) != 1 || len(carl.retries) != 0 {
		t.Errorf("ben asked for %d, then %d messages, carl for %d", asked, len(ben.retries), len(carl.retries))
	}
}

// The same stanza delivered again is one message with a count, in a group as in a direct chat.
func TestDuplicatesAreCounted(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	group := v.group(anna, ben)
	var last stanza.Node
	remember := func(text string, send func()) {
		ben.Sleep(0)
		send()
		for _, node := range ben.mail {
			if node.Tag == "message" {
				last = node
			}
		}
		ben.Wake()
		v.book.Settle()
		for range 2 {
			v.book.Deliver(ben.Account, last)
			v.book.Settle()
		}
		items, _ := ben.inbox.after(0, 0)
		if item := items[len(items)-1]; item.Text != text || item.Duplicates != 2 {
			t.Errorf("%s: %d items, the last is %q with %d duplicates", text, len(items), item.Text, item.Duplicates)
		}
	}
	v.say(anna, ben, "hello")
	v.say(ben, anna, "hello Anna")
	remember("direct", func() { v.say(anna, ben, "direct") })
	v.post(anna, group, letter.Draft{Text: "begin"})
	remember("group", func() { v.post(anna, group, letter.Draft{Text: "group"}) })
	v.expect(ben, "hello", "direct", "begin", "group")
}
