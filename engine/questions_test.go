package main

import (
	"slices"
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

func query(q *pb.Query) *pb.Command { return &pb.Command{Command: &pb.Command_Query{Query: q}} }
func act(a *pb.Act) *pb.Command     { return &pb.Command{Command: &pb.Command_Act{Act: a}} }

func askGroup(group string) *pb.Command {
	return query(&pb.Query{Query: &pb.Query_Group{Group: &pb.GroupQuery{Group: group}}})
}

func TestTheServerSaysThatItIsThere(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	ping := query(&pb.Query{Query: &pb.Query_Ping{Ping: &pb.PingQuery{}}})
	if pong := l.g.must("s1", ping).GetQuery().GetPong(); pong == nil {
		t.Error("no answer to a ping")
	}
}

func TestGroupsAreMadeChangedAndAskedFor(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	friend, other := l.friend.Number+"@s.whatsapp.net", l.sim.Phone("other")
	made := l.g.must("s1", act(&pb.Act{Act: &pb.Act_GroupCreate{GroupCreate: &pb.GroupCreate{Subject: "Night shift", Members: []string{friend}}}})).GetAct().GetGroup()
	if made.Subject != "Night shift" || len(made.Members) != 2 || made.CreatedMs == 0 {
		t.Fatalf("made: %v", made)
	}
	change := func(kind pb.MemberChange, members ...string) []*pb.Member {
		return l.g.must("s1", act(&pb.Act{Act: &pb.Act_GroupMembers{GroupMembers: &pb.GroupMembers{Group: made.Group, Change: kind, Members: members}}})).GetAct().GetMembers().GetMembers()
	}
	if added := change(pb.MemberChange_ADD, other.Number+"@s.whatsapp.net"); len(added) != 1 || added[0].WhatsappCode != 0 {
		t.Errorf("added: %v", added)
	}
	change(pb.MemberChange_PROMOTE, friend)
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_GroupSubject{GroupSubject: &pb.GroupSubject{Group: made.Group, Subject: "Day shift"}}}))
	group := l.g.must("s1", askGroup(made.Group)).GetQuery().GetGroup()
	if group.Subject != "Day shift" || len(group.Members) != 3 {
		t.Fatalf("asked: %v", group)
	}
	admins, phones := 0, map[string]bool{}
	for _, m := range group.Members {
		if m.Admin {
			admins++
		}
		if m.Phone == "" || m.Lid == "" {
			t.Errorf("a member without both names: %v", m)
		}
		phones[m.Phone] = true
	}
	if admins != 2 || !phones[friend] {
		t.Errorf("%d admins of %v", admins, phones)
	}
	change(pb.MemberChange_REMOVE, friend)
	if groups := l.g.must("s1", query(&pb.Query{Query: &pb.Query_Groups{Groups: &pb.GroupsQuery{}}})).GetQuery().GetGroups().GetGroups(); len(groups) != 1 || len(groups[0].Members) != 2 {
		t.Errorf("groups: %v", groups)
	}
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_GroupLeave{GroupLeave: &pb.GroupLeave{Group: made.Group}}}))
	if result := l.g.ask("s1", askGroup(made.Group)); result.GetError().GetCode() != pb.ErrorCode_NOT_ALLOWED && result.GetError().GetCode() != pb.ErrorCode_NOT_FOUND {
		t.Errorf("a group that was left: %v", result)
	}
	l.sim.Fault("group-gone", l.own.Number, 1)
	if got := l.g.ask("s1", askGroup(made.Group)).GetError(); got.GetCode() != pb.ErrorCode_NOT_FOUND || got.GetWhatsappCode() != 404 {
		t.Errorf("gone: %v", got)
	}
}

func TestPeopleAreAskedFor(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	friend := l.friend.Number + "@s.whatsapp.net"
	answer := l.g.must("s1", query(&pb.Query{Query: &pb.Query_OnWhatsapp{OnWhatsapp: &pb.OnWhatsAppQuery{Phones: []string{"4915000999000", l.friend.Number}}}})).GetQuery().GetOnWhatsapp().GetRegistered()
	if len(answer) != 2 || answer[0].Registered || answer[0].Phone != "4915000999000" {
		t.Fatalf("on WhatsApp: %v", answer)
	}
	if there := answer[1]; !there.Registered || there.Jid != friend || there.Lid != l.friend.LID+"@lid" {
		t.Errorf("on WhatsApp: %v, want %s and %s", there, friend, l.friend.LID)
	}
	own := l.g.must("s1", query(&pb.Query{Query: &pb.Query_OwnProfile{OwnProfile: &pb.OwnProfileQuery{}}})).GetQuery().GetOwnProfile()
	if own.Jid != l.own.Number+"@s.whatsapp.net" || own.Lid != l.own.LID+"@lid" {
		t.Errorf("own profile: %v", own)
	}
	l.sim.Must("POST", "/admin/phones/"+l.friend.Number+"/about", map[string]any{"text": "On the road"}, nil)
	if about := l.g.must("s1", query(&pb.Query{Query: &pb.Query_About{About: &pb.AboutQuery{Of: friend}}})).GetQuery().GetAbout(); about.Text != "On the road" {
		t.Errorf("about: %v", about)
	}
	askPicture := query(&pb.Query{Query: &pb.Query_Picture{Picture: &pb.PictureQuery{Of: friend, Preview: true}}})
	if picture := l.g.must("s1", askPicture).GetQuery().GetPicture(); picture.Id != "" || picture.Url != "" {
		t.Errorf("picture: %v", picture)
	}
}

func TestOthersSeeTypingAndPresence(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	friend := l.friend.Number + "@s.whatsapp.net"
	l.g.must("s1", sendText("3EB0A11CE0", friend, "hello")) // people who have never written see nothing of each other
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_Presence{Presence: &pb.Presence{Available: true}}}))
	for _, activity := range []pb.ChatActivity{pb.ChatActivity_TYPING, pb.ChatActivity_RECORDING, pb.ChatActivity_PAUSED} {
		l.g.must("s1", act(&pb.Act{Act: &pb.Act_ChatPresence{ChatPresence: &pb.ChatPresence{Chat: friend, Activity: activity}}}))
	}
	labtest.Eventually(t, "the friend's phone shows all of it", func() bool {
		var page struct {
			Items []struct{ Kind, State, From string } `json:"items"`
		}
		l.sim.Must("GET", "/admin/phones/"+l.friend.Number+"/activity", nil, &page)
		var shown []string
		for _, item := range page.Items {
			if item.Kind == "typing" && item.From == l.own.Number {
				shown = append(shown, item.State)
			}
		}
		return slices.Equal(shown, []string{"composing", "recording", "paused"})
	})
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_Presence{Presence: &pb.Presence{}}}))
}

func TestQuestionsAndActsAreChecked(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	friend := l.friend.Number + "@s.whatsapp.net"
	for name, command := range map[string]*pb.Command{
		"a person as a group":  askGroup(friend),
		"nothing as a group":   askGroup(""),
		"no numbers":           query(&pb.Query{Query: &pb.Query_OnWhatsapp{OnWhatsapp: &pb.OnWhatsAppQuery{}}}),
		"words as a number":    query(&pb.Query{Query: &pb.Query_OnWhatsapp{OnWhatsapp: &pb.OnWhatsAppQuery{Phones: []string{"+49 15"}}}}),
		"about a group":        query(&pb.Query{Query: &pb.Query_About{About: &pb.AboutQuery{Of: "1@g.us"}}}),
		"picture of nobody":    query(&pb.Query{Query: &pb.Query_Picture{Picture: &pb.PictureQuery{Of: "x"}}}),
		"unknown activity":     act(&pb.Act{Act: &pb.Act_ChatPresence{ChatPresence: &pb.ChatPresence{Chat: friend}}}),
		"watch a group":        act(&pb.Act{Act: &pb.Act_WatchPresence{WatchPresence: &pb.WatchPresence{Person: "1@g.us"}}}),
		"older of nobody":      act(&pb.Act{Act: &pb.Act_OlderHistory{OlderHistory: &pb.OlderHistory{MessageId: "A", Count: 1}}}),
		"older than nothing":   act(&pb.Act{Act: &pb.Act_OlderHistory{OlderHistory: &pb.OlderHistory{Chat: friend, Count: 1}}}),
		"too much of older":    act(&pb.Act{Act: &pb.Act_OlderHistory{OlderHistory: &pb.OlderHistory{Chat: friend, MessageId: "A", Count: 501}}}),
		"nothing again":        act(&pb.Act{Act: &pb.Act_MessageAgain{MessageAgain: &pb.MessageAgain{Chat: friend, Sender: friend}}}),
		"again of a group":     act(&pb.Act{Act: &pb.Act_MessageAgain{MessageAgain: &pb.MessageAgain{Chat: "1@g.us", Sender: "1@g.us", MessageId: "A"}}}),
		"read nothing":         act(&pb.Act{Act: &pb.Act_MarkRead{MarkRead: &pb.MarkRead{Chat: friend}}}),
		"read by a group":      act(&pb.Act{Act: &pb.Act_MarkRead{MarkRead: &pb.MarkRead{Chat: "1@g.us", Sender: "1@g.us", MessageIds: []string{"A"}}}}),
		"a group without name": act(&pb.Act{Act: &pb.Act_GroupCreate{GroupCreate: &pb.GroupCreate{Members: []string{friend}}}}),
		"no members":           act(&pb.Act{Act: &pb.Act_GroupMembers{GroupMembers: &pb.GroupMembers{Group: "1@g.us", Change: pb.MemberChange_ADD}}}),
		"no change":            act(&pb.Act{Act: &pb.Act_GroupMembers{GroupMembers: &pb.GroupMembers{Group: "1@g.us", Members: []string{friend}}}}),
		"leave a person":       act(&pb.Act{Act: &pb.Act_GroupLeave{GroupLeave: &pb.GroupLeave{Group: friend}}}),
		"a person's subject":   act(&pb.Act{Act: &pb.Act_GroupSubject{GroupSubject: &pb.GroupSubject{Group: friend, Subject: "x"}}}),
	} {
		if result := l.g.ask("s1", command); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
			t.Errorf("%s: %v", name, result)
		}
	}
	for name, command := range map[string]*pb.Command{"question": query(&pb.Query{}), "act": act(&pb.Act{})} {
		if result := l.g.ask("s1", command); result.GetError().GetCode() != pb.ErrorCode_UNKNOWN_COMMAND {
			t.Errorf("%s of a newer gateway: %v", name, result)
		}
	}
}
