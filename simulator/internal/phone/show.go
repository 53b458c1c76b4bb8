package phone

import (
	"maps"
	"slices"
	"strings"

	"holdfast/simulator/internal/phone/screen"
)

// Chats lists the phone's conversations as its screen does.
func (p *Phone) Chats() []screen.Chat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.Chats()
}

// Conversation returns one chat with its messages, oldest first; ok is false when there is none.
func (p *Phone) Conversation(chat string) (shown screen.Chat, lines []screen.Line, ok bool) {
	chat = strings.TrimPrefix(chat, "+")
	p.mu.Lock()
	defer p.mu.Unlock()
	lines, ok = p.screen.Lines(chat)
	if !ok {
		return screen.Chat{}, nil, false
	}
	shown = *p.screen.Chat(chat)
	shown.Lines = nil
	return shown, lines, true
}

// NameOf is what the phone calls a chat.
func (p *Phone) NameOf(chat string) string {
	if group := p.groupOf(chat); group != nil {
		return group.Subject
	}
	p.mu.Lock()
	name := p.contacts[chat]
	p.mu.Unlock()
	if name != "" {
		return name
	}
	if other, ok := p.book.accounts.ByPhone(chat); ok {
		return other.Name()
	}
	return chat
}

// Contact is a number that is saved on a phone.
type Contact struct{ Phone, Name string }

// Contacts lists the saved numbers.
func (p *Phone) Contacts() []Contact {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Contact
	for _, number := range slices.Sorted(maps.Keys(p.contacts)) {
		list = append(list, Contact{number, p.contacts[number]})
	}
	return list
}
