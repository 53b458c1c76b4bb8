package screen

import (
	"fmt"
	"reflect"
	"testing"

	"holdfast/simulator/internal/phone/letter"
)

const anna, ben, carl = "111", "222", "333"

func shown(t *testing.T, s *Screen, message Message, want bool) {
	t.Helper()
	if message.Chat == "" {
		message.Chat = ben
	}
	if got := s.Show(&message); got != want {
		t.Errorf("%s of %s: shown %v, not %v", message.Kind, message.From, got, want)
	}
}

func about(id string) *letter.Details { return &letter.Details{Target: id} }

func line(t *testing.T, s *Screen, id string) *Line {
	t.Helper()
	found, ok := s.Find(ben, id)
	if !ok {
		t.Fatalf("no line %s", id)
	}
	return found
}

// A writer edits and deletes his own messages; others cannot, unless they are admins of the group.
func TestEditsAndDeletionsAreTheWritersRight(t *testing.T) {
	s := New()
	shown(t, s, Message{ID: "1", From: ben, Kind: "text", Text: "one"}, true)
	shown(t, s, Message{ID: "2", From: anna, Kind: "edit", Text: "forged", Details: about("1")}, false)
	shown(t, s, Message{ID: "3", From: ben, Kind: "edit", Text: "better", Details: about("1")}, true)
	if got := line(t, s, "1"); got.Text != "better" || !got.Edited {
		t.Errorf("edited: %+v", got)
	}
	shown(t, s, Message{ID: "4", From: anna, Kind: "delete", Details: about("1")}, false)
	shown(t, s, Message{ID: "5", From: anna, Kind: "delete", Details: about("1"), MayDelete: true}, true)
	if got := line(t, s, "1"); !got.Deleted || got.DeletedBy != anna || got.Text != "" {
		t.Errorf("deleted: %+v", got)
	}
	shown(t, s, Message{ID: "6", From: ben, Kind: "edit", Text: "back", Details: about("1")}, false)
	shown(t, s, Message{ID: "7", From: ben, Kind: "edit", Text: "x", Details: about("unknown")}, false)
}

func TestReactionsAndVotesCanBeTakenBack(t *testing.T) {
	s := New()
	shown(t, s, Message{ID: "1", From: ben, Kind: "poll"}, true)
	react := func(from, emoji string) {
		shown(t, s, Message{From: from, Kind: "reaction", Details: &letter.Details{Target: "1", Emoji: emoji, Removed: emoji == ""}}, true)
	}
	react(anna, "a")
	react(ben, "b")
	react(anna, "c")
	react(ben, "")
	if got := line(t, s, "1").Reactions; !reflect.DeepEqual(got, map[string]string{anna: "c"}) {
		t.Errorf("reactions %v", got)
	}
	for _, step := range []struct {
		options []string
		want    map[string][]string
	}{{[]string{"x"}, map[string][]string{anna: {"x"}}}, {[]string{"y", "z"}, map[string][]string{anna: {"y", "z"}}}, {[]string{}, map[string][]string{}}} {
		shown(t, s, Message{From: anna, Kind: "poll_vote", Details: &letter.Details{Target: "1", Vote: step.options}}, true)
		if got := line(t, s, "1").Votes; !reflect.DeepEqual(got, step.want) {
			t.Errorf("votes %v, not %v", got, step.want)
		}
	}
	shown(t, s, Message{From: anna, Kind: "poll_vote", Details: about("1")}, false)
}

func TestReceiptsOnlyGoForward(t *testing.T) {
	s := New()
	shown(t, s, Message{ID: "1", From: anna, FromMe: true, Kind: "text"}, true)
	for _, step := range []struct{ by, report, want string }{
		{ben, Delivered, Delivered}, {ben, Read, Read}, {ben, Delivered, Read}, {carl, Delivered, Read}, {ben, Played, Played},
	} {
		s.Report("1", step.by, step.report)
		if got := line(t, s, "1").Status; got != step.want {
			t.Errorf("after %s of %s: %s", step.report, step.by, got)
		}
	}
	if got := line(t, s, "1").Receipts; !reflect.DeepEqual(got, map[string]string{ben: Played, carl: Delivered}) {
		t.Errorf("receipts %v", got)
	}
	s.Report("unknown", ben, Read)
}

func TestUnreadIsCounted(t *testing.T) {
	s := New()
	for _, id := range []string{"1", "2", "3", "4"} {
		shown(t, s, Message{ID: id, From: ben, Kind: "text"}, true)
	}
	shown(t, s, Message{ID: "4", From: ben, Kind: "text"}, false)
	s.MarkRead(ben, []string{"1", "unknown"}, Read)
	s.MarkRead(ben, []string{"1"}, Played)
	s.Remove(ben, "2")
	if got := s.Chat(ben).Unread; got != 2 || len(s.Unread(ben)) != 2 {
		t.Errorf("%d unread, %d lines", got, len(s.Unread(ben)))
	}
	if line(t, s, "3").ID != "3" || line(t, s, "4").ID != "4" {
		t.Error("lines after a removed one are not found")
	}
	s.MarkChat(ben, true)
	s.MarkChat(ben, false)
	if chat := s.Chat(ben); chat.Unread != 0 || !chat.MarkedUnread || len(s.Unread(ben)) != 0 {
		t.Errorf("%+v", chat)
	}
}

// Old messages leave the screen, and those that stay are still found, also after a restart.
func TestOldMessagesLeaveTheScreen(t *testing.T) {
	s := New()
	for i := range lineLimit + 10 {
		shown(t, s, Message{ID: fmt.Sprint(i), From: anna, FromMe: true, Kind: "text", T: int64(i)}, true)
	}
	restored := New()
	restored.Restore(s.State())
	for _, screen := range []*Screen{s, restored} {
		if _, ok := screen.Find(ben, "0"); ok {
			t.Error("the first message is still there")
		}
		last := fmt.Sprint(lineLimit + 9)
		if found, ok := screen.Locate(last); !ok || found.ID != last {
			t.Error("the last message is not found")
		}
	}
	s.Drop(ben)
	if _, ok := s.Lines(ben); ok || len(s.Chats()) != 0 {
		t.Error("a dropped chat is still there")
	}
}

func TestPinnedChatsComeFirst(t *testing.T) {
	s := New()
	for i, id := range []string{"a", "b", "c"} {
		shown(t, s, Message{ID: id, Chat: id, From: id, Kind: "text", T: int64(i)}, true)
	}
	s.Chat("a").Pinned = true
	var order []string
	for _, chat := range s.Chats() {
		order = append(order, chat.ID)
	}
	if !reflect.DeepEqual(order, []string{"a", "c", "b"}) {
		t.Errorf("order %v", order)
	}
}
