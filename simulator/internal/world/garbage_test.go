package world_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
)

// Whatever one client sends, the server goes on serving the others.
func TestGarbageStopsNobody(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, honest := l.linked()
	_, victim := l.linked()
	victim.Disconnect()
	dice := rand.New(rand.NewPCG(1, 2))
	noise := func(size int) []byte {
		bytes := make([]byte, size)
		for i := range bytes {
			bytes[i] = byte(dice.Uint32())
		}
		return bytes
	}
	for _, first := range [][]byte{
		{}, {0}, noise(500), []byte("WA\x06\x03"), []byte("WA\x06\x03\x00\x00\x00"), []byte("WA\x06\x03\x00\x00\x05hello"),
		[]byte("WA\x05\x03"), []byte("ED\x00\x01\xff\xff\xff"), []byte("ED\x00\x01\x00\x00\x02xxWA\x06\x03\x00\x00\x01x"),
		append([]byte("WA\x06\x03\x00\x00\x24\x12\x22\x0a\x20"), noise(32)...),
	} {
		conn, _, err := websocket.Dial(context.Background(), "wss://localhost/ws/chat", &websocket.DialOptions{HTTPClient: l.http})
		must(t, err)
		must(t, conn.Write(context.Background(), websocket.MessageBinary, first))
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}
	plaintexts := [][]byte{
		{}, {0}, {2}, {2, 1, 2, 3}, {0, 248}, {0, 248, 2, 248, 0}, {0, 249, 255, 255, 3}, {0, 248, 1, 0}, noise(100), noise(5000),
		append([]byte{0}, nested(5000)...),
	}
	for range 200 {
		plaintexts = append(plaintexts, append([]byte{0, 248}, noise(dice.IntN(40))...))
	}
	for _, plaintext := range plaintexts {
		r := l.rawLogin(victim)
		must(t, r.noise.SendFrame(context.Background(), plaintext))
		r.noise.Stop(true, false)
	}
	for _, node := range []binary.Node{
		{Tag: "message"}, {Tag: "receipt"}, {Tag: "ack"}, {Tag: "iq", Attrs: binary.Attrs{"type": "get"}}, {Tag: "unknown"},
		{Tag: "iq", Attrs: binary.Attrs{"type": "set", "xmlns": "encrypt", "id": "1"}, Content: []byte("text")},
		{Tag: "iq", Attrs: binary.Attrs{"type": "get", "xmlns": "usync", "id": "1"}, Content: []binary.Node{{Tag: "usync"}}},
		{Tag: "message", Attrs: binary.Attrs{"to": own + "@s.whatsapp.net", "id": "x"}, Content: []binary.Node{{Tag: "participants", Content: []binary.Node{{Tag: "to"}}}}},
	} {
		r := l.rawLogin(victim)
		r.send(node)
		r.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"type": "get", "xmlns": "w:p", "id": "ping"}})
		for r.next("iq").Attrs["id"] != "ping" {
		}
		r.noise.Stop(true, false)
	}
	l.send(friend, own, "still here")
	if got := honest.text().Message.GetConversation(); got != "still here" {
		t.Errorf("got %q", got)
	}
}

// nested is a stanza of lists in lists, each of which claims 65,535 elements.
func nested(depth int) []byte {
	var body []byte
	for range depth {
		body = append(body, 248, 2, 3, 249, 255, 255)
	}
	return body
}

// Who sends garbage is told so before the connection ends.
func TestGarbageIsAnswered(t *testing.T) {
	s := newStage(t)
	r := s.login()
	must(t, r.noise.SendFrame(t.Context(), []byte{0, 248, 1}))
	word := r.next("stream:error")
	if _, told := word.GetOptionalChildByTag("xml-not-well-formed"); !told {
		t.Errorf("the last word is %s", word.String())
	}
	r.waitClosed()
}
