package world_test

import (
	"fmt"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

func text(words string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(words)} }

// The same script with the same seed meets the same server: its numbers, references, devices and faults.
func TestTheSameSeedIsTheSameServer(t *testing.T) {
	script := func() string {
		var story strings.Builder
		l := newLab(t)
		for range 3 {
			var made struct{ Phone, LID string }
			l.must("POST", "/admin/phones", map[string]string{}, &made)
			fmt.Fprintln(&story, made.Phone, made.LID)
		}
		phone, friend := l.newPhone(), l.newPhone()
		for range 2 {
			c := l.newCompanion()
			code := c.code()
			fmt.Fprintln(&story, strings.Split(code, ",")[0])
			var scanned struct {
				JID    string
				Device int
			}
			l.must("POST", "/admin/phones/"+phone+"/scan", code, &scanned)
			fmt.Fprintln(&story, scanned.JID, scanned.Device)
			l.eventually("it is connected", func() bool {
				companions := l.account(phone).Companions
				return len(companions) == scanned.Device && companions[scanned.Device-1].PreKeys > 0
			})
			c.Disconnect()
			if scanned.Device == 1 {
				continue
			}
			r := l.rawLogin(c)
			l.rule(attrs{"account": phone, "tag": "iq", "xmlns": "blocklist", "prob": 0.5}, "refuse", "count", -1, "args", attrs{"code": 499})
			for range 40 {
				fmt.Fprint(&story, codeOf(r.answer(blocklist)) == "499", " ")
			}
			fmt.Fprintln(&story)
			l.strike("digest-mismatch", phone)
		}
		fmt.Fprintln(&story, l.send(friend, phone, "the phone's own id"))
		fmt.Fprintln(&story, l.newGroup(friend, "a group", phone).JID)
		l.stop()
		return story.String()
	}
	first, second := script(), script()
	if first != second {
		t.Errorf("first:\n%s\nsecond:\n%s", first, second)
	}
	if !strings.Contains(first, "true") || !strings.Contains(first, "false") {
		t.Errorf("a chance of a half that is none: %s", first)
	}
}
