package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// gateway is every session, and what they share.
type gateway struct {
	sessions []*session
	kept     *kept
	hook     *hook
	tell     *teller
}

// session is one linked number.
type session struct {
	number  int
	client  *whatsmeow.Client
	gateway *gateway
}

func (s *session) heard(ctx context.Context, event any) {
	switch event := event.(type) {
	case *events.QR:
		s.gateway.tell.line(fact{Event: "qr", Session: s.number, Code: event.Codes[0]})
	case *events.Connected:
		s.gateway.tell.line(fact{Event: "connected", Session: s.number})
	case *events.LoggedOut:
		fmt.Fprintln(os.Stderr, "session", s.number, "was logged out:", event.Reason)
	case *events.Message:
		s.keepAndTell(ctx, event)
	}
}

// keepAndTell keeps the message before the library confirms it, and tells it from a goroutine, which is after that.
func (s *session) keepAndTell(ctx context.Context, event *events.Message) {
	text := event.Message.GetConversation()
	if event.Info.IsFromMe || text == "" {
		return
	}
	it := message{Session: s.number, ID: event.Info.ID, Chat: event.Info.Chat.String(), Text: text}
	if err := s.gateway.kept.keep(ctx, it, false); err != nil {
		fmt.Fprintln(os.Stderr, "keep:", err)
	}
	go s.gateway.hook.tell(it)
}

// ServeHTTP is POST /send: a message in the shape in which the webhook tells one.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var it message
	if err := json.NewDecoder(r.Body).Decode(&it); err != nil || it.Session < 0 || it.Session >= len(g.sessions) {
		http.Error(w, "not a message of a session", http.StatusBadRequest)
		return
	}
	id, err := g.sessions[it.Session].send(r.Context(), it)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"id\":%q}", id)
}

func (s *session) send(ctx context.Context, it message) (string, error) {
	to, err := types.ParseJID(it.Chat)
	if err != nil {
		return "", err
	}
	sent, err := s.client.SendMessage(ctx, to, &waE2E.Message{Conversation: proto.String(it.Text)})
	if err != nil {
		return "", err
	}
	it.ID = sent.ID
	return sent.ID, s.gateway.kept.keep(ctx, it, true)
}

type fact struct {
	Event   string `json:"event"`
	Session int    `json:"session"`
	Code    string `json:"code,omitempty"`
}

// teller writes one line per fact; sessions tell from goroutines of their own.
type teller struct {
	mu  sync.Mutex
	out *json.Encoder
}

func (t *teller) line(f fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.out.Encode(f); err != nil {
		fmt.Fprintln(os.Stderr, "tell:", err)
	}
}
