package letter

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// desk is a place with one message of each side.
type desk struct{ group bool }

func (desk) Own() string                           { return "me@lid" }
func (desk) Chat() string                          { return "them@lid" }
func (d desk) InGroup() bool                       { return d.group }
func (desk) Now() time.Time                        { return time.Unix(100, 0) }
func (desk) Secret() []byte                        { return bytes.Repeat([]byte{7}, 32) }
func (desk) Address(number string) (string, error) { return number + "@lid", nil }
func (desk) Upload(file *File) (*Stored, error) {
	return &Stored{URL: "https://host/v/x", DirectPath: "/v/x", Key: []byte{1}, Size: uint64(len(file.Body))}, nil
}

func (desk) Find(id string) (Known, bool) {
	switch id {
	case "own":
		return Known{ID: id, Writer: "me@lid", Own: true, Message: &waE2E.Message{Conversation: proto.String("mine")}}, true
	case "other":
		return Known{ID: id, Writer: "them@lid", Message: &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("c")}}}, true
	default:
		return Known{}, false
	}
}

func ptr[T any](value T) *T { return &value }

// What is written is read as what it was, and tells the server what it is.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, test := range []struct {
		name          string
		draft         Draft
		kind, text    string
		stanza, media string
		edit          string
		hidden        bool
		holds         func(*Details) bool
	}{
		{"text", Draft{Text: "a"}, "text", "a", "text", "", "", false, func(d *Details) bool { return d == nil }},
		{"reply", Draft{Text: "a", ReplyTo: "other"}, "text", "a", "text", "", "", false, func(d *Details) bool {
			return reflect.DeepEqual(d.Quoted, &Quote{ID: "other", From: "them@lid", Kind: "image", Text: "c"})
		}},
		{"timer", Draft{Text: "a", Expiration: 60}, "text", "a", "text", "", "", false, func(d *Details) bool { return d.Expiration == 60 }},
		{"sticker", Draft{Media: &File{Kind: "sticker", MIME: "image/webp", Animated: true}}, "sticker", "", "media", "sticker", "", false,
			func(d *Details) bool { return d.Media.Animated && d.Media.MIME == "image/webp" }},
		{"voice once", Draft{Media: &File{Kind: "voice"}, ViewOnce: true}, "voice", "", "media", "ptt", "", false,
			func(d *Details) bool { return d.ViewOnce }},
		{"live", Draft{Location: &Location{Latitude: 1, Live: true}}, "live_location", "", "media", "livelocation", "", false,
			func(d *Details) bool { return d.Location.Live && d.Location.Latitude == 1 }},
		{"card", Draft{Contacts: []Card{{Name: "Ann", Phone: "+49170"}}}, "contact", "Ann", "media", "vcard", "", false,
			func(d *Details) bool { return d.Contacts[0].Phone == "49170" }},
		{"poll", Draft{Poll: &Poll{Question: "q", Options: []string{"a", "b"}}}, "poll", "q", "poll", "", "", false,
			func(d *Details) bool { return len(d.Poll.Options) == 2 }},
		{"event", Draft{Event: &Event{Name: "e", Start: 5, Location: &Location{Name: "here"}}}, "event", "e", "event", "", "", false,
			func(d *Details) bool { return d.Event.Start == 5 && d.Event.Location.Name == "here" }},
		{"reaction", Draft{Reaction: ptr("x"), Target: "other"}, "reaction", "x", "reaction", "", "", true,
			func(d *Details) bool { return d.Target == "other" && d.TargetFrom == "" && d.Emoji == "x" }},
		{"no reaction", Draft{Reaction: ptr(""), Target: "own"}, "reaction", "", "reaction", "", "7", true,
			func(d *Details) bool { return d.Removed && d.TargetFrom == "me" }},
		{"edit", Draft{Edit: ptr("b"), Target: "own"}, "edit", "b", "text", "", "1", true, func(d *Details) bool { return d.Target == "own" }},
		{"delete", Draft{Delete: true, Target: "own"}, "delete", "", "text", "", "7", true, func(d *Details) bool { return d.Target == "own" }},
		{"pin", Draft{Pin: ptr(true), Target: "other"}, "pin", "", "text", "", "2", true, func(d *Details) bool { return d.Target == "other" }},
		{"unpin", Draft{Pin: ptr(false), Target: "other"}, "unpin", "", "text", "", "2", true, func(d *Details) bool { return true }},
		{"keep", Draft{Keep: ptr(true), Target: "other"}, "keep", "", "text", "", "", false, func(d *Details) bool { return true }},
		{"unkeep", Draft{Keep: ptr(false), Target: "own"}, "unkeep", "", "text", "", "7", true, func(d *Details) bool { return true }},
		{"timer of the chat", Draft{Disappearing: ptr(uint32(60))}, "disappearing", "60", "text", "", "", false,
			func(d *Details) bool { return d.Expiration == 60 }},
	} {
		message, err := Write(&test.draft, desk{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		kind, text, details := Describe(message, plain)
		if kind != test.kind || text != test.text || !test.holds(details) {
			t.Errorf("%s is read as %s %q %+v", test.name, kind, text, details)
		}
		if s, m, e, h := StanzaType(message), MediaType(message), EditType(message), Hidden(message); s != test.stanza || m != test.media || e != test.edit || h != test.hidden {
			t.Errorf("%s: type %q, media %q, edit %q, hidden %v", test.name, s, m, e, h)
		}
	}
}

// An admin deletes another's message in a group, named by its writer.
func TestAdminsDeleteWhatOthersWrote(t *testing.T) {
	message, err := Write(&Draft{Delete: true, Target: "other"}, desk{group: true})
	if err != nil || EditType(message) != "8" || message.GetProtocolMessage().GetKey().GetParticipant() != "them@lid" {
		t.Errorf("%v, %v", message, err)
	}
}

// An edited picture keeps the picture.
func TestAnEditKeepsTheFile(t *testing.T) {
	edited := Edited(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("a"), MediaKey: []byte{1}}}, "b")
	if edited.GetImageMessage().GetCaption() != "b" || len(edited.GetImageMessage().GetMediaKey()) != 1 {
		t.Errorf("%v", edited)
	}
}

func TestVotesBelongToTheirPollAndVoter(t *testing.T) {
	poll := &Poll{Question: "q", Options: []string{"a", "b", "c"}}
	ballot := Ballot{PollID: "p", PollWriter: "w@lid", Voter: "v@lid", Secret: bytes.Repeat([]byte{7}, 32)}
	sealed, err := sealVote([]string{"a", "c"}, ballot)
	if err != nil {
		t.Fatal(err)
	}
	if chosen, err := OpenVote(sealed, poll, ballot); err != nil || !reflect.DeepEqual(chosen, []string{"a", "c"}) {
		t.Errorf("opened %v, %v", chosen, err)
	}
	for name, change := range map[string]func(*Ballot){
		"poll": func(b *Ballot) { b.PollID = "x" }, "writer": func(b *Ballot) { b.PollWriter = "x" },
		"voter": func(b *Ballot) { b.Voter = "x" }, "secret": func(b *Ballot) { b.Secret = make([]byte, 32) },
		"no secret": func(b *Ballot) { b.Secret = nil },
	} {
		other := ballot
		change(&other)
		if _, err := OpenVote(sealed, poll, other); !errors.Is(err, ErrBallot) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if _, err := OpenVote(&waE2E.PollEncValue{EncIV: []byte{1}}, poll, ballot); !errors.Is(err, ErrBallot) {
		t.Errorf("a bad nonce: %v", err)
	}
}

// Whatever others send is described, even if it says nothing.
func TestEmptyMessagesAreDescribed(t *testing.T) {
	for name, message := range map[string]*waE2E.Message{
		"nil": nil, "empty": {}, "reaction": {ReactionMessage: &waE2E.ReactionMessage{}}, "vote": {PollUpdateMessage: &waE2E.PollUpdateMessage{}},
		"keep":    {KeepInChatMessage: &waE2E.KeepInChatMessage{Key: &waCommon.MessageKey{}, KeepType: waE2E.KeepType_UNDO_KEEP_FOR_ALL.Enum()}},
		"revoke":  {ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum()}},
		"edit":    {ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum()}},
		"wrapped": {EphemeralMessage: &waE2E.FutureProofMessage{}},
		"event":   {EventMessage: &waE2E.EventMessage{}}, "cards": {ContactsArrayMessage: &waE2E.ContactsArrayMessage{}},
	} {
		kind, _, _ := Describe(message, plain)
		if kind == "" || StanzaType(message) == "" || MediaType(message)+EditType(message) == "impossible" {
			t.Errorf("%s has no kind", name)
		}
	}
}
