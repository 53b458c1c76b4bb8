// Package letter writes and reads what is inside messages: drafts become protobuf messages, protobuf messages become
// descriptions. It is pure: it knows no phone, no session and no server, and asks a Place for whatever depends on one.
package letter

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// ErrInvalid means that a draft is no message.
var ErrInvalid = errors.New("phone: a message needs exactly one content")

// ErrTarget means that a draft is about a message that its writer does not know.
var ErrTarget = errors.New("phone: the message that this one is about is not on the phone; say who wrote it in target_from")

// Draft is a message as people order it: an address, exactly one content, and what may be added to it.
type Draft struct {
	To string `json:"to" doc:"phone number or group JID"`
	ID string `json:"id,omitempty" doc:"message id; the phone chooses one if absent"`

	Text     string    `json:"text,omitempty" doc:"the text, or the caption of a file"`
	Raw      []byte    `json:"raw_base64,omitempty" doc:"an encoded waE2E.Message"`
	Media    *File     `json:"media,omitempty" doc:"a file, which the phone encrypts and uploads"`
	Location *Location `json:"location,omitempty"`
	Contacts []Card    `json:"contacts,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	Event    *Event    `json:"event,omitempty"`
	Invite   *Invite   `json:"invite,omitempty" doc:"an invitation to a group"`
	Album    *Album    `json:"album,omitempty" doc:"announces files that follow with its id in album_id"`
	// What is about another message; target names it.
	Reaction     *string   `json:"reaction,omitempty" doc:"an emoji on target; empty takes it back"`
	Edit         *string   `json:"edit,omitempty" doc:"the new text of target"`
	Delete       bool      `json:"delete,omitempty" doc:"deletes target for everyone"`
	Vote         *[]string `json:"vote,omitempty" doc:"options chosen in the poll target; empty takes the vote back"`
	Pin          *bool     `json:"pin,omitempty" doc:"pins target for everyone, or unpins it"`
	Keep         *bool     `json:"keep,omitempty" doc:"keeps target in a disappearing chat, or not any more"`
	Disappearing *uint32   `json:"disappearing_s,omitempty" doc:"sets the chat's timer for disappearing messages; 0 is off"`

	Target     string `json:"target,omitempty" doc:"id of the message that this one is about"`
	TargetFrom string `json:"target_from,omitempty" doc:"who wrote target, if it is not on the phone"`

	ReplyTo    string   `json:"reply_to,omitempty" doc:"id of the quoted message"`
	Mentions   []string `json:"mentions,omitempty" doc:"phone numbers"`
	Link       *Link    `json:"link,omitempty" doc:"the preview of a link in text"`
	ViewOnce   bool     `json:"view_once,omitempty" doc:"a file that may be seen once"`
	Forwarded  bool     `json:"forwarded,omitempty"`
	Expiration uint32   `json:"expiration_s,omitempty" doc:"the message disappears after this time"`
	AlbumID    string   `json:"album_id,omitempty" doc:"id of the album that a file belongs to"`
}

// Location is a place, or with Live a place that moves.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
	Live      bool    `json:"live,omitempty"`
}

// Card is one contact; without a vCard one is made of name and number.
type Card struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	VCard string `json:"vcard,omitempty"`
}

// Poll is a question; Selectable 0 allows any number of answers.
type Poll struct {
	Question   string   `json:"question"`
	Options    []string `json:"options"`
	Selectable uint32   `json:"selectable,omitempty"`
}

// Event is an appointment.
type Event struct {
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Start       int64     `json:"start"`
	End         int64     `json:"end,omitempty"`
	Location    *Location `json:"location,omitempty"`
	Canceled    bool      `json:"canceled,omitempty"`
}

// Link is the preview of a link.
type Link struct {
	URL         string `json:"url"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Invite is an invitation to a group by message.
type Invite struct {
	Group   string `json:"group" doc:"group JID"`
	Code    string `json:"code"`
	Name    string `json:"name,omitempty"`
	Expires int64  `json:"expires,omitempty"`
}

// Album says how many files follow.
type Album struct {
	Images uint32 `json:"images,omitempty"`
	Videos uint32 `json:"videos,omitempty"`
}

// Known is a message that a writer can refer to.
type Known struct {
	ID string
	// Writer is its writer's address in the chat, Own whether that is who writes now.
	Writer  string
	Own     bool
	Message *waE2E.Message
}

// Place is what a writer has at hand.
type Place interface {
	// Own and Chat are addresses: the writer's and the chat's.
	Own() string
	Chat() string
	InGroup() bool
	Now() time.Time
	// Address returns the address of a phone number in this chat.
	Address(number string) (string, error)
	// Find returns a message of this chat.
	Find(id string) (Known, bool)
	// Upload puts a file where receivers find it.
	Upload(file *File) (*Stored, error)
	// Secret returns 32 bytes that nobody can guess.
	Secret() []byte
}

// content is one kind of content: whether a draft has it, and how it is written.
type content struct {
	name  string
	given func(*Draft) bool
	write func(*Draft, Place) (*waE2E.Message, error)
}

// contents returns the table of everything that can be written.
func contents() []content {
	return []content{
		{"raw_base64", func(d *Draft) bool { return len(d.Raw) > 0 }, writeRaw},
		{"media", func(d *Draft) bool { return d.Media != nil }, writeFile},
		{"location", func(d *Draft) bool { return d.Location != nil }, writeLocation},
		{"contacts", func(d *Draft) bool { return d.Contacts != nil }, writeContacts},
		{"poll", func(d *Draft) bool { return d.Poll != nil }, writePoll},
		{"event", func(d *Draft) bool { return d.Event != nil }, writeEvent},
		{"invite", func(d *Draft) bool { return d.Invite != nil }, writeInvite},
		{"album", func(d *Draft) bool { return d.Album != nil }, writeAlbum},
		{"reaction", func(d *Draft) bool { return d.Reaction != nil }, writeReaction},
		{"edit", func(d *Draft) bool { return d.Edit != nil }, writeEdit},
		{"delete", func(d *Draft) bool { return d.Delete }, writeDelete},
		{"vote", func(d *Draft) bool { return d.Vote != nil }, writeVote},
		{"pin", func(d *Draft) bool { return d.Pin != nil }, writePin},
		{"keep", func(d *Draft) bool { return d.Keep != nil }, writeKeep},
		{"disappearing_s", func(d *Draft) bool { return d.Disappearing != nil }, writeDisappearing},
		// A text beside a file is its caption.
		{"text", func(d *Draft) bool { return d.Text != "" && d.Media == nil }, writeText},
	}
}

// Write makes the message that a draft describes.
func Write(draft *Draft, place Place) (*waE2E.Message, error) {
	var chosen *content
	var names []string
	for _, candidate := range contents() {
		names = append(names, candidate.name)
		if !candidate.given(draft) {
			continue
		}
		if chosen != nil {
			return nil, fmt.Errorf("%w, not both %s and %s", ErrInvalid, chosen.name, candidate.name)
		}
		chosen = &candidate
	}
	if chosen == nil {
		return nil, fmt.Errorf("%w: one of %s", ErrInvalid, strings.Join(names, ", "))
	}
	return chosen.write(draft, place)
}

func writeRaw(draft *Draft, _ Place) (*waE2E.Message, error) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(draft.Raw, message); err != nil {
		return nil, fmt.Errorf("%w: raw_base64 is not a waE2E.Message", ErrInvalid)
	}
	return message, nil
}

// withSecret gives a message what real phones put into each one: later messages about it are sealed with it.
func withSecret(message *waE2E.Message, place Place) *waE2E.Message {
	if message.MessageContextInfo == nil {
		message.MessageContextInfo = &waE2E.MessageContextInfo{}
	}
	message.MessageContextInfo.MessageSecret = place.Secret()
	return message
}
