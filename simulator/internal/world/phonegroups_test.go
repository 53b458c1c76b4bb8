package world_test

import (
	"context"
	"net/http"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// A phone follows an invitation; where admins decide, one of them lets it in, by phone or by companion.
func TestAPhoneJoinsAGroup(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	guest, late := l.newPhone(), l.newPhone()
	ctx := context.Background()
	var group struct{ ID, JID, Invite string }
	l.must("POST", "/admin/phones/"+own+"/groups", fields{"subject": "G", "members": []string{}}, &group)
	jid, err := types.ParseJID(group.JID)
	must(t, err)
	join := func(phone string) (answer struct {
		ID     string
		Joined bool
	}) {
		t.Helper()
		l.must("POST", "/admin/phones/"+phone+"/join", fields{"code": group.Invite}, &answer)
		return answer
	}
	if got := join(guest); !got.Joined || got.ID != group.ID {
		t.Errorf("joined %+v", got)
	}
	for joined := waitFor[*events.GroupInfo](c); len(joined.Join) != 1; joined = waitFor[*events.GroupInfo](c) {
	}
	var mine struct{ Items []struct{ ID string } }
	l.must("GET", "/admin/phones/"+guest+"/groups", nil, &mine)
	if len(mine.Items) != 1 || mine.Items[0].ID != group.ID {
		t.Errorf("the guest is in %+v", mine)
	}
	id := l.post(guest, group.JID, fields{"text": "hello"})
	c.message(id)
	must(t, c.SetGroupJoinApprovalMode(ctx, jid, true))
	if got := join(late); got.Joined {
		t.Error("joined without approval")
	}
	var outcome struct{ Outcomes map[string]string }
	l.must("POST", "/admin/phones/"+own+"/groups/"+group.ID+"/requests", fields{"approve": true, "phones": []string{late}}, &outcome)
	if outcome.Outcomes[late] != "200" {
		t.Errorf("approved: %v", outcome)
	}
	noticed := map[string]bool{}
	l.eventually("the guest's phone notices who has come", func() bool {
		for _, item := range l.activity(guest, 1) {
			if item.Kind == "group" && item.Chat == group.JID {
				noticed[item.State] = true
			}
		}
		return noticed["create"] && noticed["add"]
	})
	l.must("POST", "/admin/phones/"+guest+"/groups/"+group.ID+"/leave", nil, nil)
	if status := l.call("POST", "/admin/phones/"+guest+"/send", fields{"to": group.JID, "text": "x"}, nil); status != http.StatusForbidden {
		t.Errorf("who has left writes: %d", status)
	}
	if status := l.call("POST", "/admin/phones/"+guest+"/join", fields{"code": "nope"}, nil); status != http.StatusNotFound {
		t.Errorf("an unknown code: %d", status)
	}
}
