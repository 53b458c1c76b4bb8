package world_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// newCommunity makes a community and returns it with its group for announcements.
func (c *companion) newCommunity(name string) (roof, announcements types.JID) {
	c.lab.t.Helper()
	ctx := context.Background()
	made, err := c.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: name, GroupParent: types.GroupParent{IsParent: true}})
	must(c.lab.t, err)
	if !made.IsParent {
		c.lab.t.Errorf("made %+v", made)
	}
	linked, err := c.GetSubGroups(ctx, made.JID)
	must(c.lab.t, err)
	if len(linked) != 1 || !linked[0].IsDefaultSubGroup {
		c.lab.t.Fatalf("linked %+v", linked)
	}
	return made.JID, linked[0].JID
}

// A community begins with its group for announcements; groups come under it and go, with their members.
func TestCommunities(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone, ben := l.linked()
	roof, announcements := anna.newCommunity("the village")
	if info, err := anna.GetGroupInfo(ctx, announcements); err != nil || info.LinkedParentJID != roof || !info.IsAnnounce || !info.IsDefaultSubGroup {
		t.Errorf("announcements %+v, %v", info, err)
	}
	inside, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "gardens", GroupLinkedParent: types.GroupLinkedParent{LinkedParentJID: roof}})
	must(t, err)
	outside, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "cooks", Participants: []types.JID{jidOf(benPhone)}})
	must(t, err)
	waitFor[*events.JoinedGroup](ben)
	must(t, anna.LinkGroup(ctx, roof, outside.JID))
	joined := map[types.JID]bool{}
	for range 2 {
		joined[waitFor[*events.JoinedGroup](ben).JID] = true
	}
	if !joined[roof] || !joined[announcements] {
		t.Errorf("ben came into %v", joined)
	}
	linked := groupEvent(ben, func(fact *events.GroupInfo) bool { return fact.Link != nil && fact.JID == outside.JID })
	if linked.Link.Type != types.GroupLinkChangeTypeParent || linked.Link.Group.JID != roof {
		t.Errorf("ben heard %+v", linked.Link)
	}
	targets, err := ben.GetSubGroups(ctx, roof)
	must(t, err)
	if len(targets) != 3 || targets[1].JID != inside.JID || targets[2].Name != "cooks" {
		t.Errorf("linked %+v", targets)
	}
	everybody, err := ben.GetLinkedGroupsParticipants(ctx, roof)
	must(t, err)
	if len(everybody) != 2 {
		t.Errorf("everybody is %v", everybody)
	}
	must(t, anna.UnlinkGroup(ctx, roof, outside.JID))
	if gone := groupEvent(ben, func(fact *events.GroupInfo) bool { return fact.Unlink != nil }); gone.Unlink.UnlinkReason != types.GroupUnlinkReasonDefault {
		t.Errorf("ben heard %+v", gone.Unlink)
	}
	if err = ben.LinkGroup(ctx, roof, outside.JID); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("a member links: %v", err)
	}
}

// Who is put out of a community is out of all its groups.
func TestLeavingACommunity(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone, ben := l.linked()
	roof, announcements := anna.newCommunity("the village")
	inside, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{
		Name: "gardens", Participants: []types.JID{jidOf(benPhone)}, GroupLinkedParent: types.GroupLinkedParent{LinkedParentJID: roof},
	})
	must(t, err)
	for range 3 {
		waitFor[*events.JoinedGroup](ben)
	}
	_, err = anna.UpdateGroupParticipants(ctx, roof, []types.JID{jidOf(benPhone)}, whatsmeow.ParticipantChangeRemove)
	must(t, err)
	left := map[types.JID]bool{}
	for len(left) < 3 {
		left[groupEvent(ben, func(fact *events.GroupInfo) bool { return len(fact.Leave) > 0 }).JID] = true
	}
	for _, jid := range []types.JID{roof, announcements, inside.JID} {
		if _, err = ben.GetGroupInfo(ctx, jid); !left[jid] || !errors.Is(err, whatsmeow.ErrNotInGroup) {
			t.Errorf("%s: %v", jid, err)
		}
	}
}

// What other clients ask of a community: looking into its groups, joining them, the graph's answers, its end.
func TestCommunitiesByStanza(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone := l.newPhone()
	ben := l.linkRaw(benPhone).raw
	roof, announcements := anna.newCommunity("the village")
	inside, err := anna.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: "gardens", GroupLinkedParent: types.GroupLinkedParent{LinkedParentJID: roof}})
	must(t, err)
	ask := func(to types.JID, kind string, child binary.Node) *binary.Node {
		t.Helper()
		ben.asked++
		id := child.Tag
		ben.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": id, "xmlns": "w:g2", "type": kind, "to": to}, Content: []binary.Node{child}})
		for {
			if answer := ben.next("iq"); answer.Attrs["id"] == id {
				return answer
			}
		}
	}
	look := binary.Node{Tag: "query_linked", Attrs: binary.Attrs{"type": "sub_group", "jid": inside.JID}}
	if got := describe(ask(roof, "get", look)); got != "<iq type=error><error code=403>" {
		t.Errorf("a stranger looks: %s", got)
	}
	_, err = anna.UpdateGroupParticipants(ctx, roof, []types.JID{jidOf(benPhone)}, whatsmeow.ParticipantChangeAdd)
	must(t, err)
	if found := ask(roof, "get", look).GetChildByTag("linked_group", "group"); found.Attrs["subject"] != "gardens" {
		t.Errorf("found %v", found)
	}
	join := binary.Node{Tag: "join_linked_group", Attrs: binary.Attrs{"jid": inside.JID}}
	if found := ask(roof, "set", join).GetChildByTag("linked_group", "group"); len(found.GetChildrenByTag("participant")) != 2 {
		t.Errorf("joined %v", found)
	}
	graph := func(number, variables string) string {
		answer := ben.ask("w:mex", "get", []binary.Node{{Tag: "query", Attrs: binary.Attrs{"query_id": number}, Content: []byte(`{"variables":` + variables + `}`)}})
		return string(answer.GetChildByTag("result").Content.([]byte))
	}
	subgroups := graph("9935467776504344", `{"group_id":"`+roof.String()+`"}`)
	if !strings.Contains(subgroups, `"default_sub_group":{"id":"`+announcements.String()) || !strings.Contains(subgroups, inside.JID.String()) {
		t.Errorf("subgroups %s", subgroups)
	}
	counts := graph("24079399904996141", `{"input":{"group_jid":"`+roof.String()+`"}}`)
	if !strings.Contains(counts, `"id":"`+inside.JID.String()+`","total_participants_count":2`) {
		t.Errorf("counts %s", counts)
	}
	if got := describe(ask(roof, "set", binary.Node{Tag: "delete_parent"})); got != "<iq type=error><error code=403>" {
		t.Errorf("a member ends it: %s", got)
	}
	anna.Disconnect()
	ben = l.rawLogin(anna)
	if got := describe(ask(roof, "set", binary.Node{Tag: "delete_parent"})); got != "<iq type=result>" {
		t.Errorf("its founder ends it: %s", got)
	}
	for jid, want := range map[types.JID]bool{roof: false, announcements: false, inside.JID: true} {
		if group, ok := l.world.Rooms().Groups.Get(jid); ok != want || (ok && group.Parent != "") {
			t.Errorf("%s: %v, %+v", jid, ok, group)
		}
	}
}
