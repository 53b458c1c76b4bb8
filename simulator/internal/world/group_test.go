package world_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.mau.fi/libsignal/groups/state/record"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

type groupView struct {
	ID, JID, Subject, Description, Invite string
	Members                               []struct{ Phone, Role string }
}

func (l *lab) newGroup(creator, subject string, members ...string) groupView {
	l.t.Helper()
	var made groupView
	l.must("POST", "/admin/phones/"+creator+"/groups", map[string]any{"subject": subject, "members": members}, &made)
	return made
}

func (c *companion) sayIn(group types.JID, text string) string {
	c.lab.t.Helper()
	response, err := c.SendMessage(context.Background(), group, &waE2E.Message{Conversation: proto.String(text)})
	must(c.lab.t, err)
	return response.ID
}

func groupOf(view groupView) types.JID { return types.NewJID(view.ID, types.GroupServer) }

func (l *lab) groupMembers(phone, group, action string, phones ...string) {
	l.t.Helper()
	l.must("POST", "/admin/phones/"+phone+"/groups/"+group+"/members", map[string]any{"action": action, "phones": phones}, nil)
}

// Two companions, their phones and a third phone talk in one group; each hears the others once.
func TestAGroupTalks(t *testing.T) {
	l := newLab(t)
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	carl := l.newPhone()
	group := l.newGroup(carl, "three", annaPhone, benPhone)
	for _, c := range []*companion{anna, ben} {
		if joined := waitFor[*events.JoinedGroup](c); joined.Name != "three" || len(joined.Participants) != 3 {
			t.Fatalf("joined %+v", joined.GroupInfo)
		}
	}
	first := anna.sayIn(groupOf(group), "from anna")
	got := ben.text()
	if got.Info.ID != first || got.Info.Chat != groupOf(group) || got.Message.GetConversation() != "from anna" || got.Info.Sender.User != anna.Store.LID.User {
		t.Errorf("ben got %+v", got.Info)
	}
	ben.sayIn(groupOf(group), "from ben")
	if got = anna.text(); got.Message.GetConversation() != "from ben" {
		t.Errorf("anna got %q", got.Message.GetConversation())
	}
	l.send(carl, group.JID, "from carl")
	l.send(carl, group.JID, "carl again")
	for _, c := range []*companion{anna, ben} {
		for _, want := range []string{"from carl", "carl again"} {
			if got = c.text(); got.Message.GetConversation() != want {
				t.Errorf("%s got %q, not %q", c.Store.ID, got.Message.GetConversation(), want)
			}
		}
	}
	for phone, want := range map[string]int{carl: 2, annaPhone: 4, benPhone: 4} {
		items := l.inbox(phone, want)
		if len(items) != want || items[0].Chat != group.JID || items[0].Text != "from anna" || items[0].FromMe != (phone == annaPhone) {
			t.Errorf("%s has %+v", phone, items)
		}
	}
	l.eventually("the group message was delivered to every device", func() bool {
		want := []string{benPhone + "delivered0", benPhone + "inactive1", carl + "delivered0"}
		slices.Sort(want)
		return l.receiptsFor(annaPhone, first) == strings.Join(want, " ")
	})
	l.idle(annaPhone)
	l.idle(benPhone)
}

// receiptsFor lists the receipts of others that a phone has for a message, by number, device and type.
func (l *lab) receiptsFor(phone, id string) string {
	l.t.Helper()
	var page struct {
		Items []struct {
			ID, From, Type string
			FromDevice     int `json:"from_device"`
		}
	}
	l.must("GET", "/admin/phones/"+phone+"/receipts", nil, &page)
	var found []string
	for _, item := range page.Items {
		if item.ID == id && item.From != phone {
			found = append(found, fmt.Sprint(item.From, item.Type, item.FromDevice))
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// A client makes a group, changes it and its members, and every member hears of it.
func TestAClientRunsAGroup(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone, ben := l.linked()
	carl := l.newPhone()
	info, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "made", Participants: []types.JID{jidOf(benPhone)}})
	must(t, err)
	if info.Name != "made" || len(info.Participants) != 2 || !info.Participants[0].IsSuperAdmin {
		t.Fatalf("made %+v", info)
	}
	waitFor[*events.JoinedGroup](ben)
	changed := func(what string, fits func(*events.GroupInfo) bool) {
		t.Helper()
		if event := waitFor[*events.GroupInfo](ben); !fits(event) {
			t.Errorf("%s: heard %+v", what, event)
		}
	}
	must(t, anna.SetGroupName(ctx, info.JID, "renamed"))
	changed("name", func(e *events.GroupInfo) bool { return e.Name != nil && e.Name.Name == "renamed" })
	must(t, anna.SetGroupTopic(ctx, info.JID, "", "", "about us"))
	changed("description", func(e *events.GroupInfo) bool { return e.Topic != nil && e.Topic.Topic == "about us" })
	must(t, anna.SetGroupAnnounce(ctx, info.JID, true))
	changed("announcement", func(e *events.GroupInfo) bool { return e.Announce != nil && e.Announce.IsAnnounce })
	if _, err = ben.SendMessage(ctx, info.JID, &waE2E.Message{Conversation: proto.String("may I?")}); !errors.Is(err, whatsmeow.ErrServerReturnedError) {
		t.Errorf("a member writes where only admins may: %v", err)
	}
	if err = ben.SetGroupName(ctx, info.JID, "mine"); err != nil {
		t.Errorf("a member may rename a group that is not locked: %v", err)
	}
	changed("name", func(e *events.GroupInfo) bool { return e.Name != nil && e.Name.Name == "mine" })
	must(t, anna.SetGroupLocked(ctx, info.JID, true))
	changed("locked", func(e *events.GroupInfo) bool { return e.Locked != nil && e.Locked.IsLocked })
	if err = ben.SetGroupName(ctx, info.JID, "again"); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member renames a locked group: %v", err)
	}
	added, err := anna.UpdateGroupParticipants(ctx, info.JID, []types.JID{jidOf(carl), jidOf("4915999999999")}, whatsmeow.ParticipantChangeAdd)
	must(t, err)
	if len(added) != 2 || added[0].Error != 0 || added[1].Error != 404 {
		t.Errorf("added %+v", added)
	}
	changed("added", func(e *events.GroupInfo) bool { return len(e.Join) == 1 })
	_, err = anna.UpdateGroupParticipants(ctx, info.JID, []types.JID{jidOf(benPhone)}, whatsmeow.ParticipantChangePromote)
	must(t, err)
	changed("promoted", func(e *events.GroupInfo) bool { return len(e.Promote) == 1 })
	joined, err := ben.GetJoinedGroups(ctx)
	must(t, err)
	if len(joined) != 1 || joined[0].Name != "mine" || joined[0].Topic != "about us" || len(joined[0].Participants) != 3 || !joined[0].IsAnnounce {
		t.Errorf("joined %+v", joined)
	}
	must(t, ben.LeaveGroup(ctx, info.JID))
	if event := waitFor[*events.GroupInfo](anna); len(event.Leave) != 1 {
		for ; len(event.Leave) != 1; event = waitFor[*events.GroupInfo](anna) {
		}
	}
	if _, err = ben.GetGroupInfo(ctx, info.JID); !errors.Is(err, whatsmeow.ErrNotInGroup) {
		t.Errorf("ben still sees the group: %v", err)
	}
}

// Who was removed gets nothing more, and cannot read what he might still get: the key is a new one.
func TestARemovedMemberGetsNothing(t *testing.T) {
	l := newLab(t)
	annaPhone, anna := l.linked()
	ben, carl := l.newPhone(), l.newPhone()
	group := l.newGroup(carl, "g", annaPhone, ben)
	waitFor[*events.JoinedGroup](anna)
	l.send(carl, group.JID, "one")
	anna.text()
	l.groupMembers(carl, group.ID, "remove", ben)
	if event := waitFor[*events.GroupInfo](anna); len(event.Leave) != 1 {
		t.Errorf("heard %+v", event)
	}
	l.send(carl, group.JID, "two")
	if got := anna.text().Message.GetConversation(); got != "two" {
		t.Errorf("anna got %q", got)
	}
	if items := l.inbox(ben, 1); len(items) != 1 {
		t.Errorf("ben has %+v", items)
	}
	if status := l.call("POST", "/admin/phones/"+ben+"/send", map[string]string{"to": group.JID, "text": "let me in"}, nil); status != http.StatusForbidden {
		t.Errorf("ben writes with status %d", status)
	}
	l.groupMembers(carl, group.ID, "add", ben)
	l.send(carl, group.JID, "three")
	if items := l.inbox(ben, 2); items[1].Text != "three" {
		t.Errorf("ben has %+v", items)
	}
}

func TestInvitations(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	carl := l.newPhone()
	annaPhone, anna := l.linked()
	group := l.newGroup(carl, "open", l.newPhone())
	info, err := anna.GetGroupInfoFromLink(ctx, group.Invite)
	must(t, err)
	if info.Name != "open" {
		t.Errorf("the link leads to %+v", info)
	}
	joined, err := anna.JoinGroupWithLink(ctx, group.Invite)
	must(t, err)
	if joined != groupOf(group) {
		t.Errorf("joined %s", joined)
	}
	waitFor[*events.JoinedGroup](anna)
	if _, err = anna.GetGroupInviteLink(ctx, joined, false); err == nil {
		t.Error("a member who is no admin reads the link")
	}
	l.groupMembers(carl, group.ID, "promote", annaPhone)
	link, err := anna.GetGroupInviteLink(ctx, joined, true)
	must(t, err)
	if link == whatsmeow.InviteLinkPrefix+group.Invite {
		t.Error("the link was not renewed")
	}
	if _, err = anna.JoinGroupWithLink(ctx, group.Invite); err == nil {
		t.Error("the old link still works")
	}
}

// A companion that has lost a sender key asks for it, and gets message and key.
func TestALostSenderKey(t *testing.T) {
	l := newLab(t)
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	carl := l.newPhone()
	group := l.newGroup(carl, "g", annaPhone, benPhone)
	waitFor[*events.JoinedGroup](anna)
	waitFor[*events.JoinedGroup](ben)
	l.send(carl, group.JID, "one")
	anna.text()
	ben.text()
	l.forgetSharing(carl, group.ID, anna)
	id := l.send(carl, group.JID, "two")
	waitFor[*events.UndecryptableMessage](anna)
	if got := anna.text(); got.Info.ID != id || got.Message.GetConversation() != "two" {
		t.Errorf("anna got %+v", got.Info)
	}
	if got := ben.text().Message.GetConversation(); got != "two" {
		t.Errorf("ben got %q", got)
	}
}

// forgetSharing makes the companion lose the key that a phone has sealed for it.
func (l *lab) forgetSharing(phone, group string, c *companion) {
	l.t.Helper()
	owner, _ := l.world.Rooms().Accounts.ByPhone(phone)
	name := types.JID{User: owner.LID, Server: types.HiddenUserServer}.SignalAddress()
	serializer := store.SignalProtobufSerializer
	empty := record.NewSenderKey(serializer.SenderKeyRecord, serializer.SenderKeyState).Serialize()
	must(l.t, c.Store.SenderKeys.PutSenderKey(context.Background(), group+"@g.us", name.String(), empty))
}
