package world_test

import (
	"context"
	"fmt"
	"testing"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// historyOf returns the next history of a kind.
func (c *companion) historyOf(kind waHistorySync.HistorySync_HistorySyncType) *waHistorySync.HistorySync {
	c.lab.t.Helper()
	for {
		if history := waitFor[*events.HistorySync](c); history.Data.GetSyncType() == kind {
			return history.Data
		}
	}
}

// A new companion gets the phone's conversations as its screen shows them, and older messages when it asks.
func TestHistoryIsThePhonesOwn(t *testing.T) {
	l := newLab(t)
	own, friend, third := l.newPhone(), l.newPhone(), l.newPhone()
	var ids []string
	for i := range 40 {
		ids = append(ids, l.send(friend, own, fmt.Sprint("m", i)))
	}
	l.inbox(own, 40)
	last := ids[39]
	l.post(own, friend, fields{"reaction": "!", "target": last})
	l.post(friend, own, fields{"edit": "changed", "target": ids[38]})
	l.post(friend, own, fields{"delete": true, "target": ids[37]})
	mine := l.post(own, friend, fields{"text": "mine"})
	var group struct{ JID string }
	l.must("POST", "/admin/phones/"+third+"/groups", fields{"subject": "Group", "members": []string{own}}, &group)
	l.post(third, group.JID, fields{"text": "in the group"})
	l.must("POST", "/admin/phones/"+own+"/contacts", fields{"phone": friend, "name": "Ben"}, nil)
	l.inbox(own, 43)
	c := l.newCompanion()
	c.pair(own)
	bootstrap := c.historyOf(waHistorySync.HistorySync_INITIAL_BOOTSTRAP)
	if len(bootstrap.Conversations) != 2 || len(bootstrap.PhoneNumberToLidMappings) != 3 {
		t.Fatalf("%d conversations, %d addresses", len(bootstrap.Conversations), len(bootstrap.PhoneNumberToLidMappings))
	}
	direct, inGroup := bootstrap.Conversations[0], bootstrap.Conversations[1]
	if direct.GetPnJID() == "" {
		direct, inGroup = inGroup, direct
	}
	if direct.GetName() != "Ben" || len(direct.Messages) != 25 || direct.GetUnreadCount() != 40 || direct.GetEndOfHistoryTransfer() {
		t.Errorf("the chat: %s, %d messages, %d unread", direct.GetName(), len(direct.Messages), direct.GetUnreadCount())
	}
	if inGroup.GetID() != group.JID || inGroup.GetName() != "Group" || inGroup.Messages[0].GetMessage().GetKey().GetParticipant() == "" {
		t.Errorf("the group: %v", inGroup)
	}
	newest := direct.Messages
	if got := newest[0].GetMessage(); got.GetKey().GetID() != mine || !got.GetKey().GetFromMe() {
		t.Errorf("the newest is %v", got)
	}
	if got := newest[1].GetMessage(); got.GetKey().GetID() != last || got.Reactions[0].GetText() != "!" || !got.Reactions[0].GetKey().GetFromMe() {
		t.Errorf("with a reaction: %v", got)
	}
	if got := newest[2].GetMessage(); got.GetMessage().GetConversation() != "changed" {
		t.Errorf("edited: %v", got)
	}
	if got := newest[3].GetMessage(); got.Message != nil || got.GetMessageStubType() != waWeb.WebMessageInfo_REVOKE {
		t.Errorf("deleted: %v", got)
	}
	if names := c.historyOf(waHistorySync.HistorySync_PUSH_NAME); len(names.Pushnames) != 3 {
		t.Errorf("names %v", names.Pushnames)
	}
	if recent := c.historyOf(waHistorySync.HistorySync_RECENT).Conversations; len(recent) != 1 || len(recent[0].Messages) != 16 ||
		!recent[0].GetEndOfHistoryTransfer() {
		t.Errorf("recent %v", recent)
	}
	chat, err := types.ParseJID(direct.GetID())
	must(t, err)
	parsed, err := c.ParseWebMessage(chat, newest[4].GetMessage())
	must(t, err)
	_, err = c.SendPeerMessage(context.Background(), c.BuildHistorySyncRequest(&parsed.Info, 10))
	must(t, err)
	older := c.historyOf(waHistorySync.HistorySync_ON_DEMAND).Conversations[0]
	if len(older.Messages) != 10 || older.Messages[0].GetMessage().GetMessage().GetConversation() != "m35" || older.GetEndOfHistoryTransfer() {
		t.Errorf("on demand: %d messages, first %v", len(older.Messages), older.Messages[0])
	}
}
