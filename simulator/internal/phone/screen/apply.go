package screen

import "holdfast/simulator/internal/phone/letter"

// What a message can have reached.
const (
	Sent      = "sent"
	Delivered = "delivered"
	Unread    = "unread"
	Read      = "read"
	Played    = "played"
)

// further orders the reports of receivers: none ever takes an earlier one back.
func further(report, than string) bool {
	rank := func(of string) int {
		switch of {
		case Delivered:
			return 1
		case Read:
			return 2
		case Played:
			return 3
		default:
			return 0
		}
	}
	return rank(report) > rank(than)
}

// Message is what a phone has read or written.
type Message struct {
	ID, Chat, From string
	FromMe         bool
	T              int64
	Kind, Text     string
	Details        *letter.Details
	Encoded        []byte
	// MayDelete tells that the writer may delete what others wrote: the admin of a group.
	MayDelete bool
}

// Show takes a message in: as a line of its own, or as a change of the one that it is about. It tells whether the
// message meant anything here.
func (s *Screen) Show(message *Message) bool {
	if change, ok := changes()[message.Kind]; ok {
		return change(s, message)
	}
	if _, known := s.Find(message.Chat, message.ID); known {
		return false
	}
	status := Unread
	if message.FromMe {
		status = Sent
	} else {
		s.Chat(message.Chat).Unread++
	}
	s.add(message.Chat, Line{
		ID: message.ID, From: message.From, FromMe: message.FromMe, T: message.T, Kind: message.Kind, Text: message.Text,
		Status: status, Details: message.Details, Message: message.Encoded,
	})
	return true
}

type change func(*Screen, *Message) bool

// changes returns the table of kinds that change another message or the chat.
func changes() map[string]change {
	return map[string]change{
		"edit": edit, "delete": remove, "reaction": react, "poll_vote": vote,
		"pin": pin(true), "unpin": pin(false), "keep": keep(true), "unkeep": keep(false),
		"disappearing": disappear,
		// Not for people's eyes.
		"protocol": func(*Screen, *Message) bool { return false },
	}
}

func (s *Screen) target(message *Message) (*Line, bool) {
	if message.Details == nil {
		return nil, false
	}
	return s.Find(message.Chat, message.Details.Target)
}

// edit is the writer's own right alone.
func edit(s *Screen, message *Message) bool {
	line, ok := s.target(message)
	if !ok || line.From != message.From || line.Deleted {
		return false
	}
	line.Text, line.Edited = message.Text, true
	return true
}

func remove(s *Screen, message *Message) bool {
	line, ok := s.target(message)
	if !ok || (line.From != message.From && !message.MayDelete) {
		return false
	}
	line.Deleted, line.DeletedBy = true, message.From
	line.Text, line.Details, line.Message, line.Reactions, line.Votes = "", nil, nil, nil, nil
	return true
}

func react(s *Screen, message *Message) bool {
	line, ok := s.target(message)
	if !ok || line.Deleted {
		return false
	}
	if message.Details.Removed {
		delete(line.Reactions, message.From)
		return true
	}
	if line.Reactions == nil {
		line.Reactions = map[string]string{}
	}
	line.Reactions[message.From] = message.Details.Emoji
	return true
}

func vote(s *Screen, message *Message) bool {
	line, ok := s.target(message)
	if !ok || line.Deleted || message.Details.Vote == nil {
		return false
	}
	if line.Votes == nil {
		line.Votes = map[string][]string{}
	}
	if len(message.Details.Vote) == 0 {
		delete(line.Votes, message.From)
		return true
	}
	line.Votes[message.From] = message.Details.Vote
	return true
}

func pin(on bool) change {
	return func(s *Screen, message *Message) bool {
		line, ok := s.target(message)
		if ok {
			line.Pinned = on
		}
		return ok
	}
}

func keep(on bool) change {
	return func(s *Screen, message *Message) bool {
		line, ok := s.target(message)
		if ok {
			line.Kept = on
		}
		return ok
	}
}

func disappear(s *Screen, message *Message) bool {
	expiration := uint32(0)
	if message.Details != nil {
		expiration = message.Details.Expiration
	}
	s.Chat(message.Chat).Expiration = expiration
	return true
}

// Report takes in how far an own message got with one receiver.
func (s *Screen) Report(id, receiver, report string) {
	line, ok := s.Locate(id)
	if !ok || !further(report, line.Receipts[receiver]) {
		return
	}
	if line.Receipts == nil {
		line.Receipts = map[string]string{}
	}
	line.Receipts[receiver] = report
	if further(report, line.Status) {
		line.Status = report
	}
}

// MarkRead notes that somebody of the account has read (or played) messages of a chat.
func (s *Screen) MarkRead(chat string, ids []string, report string) {
	for _, id := range ids {
		line, ok := s.Find(chat, id)
		if !ok || line.FromMe || !further(report, line.Status) {
			continue
		}
		if line.Status == Unread {
			s.Chat(chat).Unread--
		}
		line.Status = report
	}
}

// MarkChat marks a whole chat as read or as unread.
func (s *Screen) MarkChat(chat string, read bool) {
	shown := s.Chat(chat)
	shown.MarkedUnread = !read
	if !read {
		return
	}
	shown.Unread = 0
	for i := range shown.Lines {
		if shown.Lines[i].Status == Unread {
			shown.Lines[i].Status = Read
		}
	}
}

// Unread lists what nobody of the account has read yet.
func (s *Screen) Unread(chat string) (lines []Line) {
	found, ok := s.chats[chat]
	if !ok {
		return nil
	}
	for _, line := range found.Lines {
		if line.Status == Unread {
			lines = append(lines, line)
		}
	}
	return lines
}
