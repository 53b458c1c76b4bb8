// Package screen is what a phone shows: chats with their messages as edits, deletions, reactions and receipts have
// left them. What enters are messages and settings in the order in which the phone learned of them, what leaves is
// the present picture; it is pure and knows neither time nor network.
package screen

import (
	"maps"
	"slices"

	"holdfast/simulator/internal/phone/letter"
)

// lineLimit is how many messages of one chat stay on the screen.
const lineLimit = 5000

// Line is one message as the screen shows it.
type Line struct {
	ID string `json:"id"`
	// From is the writer's phone number.
	From   string `json:"from"`
	FromMe bool   `json:"from_me"`
	T      int64  `json:"t"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Edited bool   `json:"edited"`
	// Deleted messages show neither text nor details; DeletedBy is who deleted it for everyone.
	Deleted   bool   `json:"deleted"`
	DeletedBy string `json:"deleted_by,omitempty"`
	// Status of an own message is sent, delivered, read or played, the furthest that any receiver reported; of another's
	// it is unread, read or played.
	Status string `json:"status"`
	// Receipts is the furthest report of each receiver of an own message, by phone number.
	Receipts  map[string]string   `json:"receipts,omitempty"`
	Reactions map[string]string   `json:"reactions,omitempty"`
	Votes     map[string][]string `json:"votes,omitempty"`
	Starred   bool                `json:"starred,omitempty"`
	Pinned    bool                `json:"pinned,omitempty"`
	Kept      bool                `json:"kept,omitempty"`
	*letter.Details

	// Message is the plaintext as its writer encoded it, for quotes, votes and history.
	Message []byte `json:"-"`
}

// Chat is one conversation, by phone number or group JID.
type Chat struct {
	ID           string `json:"chat"`
	Unread       int    `json:"unread"`
	MarkedUnread bool   `json:"marked_unread,omitempty"`
	Archived     bool   `json:"archived,omitempty"`
	Pinned       bool   `json:"pinned,omitempty"`
	// MutedUntil is in seconds, -1 forever, 0 not muted.
	MutedUntil int64  `json:"muted_until,omitempty"`
	Expiration uint32 `json:"disappearing_s,omitempty"`
	// Labels are the ids of the chat's labels.
	Labels []string `json:"labels,omitempty"`
	Last   int64    `json:"last_t,omitempty"`
	Lines  []Line   `json:"-"`
}

// Screen is not safe for concurrent use.
type Screen struct {
	chats map[string]*Chat
	// places maps chat and id to the line's place, counted from the chat's first line ever.
	places map[string]map[string]int
	gone   map[string]int
	// own maps the ids of own messages to their chats: receipts do not name one.
	own map[string]string
}

// New returns an empty screen.
func New() *Screen {
	return &Screen{
		chats: map[string]*Chat{}, places: map[string]map[string]int{}, gone: map[string]int{}, own: map[string]string{},
	}
}

// Chat returns a chat, making it if it is new.
func (s *Screen) Chat(id string) *Chat {
	chat, ok := s.chats[id]
	if !ok {
		chat = &Chat{ID: id}
		s.chats[id] = chat
	}
	return chat
}

// Chats lists copies of the chats: pinned ones first, then by their last message. Lines are left out.
func (s *Screen) Chats() []Chat {
	list := []Chat{}
	for _, chat := range s.chats {
		copied := *chat
		copied.Lines = nil
		list = append(list, copied)
	}
	slices.SortFunc(list, func(x, y Chat) int {
		switch {
		case x.Pinned != y.Pinned && x.Pinned:
			return -1
		case x.Pinned != y.Pinned:
			return 1
		case x.Last != y.Last:
			return int(min(max(y.Last-x.Last, -1), 1))
		case x.ID < y.ID:
			return -1
		default:
			return 1
		}
	})
	return list
}

// Lines returns copies of a chat's messages, oldest first; ok is false without such a chat.
func (s *Screen) Lines(chat string) (lines []Line, ok bool) {
	found, ok := s.chats[chat]
	if !ok {
		return nil, false
	}
	lines = slices.Clone(found.Lines)
	for i := range lines {
		lines[i].Receipts, lines[i].Reactions = maps.Clone(lines[i].Receipts), maps.Clone(lines[i].Reactions)
		lines[i].Votes = maps.Clone(lines[i].Votes)
	}
	return lines, true
}

// Find returns a message of a chat; the caller may change it until the next call.
func (s *Screen) Find(chat, id string) (*Line, bool) {
	place, ok := s.places[chat][id]
	if !ok {
		return nil, false
	}
	return &s.chats[chat].Lines[place-s.gone[chat]], true
}

// Locate returns an own message, whose chat need not be known.
func (s *Screen) Locate(id string) (*Line, bool) { return s.Find(s.own[id], id) }

// add puts a message at the end of a chat; the oldest quarter goes when there are too many.
func (s *Screen) add(id string, line Line) {
	chat := s.Chat(id)
	if s.places[id] == nil {
		s.places[id] = map[string]int{}
	}
	s.places[id][line.ID] = s.gone[id] + len(chat.Lines)
	chat.Lines = append(chat.Lines, line)
	chat.Last = max(chat.Last, line.T)
	if line.FromMe {
		s.own[line.ID] = id
	}
	if len(chat.Lines) > lineLimit {
		s.forget(chat, lineLimit/4)
	}
}

func (s *Screen) forget(chat *Chat, count int) {
	for _, line := range chat.Lines[:count] {
		delete(s.places[chat.ID], line.ID)
		delete(s.own, line.ID)
	}
	s.gone[chat.ID] += count
	chat.Lines = slices.Clone(chat.Lines[count:])
}

// Remove takes one message off the screen, as deleting for oneself does.
func (s *Screen) Remove(chat, id string) {
	place, ok := s.places[chat][id]
	if !ok {
		return
	}
	kept := s.chats[chat]
	at := place - s.gone[chat]
	if line := kept.Lines[at]; !line.FromMe && line.Status == Unread {
		kept.Unread = max(kept.Unread-1, 0)
	}
	kept.Lines = slices.Delete(kept.Lines, at, at+1)
	delete(s.places[chat], id)
	delete(s.own, id)
	for other, behind := range s.places[chat] {
		if behind > place {
			s.places[chat][other] = behind - 1
		}
	}
}

// Drop takes a whole chat off the screen.
func (s *Screen) Drop(chat string) {
	if found, ok := s.chats[chat]; ok {
		s.forget(found, len(found.Lines))
	}
	delete(s.chats, chat)
	delete(s.places, chat)
	delete(s.gone, chat)
}

// Clear takes all messages of a chat off the screen.
func (s *Screen) Clear(chat string) {
	if found, ok := s.chats[chat]; ok {
		s.forget(found, len(found.Lines))
		found.Unread = 0
	}
}

// State returns the content for saving.
func (s *Screen) State() []SavedChat {
	list := []SavedChat{}
	for _, id := range slices.Sorted(maps.Keys(s.chats)) {
		copied := *s.chats[id]
		copied.Lines, _ = s.Lines(id)
		list = append(list, SavedChat{Chat: copied})
	}
	return list
}

// SavedChat is a chat as it is saved.
type SavedChat struct{ Chat Chat }

// Restore fills an empty screen with saved content.
func (s *Screen) Restore(saved []SavedChat) {
	for _, one := range saved {
		lines := one.Chat.Lines
		chat := s.Chat(one.Chat.ID)
		*chat = one.Chat
		chat.Lines = nil
		for _, line := range lines {
			s.add(chat.ID, line)
		}
	}
}
