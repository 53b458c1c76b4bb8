package world_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// groupEvent returns the next event about a group that satisfies the condition.
func groupEvent(c *companion, wanted func(*events.GroupInfo) bool) *events.GroupInfo {
	c.lab.t.Helper()
	for {
		if fact := waitFor[*events.GroupInfo](c); wanted(fact) {
			return fact
		}
	}
}

func lidOf(c *companion) types.JID { return c.Store.LID.ToNonAD() }

// Who follows the link of a group that asks its admins waits for one of them.
func TestJoiningByApproval(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	_, ben := l.linked()
	_, carl := l.linked()
	info, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{
		Name: "by approval", GroupMembershipApprovalMode: types.GroupMembershipApprovalMode{IsJoinApprovalRequired: true},
	})
	must(t, err)
	link, err := anna.GetGroupInviteLink(ctx, info.JID, false)
	must(t, err)
	for _, c := range []*companion{ben, carl} {
		if joined, err := c.JoinGroupWithLink(ctx, link); err != nil || joined != info.JID {
			t.Fatalf("joined %s, %v", joined, err)
		}
		asked := groupEvent(anna, func(fact *events.GroupInfo) bool { return len(fact.UnknownChanges) == 1 })
		if change := asked.UnknownChanges[0]; change.Tag != "created_membership_requests" || change.GetChildByTag("requested_user").Attrs["jid"] != lidOf(c) {
			t.Errorf("anna heard %v", change)
		}
	}
	if _, err = ben.GetGroupInfo(ctx, info.JID); !errors.Is(err, whatsmeow.ErrNotInGroup) {
		t.Errorf("ben is in before anybody has decided: %v", err)
	}
	requests, err := anna.GetGroupRequestParticipants(ctx, info.JID)
	must(t, err)
	if len(requests) != 2 || requests[0].JID != lidOf(ben) || requests[0].RequestedAt.IsZero() {
		t.Errorf("requests %+v", requests)
	}
	done, err := anna.UpdateGroupRequestParticipants(ctx, info.JID, []types.JID{lidOf(ben)}, whatsmeow.ParticipantChangeApprove)
	must(t, err)
	if len(done) != 1 || done[0].Error != 0 {
		t.Errorf("approved %+v", done)
	}
	if joined := waitFor[*events.JoinedGroup](ben); joined.JID != info.JID || len(joined.Participants) != 2 {
		t.Errorf("ben is in %+v", joined)
	}
	_, err = anna.UpdateGroupRequestParticipants(ctx, info.JID, []types.JID{lidOf(carl)}, whatsmeow.ParticipantChangeReject)
	must(t, err)
	groupEvent(carl, func(fact *events.GroupInfo) bool {
		return len(fact.UnknownChanges) == 1 && fact.UnknownChanges[0].Tag == "revoked_membership_requests"
	})
	again, err := anna.UpdateGroupRequestParticipants(ctx, info.JID, []types.JID{lidOf(carl)}, whatsmeow.ParticipantChangeApprove)
	must(t, err)
	if again[0].Error != 404 {
		t.Errorf("a request that is gone: %+v", again)
	}
	if _, err = ben.GetGroupRequestParticipants(ctx, info.JID); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member lists the requests: %v", err)
	}
	must(t, anna.SetGroupJoinApprovalMode(ctx, info.JID, false))
	if _, err = carl.JoinGroupWithLink(ctx, link); err != nil {
		t.Error(err)
	}
	waitFor[*events.JoinedGroup](carl)
}

// Who does not want to be added gets an invitation that nobody else can use.
func TestPersonalInvitations(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	_, carl := l.linked()
	_, err := ben.SetPrivacySetting(ctx, types.PrivacySettingTypeGroupAdd, types.PrivacySettingNone)
	must(t, err)
	group := groupOf(l.newGroup(annaPhone, "g"))
	waitFor[*events.JoinedGroup](anna)
	outcome, err := anna.UpdateGroupParticipants(ctx, group, []types.JID{jidOf(benPhone)}, whatsmeow.ParticipantChangeAdd)
	must(t, err)
	if len(outcome) != 1 || outcome[0].Error != 403 || outcome[0].AddRequest == nil {
		t.Fatalf("outcome %+v", outcome)
	}
	code, expires := outcome[0].AddRequest.Code, outcome[0].AddRequest.Expiration.Unix()
	info, err := ben.GetGroupInfoFromInvite(ctx, group, jidOf(annaPhone), code, expires)
	must(t, err)
	if info.Name != "g" {
		t.Errorf("the invitation leads to %+v", info)
	}
	if err = carl.JoinGroupWithInvite(ctx, group, jidOf(annaPhone), code, expires); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
		t.Errorf("somebody else accepts it: %v", err)
	}
	must(t, ben.JoinGroupWithInvite(ctx, group, jidOf(annaPhone), code, expires))
	waitFor[*events.JoinedGroup](ben)
	if joined := groupEvent(anna, func(fact *events.GroupInfo) bool { return len(fact.Join) > 0 }); joined.Join[0] != lidOf(ben) {
		t.Errorf("anna heard %+v", joined)
	}
	if err = ben.JoinGroupWithInvite(ctx, group, jidOf(annaPhone), code, expires); err == nil {
		t.Error("accepted twice")
	}
}

// Links that were revoked and such that never were are told apart; who is no admin gets none.
func TestInviteLinks(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	group := groupOf(l.newGroup(annaPhone, "g", benPhone))
	old, err := anna.GetGroupInviteLink(ctx, group, false)
	must(t, err)
	fresh, err := anna.GetGroupInviteLink(ctx, group, true)
	must(t, err)
	if changed := groupEvent(ben, func(fact *events.GroupInfo) bool { return fact.NewInviteLink != nil }); *changed.NewInviteLink != fresh {
		t.Errorf("ben heard %s", *changed.NewInviteLink)
	}
	if _, err = ben.GetGroupInfoFromLink(ctx, old); !errors.Is(err, whatsmeow.ErrInviteLinkRevoked) {
		t.Errorf("the old link: %v", err)
	}
	if _, err = ben.JoinGroupWithLink(ctx, "neverwasone"); !errors.Is(err, whatsmeow.ErrInviteLinkInvalid) {
		t.Errorf("no link: %v", err)
	}
	if _, err = ben.GetGroupInviteLink(ctx, group, false); !errors.Is(err, whatsmeow.ErrGroupInviteLinkUnauthorized) {
		t.Errorf("a member asks for the link: %v", err)
	}
	if info, err := ben.GetGroupInfoFromLink(ctx, fresh); err != nil || info.Name != "g" {
		t.Errorf("the fresh link leads to %+v, %v", info, err)
	}
}

// Settings are kept, told, and checked.
func TestGroupSettingsInFull(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	carl := l.newPhone()
	group := groupOf(l.newGroup(annaPhone, "g", benPhone))
	if _, err := ben.UpdateGroupParticipants(ctx, group, []types.JID{jidOf(carl)}, whatsmeow.ParticipantChangeAdd); err == nil {
		t.Error("a member adds somebody")
	}
	must(t, anna.SetGroupMemberAddMode(ctx, group, types.GroupMemberAddModeAllMember))
	if _, err := ben.UpdateGroupParticipants(ctx, group, []types.JID{jidOf(carl)}, whatsmeow.ParticipantChangeAdd); err != nil {
		t.Errorf("a member may add: %v", err)
	}
	must(t, anna.SetGroupTopic(ctx, group, "", "", "what it is about"))
	if changed := groupEvent(ben, func(fact *events.GroupInfo) bool { return fact.Topic != nil }); changed.Topic.Topic != "what it is about" {
		t.Errorf("ben heard %+v", changed.Topic)
	}
	info, err := ben.GetGroupInfo(ctx, group)
	must(t, err)
	if info.TopicSetBy != lidOf(anna) || info.MemberAddMode != types.GroupMemberAddModeAllMember {
		t.Errorf("group %+v", info)
	}
	for _, name := range []string{"", strings.Repeat("x", 101)} {
		if err = anna.SetGroupName(ctx, group, name); !errors.Is(err, whatsmeow.ErrIQNotAcceptable) {
			t.Errorf("a name of %d characters: %v", len(name), err)
		}
	}
	anna.Disconnect()
	r := l.rawLogin(anna)
	tell := func(tag string) {
		t.Helper()
		r.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": tag, "xmlns": "w:g2", "type": "set", "to": group}, Content: one(tag, nil)})
		for answer := r.next("iq"); answer.Attrs["id"] != tag; answer = r.next("iq") {
		}
		groupEvent(ben, func(fact *events.GroupInfo) bool {
			return slices.ContainsFunc(fact.UnknownChanges, func(change *binary.Node) bool { return change.Tag == tag })
		})
	}
	tell("no_frequently_forwarded")
	if kept, _ := l.world.Rooms().Groups.Get(group); len(kept.Modes) != 1 {
		t.Errorf("modes %v", kept.Modes)
	}
	tell("frequently_forwarded_ok")
	if kept, _ := l.world.Rooms().Groups.Get(group); len(kept.Modes) != 0 {
		t.Errorf("modes %v", kept.Modes)
	}
}

// What whatsapp-rust asks besides: several groups at once, a request taken back, settings through the graph, and a
// description that somebody else has changed meanwhile.
func TestGroupsByStanza(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone := l.newPhone()
	ben := l.linkRaw(benPhone)
	inside, outside := groupOf(l.newGroup(annaPhone, "in", benPhone)), groupOf(l.newGroup(annaPhone, "out"))
	asked := 0
	ask := func(to types.JID, kind string, child binary.Node) *binary.Node {
		t.Helper()
		asked++
		id := fmt.Sprint("g", asked)
		ben.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": id, "xmlns": "w:g2", "type": kind, "to": to}, Content: []binary.Node{child}})
		for {
			if answer := ben.next("iq"); answer.Attrs["id"] == id {
				return answer
			}
		}
	}
	of := func(jid types.JID) binary.Node { return binary.Node{Tag: "group", Attrs: binary.Attrs{"jid": jid}} }
	answer := ask(types.GroupServerJID, "get", binary.Node{Tag: "query", Content: []binary.Node{of(inside), of(outside), of(types.NewJID("1", types.GroupServer))}})
	found := answer.GetChildByTag("groups")
	if list := found.GetChildren(); len(list) != 3 || list[0].Attrs["subject"] != "in" || list[1].Attrs["error"] != "403" || list[2].Attrs["error"] != "404" {
		t.Errorf("several: %v", answer)
	}
	must(t, anna.SetGroupJoinApprovalMode(ctx, outside, true))
	link, err := anna.GetGroupInviteLink(ctx, outside, false)
	must(t, err)
	code := strings.TrimPrefix(link, whatsmeow.InviteLinkPrefix)
	ask(types.GroupServerJID, "set", binary.Node{Tag: "invite", Attrs: binary.Attrs{"code": code}})
	own := binary.Node{Tag: "participant", Attrs: binary.Attrs{"jid": jidOf(benPhone)}}
	back := ask(outside, "set", binary.Node{Tag: "cancel_membership_requests", Content: []binary.Node{own}})
	if who := back.GetChildByTag("cancel_membership_requests", "participant"); who.Attrs["type"] != "200" {
		t.Errorf("taken back: %v", back)
	}
	requests, err := anna.GetGroupRequestParticipants(ctx, outside)
	must(t, err)
	if len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
	must(t, anna.SetGroupTopic(ctx, inside, "", "D1", "first"))
	text := []binary.Node{{Tag: "body", Content: []byte("second")}}
	if got := describe(ask(inside, "set", binary.Node{Tag: "description", Attrs: binary.Attrs{"id": "D2"}, Content: text})); got != "<iq type=error><error code=409>" {
		t.Errorf("a description that is not the first: %s", got)
	}
	if got := describe(ask(inside, "set", binary.Node{Tag: "description", Attrs: binary.Attrs{"id": "D2", "prev": "D1"}, Content: text})); got != "<iq type=result>" {
		t.Errorf("one that knows the first: %s", got)
	}
	l.groupMembers(annaPhone, inside.User, "promote", benPhone)
	graph := func(update string) {
		t.Helper()
		ben.ask("w:mex", "get", []binary.Node{{Tag: "query", Attrs: binary.Attrs{"query_id": "9418211574894172"},
			Content: []byte(`{"variables":{"group_id":"` + inside.String() + `","update":` + update + `}}`)}})
	}
	graph(`{"member_link_mode":"ADMIN_LINK"}`)
	graph(`{"limit_sharing":{"limit_sharing_enabled":true}}`)
	if kept, _ := l.world.Rooms().Groups.Get(inside); kept.Modes["member_link_mode"] != "admin_link" || len(kept.Modes) != 2 {
		t.Errorf("modes %v", kept.Modes)
	}
	graph(`{"limit_sharing":{"limit_sharing_enabled":false}}`)
	if kept, _ := l.world.Rooms().Groups.Get(inside); len(kept.Modes) != 1 {
		t.Errorf("modes %v", kept.Modes)
	}
}
