package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

func connectCommand(epoch uint64) *pb.Command {
	return &pb.Command{Command: &pb.Command_Connect{Connect: &pb.Connect{Epoch: epoch}}}
}

func openCommand(folder string, key []byte) *pb.Command {
	return &pb.Command{Command: &pb.Command_Open{Open: &pb.Open{Folder: folder, Key: key}}}
}

func TestErrorsAreTyped(t *testing.T) {
	t.Parallel()
	l := online(t)
	g, chat := l.g, l.friend.Number+"@s.whatsapp.net"
	empty := filepath.Join(l.dir, "sessions", "4915000000000")
	if err := os.MkdirAll(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(empty, "session.db"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name    string
		session string
		command *pb.Command
		want    pb.ErrorCode
	}{
		{"connect unopened", "s2", connectCommand(1), pb.ErrorCode_UNKNOWN_SESSION},
		{"send unopened", "s2", sendText("A", chat, "x"), pb.ErrorCode_UNKNOWN_SESSION},
		{"disconnect unopened", "s2", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}}, pb.ErrorCode_UNKNOWN_SESSION},
		{"no command", "s2", &pb.Command{}, pb.ErrorCode_UNKNOWN_COMMAND},
		{"bad session id", "../s", connectCommand(1), pb.ErrorCode_INVALID_ARGUMENT},
		{"open missing", "s2", openCommand("4915999999999", testKey), pb.ErrorCode_FOLDER_MISSING},
		{"open outside", "s2", openCommand("../..", testKey), pb.ErrorCode_INVALID_ARGUMENT},
		{"open torn", "s2", openCommand("4915000000000", testKey), pb.ErrorCode_FILE_CORRUPT},
		{"open another's", "s2", openCommand(l.own.Number, testKey), pb.ErrorCode_BUSY},
		{"open another folder", "s1", openCommand("4915000000000", testKey), pb.ErrorCode_BUSY},
		{"pair while open", "s1", pairCommand(9), pb.ErrorCode_BUSY},
		{"stale epoch", "s1", connectCommand(2), pb.ErrorCode_STALE_EPOCH},
		{"adopt nothing", "s2", &pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: "4915000000001"}}}, pb.ErrorCode_FOLDER_MISSING},
		{"adopt over an open session", "s2", &pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: l.own.Number}}}, pb.ErrorCode_TARGET_EXISTS},
		{"quarantine another's", "s2", &pb.Command{Command: &pb.Command_Quarantine{Quarantine: &pb.Quarantine{Folder: l.own.Number, Target: "x"}}}, pb.ErrorCode_BUSY},
		{"quarantine missing", "s2", &pb.Command{Command: &pb.Command_Quarantine{Quarantine: &pb.Quarantine{Folder: "4915999999999", Target: "x"}}}, pb.ErrorCode_FOLDER_MISSING},
		{"send without id", "s1", sendText("", chat, "x"), pb.ErrorCode_INVALID_ARGUMENT},
		{"send nothing", "s1", sendText("A", chat, ""), pb.ErrorCode_INVALID_ARGUMENT},
		{"send to nonsense", "s1", sendText("A", "hello", "x"), pb.ErrorCode_INVALID_ARGUMENT},
		{"send to letters", "s1", sendText("A", "abc@s.whatsapp.net", "x"), pb.ErrorCode_INVALID_ARGUMENT},
		{"send to a device", "s1", sendText("A", l.friend.Number+":2@s.whatsapp.net", "x"), pb.ErrorCode_INVALID_ARGUMENT},
		{"send nonsense", "s1", &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: "A", To: chat, Message: []byte{0xff}}}}, pb.ErrorCode_INVALID_ARGUMENT},
		{"send to a stranger", "s1", sendText("A", "4915000999000@s.whatsapp.net", "x"), pb.ErrorCode_RECIPIENT_UNKNOWN},
		{"pair without a wrapped key", "s3", &pb.Command{Command: &pb.Command_Pair{Pair: &pb.Pair{Epoch: 1, Key: testKey}}}, pb.ErrorCode_INVALID_ARGUMENT},
		{"pair with a short key", "s3", &pb.Command{Command: &pb.Command_Pair{Pair: &pb.Pair{Epoch: 1, Key: []byte("x"), WrappedKey: []byte("w")}}}, pb.ErrorCode_INVALID_ARGUMENT},
	}
	for _, c := range cases {
		result := g.ask(c.session, c.command)
		if got := result.GetError().GetCode(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, result, c.want)
		}
		if strings.Contains(result.GetError().GetMessage(), "\n") {
			t.Errorf("%s: more than one line: %q", c.name, result.Error.Message)
		}
	}
	// After all that the number is still connected, and opening it again is nothing new.
	if opened := g.open("s1", l.own.Number); opened.Jid == "" {
		t.Error("open is not idempotent")
	}
	g.must("s1", sendText("3EB0FFFF01", chat, "still here"))
	g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	for _, command := range []*pb.Command{sendText("B", chat, "x"), {Command: &pb.Command_Act{Act: &pb.Act{}}}, {Command: &pb.Command_Logout{Logout: &pb.Logout{}}}} {
		if result := g.ask("s1", command); result.GetError().GetCode() != pb.ErrorCode_NOT_CONNECTED {
			t.Errorf("disconnected: %v", result)
		}
	}
	if got := g.disconnected(2); got.Reason != pb.Reason_REQUESTED {
		t.Errorf("disconnect: %v", got)
	}
	g.must("s1", &pb.Command{Command: &pb.Command_Close{Close: &pb.Close{}}})
	if result := g.ask("s1", openCommand(l.own.Number, bytes.Repeat([]byte{9}, 32))); result.GetError().GetCode() != pb.ErrorCode_WRONG_KEY {
		t.Errorf("wrong key: %v", result)
	}
	g.open("s1", l.own.Number)
}

func TestQuarantineMarkReadAndLogout(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	id := l.friend.Say(l.own.Number, "read me")
	message := l.g.message("read me").GetMessage()
	l.g.must("s1", &pb.Command{Command: &pb.Command_Act{Act: &pb.Act{Act: &pb.Act_MarkRead{MarkRead: &pb.MarkRead{
		Chat: message.Chat, Sender: message.Sender, MessageIds: []string{id}, TimestampMs: time.Now().UnixMilli(),
	}}}}})
	labtest.Eventually(t, "a read receipt at the friend's phone", func() bool {
		var page struct {
			Items []struct{ ID, Type string } `json:"items"`
		}
		l.sim.Must("GET", "/admin/phones/"+l.friend.Number+"/receipts?after=0", nil, &page)
		for _, item := range page.Items {
			if item.ID == id && item.Type == "read" {
				return true
			}
		}
		return false
	})
	l.g.must("s1", &pb.Command{Command: &pb.Command_Logout{Logout: &pb.Logout{}}})
	if got := l.g.disconnected(2); got.Reason != pb.Reason_REQUESTED && got.Reason != pb.Reason_LOGGED_OUT {
		t.Errorf("after logout: %v", got)
	}
	labtest.Eventually(t, "unlinked", func() bool { return len(l.own.Account().Companions) == 0 })
	l.g.must("s1", &pb.Command{Command: &pb.Command_Quarantine{Quarantine: &pb.Quarantine{Folder: l.own.Number, Target: l.own.Number + "-1"}}})
	for _, name := range []string{"session.db", "session.key"} {
		if _, err := os.Stat(filepath.Join(l.dir, "quarantine", l.own.Number+"-1", name)); err != nil {
			t.Error(err)
		}
	}
	if levels := l.g.must("", &pb.Command{Command: &pb.Command_List{List: &pb.List{}}}).GetList().Levels; len(levels) != 0 {
		t.Errorf("still held: %v", levels)
	}
}

func TestPairingEnds(t *testing.T) {
	t.Parallel()
	sim, dir := labtest.Start(t), t.TempDir()
	startEngine(t, dir, "--lab", sim.Trust)
	g := dial(t, dir)
	scratch := filepath.Join(dir, "sessions", ".pairing-s1")
	g.must("s1", pairCommand(1))
	shown := g.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil })
	code := shown.GetPairCode()
	if code.Index != 1 || code.Of != 6 || code.ValidUntilMs < shown.AtMs+50_000 {
		t.Errorf("code %d of %d until %d", code.Index, code.Of, code.ValidUntilMs)
	}
	if result := g.ask("s1", pairCommand(2)); result.GetError().GetCode() != pb.ErrorCode_BUSY {
		t.Errorf("a second pairing: %v", result)
	}
	g.must("s1", &pb.Command{Command: &pb.Command_CancelPair{CancelPair: &pb.CancelPair{}}})
	failed := g.fact("failed", 1, func(f *pb.SessionFact) bool { return f.GetPairFailed() != nil }).GetPairFailed()
	if failed.Reason != pb.PairFailure_PAIR_CANCELLED {
		t.Errorf("cancelled: %v", failed)
	}
	if _, err := os.Stat(scratch); !os.IsNotExist(err) {
		t.Errorf("the scratch folder is left: %v", err)
	}
	g.must("s1", &pb.Command{Command: &pb.Command_CancelPair{CancelPair: &pb.CancelPair{}}})

	// The server closes right after it accepted, without the usual farewell.
	own := sim.Phone("own")
	sim.Fault("close-after-pair-success", "", 1)
	g.must("s1", pairCommand(3))
	code = g.fact("code", 3, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode()
	own.Scan(code.Code)
	ended := g.fact("an end", 3, func(f *pb.SessionFact) bool { return f.GetPairSuccess() != nil || f.GetPairFailed() != nil })
	if success := ended.GetPairSuccess(); success == nil || !strings.HasPrefix(success.Jid, own.Number+":") {
		t.Errorf("closed after success: %v", ended)
	}
}

func TestPairingWithoutAServer(t *testing.T) {
	t.Parallel()
	sim, dir := labtest.Start(t), t.TempDir()
	content, err := os.ReadFile(sim.Trust)
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(trust, bytes.Replace(content, []byte(sim.Address), []byte("127.0.0.1:9"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	startEngine(t, dir, "--lab", trust)
	g := dial(t, dir)
	g.must("s1", pairCommand(1))
	failed := g.fact("failed", 1, func(f *pb.SessionFact) bool { return f.GetPairFailed() != nil }).GetPairFailed()
	if failed.Reason != pb.PairFailure_PAIR_UNREACHABLE || !strings.Contains(failed.Detail, "dial") {
		t.Errorf("no server: %v", failed)
	}
}

func TestMessagesBothWaysKeepTheirOrder(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	const n = 30
	other := l.sim.Phone("other")
	for i := range n {
		for j, p := range []*labtest.Phone{l.friend, other} {
			l.g.post("s1", sendText("3EB0"+string(rune('A'+j))+padded(i), p.Number+"@s.whatsapp.net", "out "+padded(i)))
		}
	}
	for i := range n {
		l.friend.Say(l.own.Number, "in "+padded(i))
	}
	for _, p := range []*labtest.Phone{l.friend, other} {
		inbox := p.Inbox(n)
		for i, item := range inbox {
			if item.Text != "out "+padded(i) || item.Duplicates != 0 {
				t.Fatalf("message %d of %s: %+v", i, p.Number, item)
			}
		}
	}
	l.g.message("in " + padded(n-1))
	next := 0
	for _, d := range l.g.snapshot() {
		if text := d.GetMessage().GetText().GetBody(); strings.HasPrefix(text, "in ") {
			if text != "in "+padded(next) {
				t.Fatalf("received %q, want number %d", text, next)
			}
			next++
		}
	}
}

func padded(i int) string { return string([]byte{byte('0' + i/10%10), byte('0' + i%10)}) }

func TestRawMessagesComeThroughAndGoOut(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	raw, err := proto.Marshal(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{Name: proto.String("Gate"), DegreesLatitude: proto.Float64(52.5)}})
	if err != nil {
		t.Fatal(err)
	}
	result := l.g.must("s1", &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: "3EB0ABAB01", To: l.friend.Number + "@s.whatsapp.net", Message: raw}}})
	sent := &waE2E.Message{}
	if err := proto.Unmarshal(result.GetSend().Message, sent); err != nil || sent.GetLocationMessage().GetName() != "Gate" {
		t.Errorf("sent %v, %v", sent, err)
	}
	l.friend.Inbox(1)
	l.sim.Must("POST", "/admin/phones/"+l.friend.Number+"/send", map[string]any{"to": l.own.Number, "raw_base64": raw}, nil)
	l.g.until("a location", func() bool {
		for _, d := range l.g.deliveries {
			if d.GetMessage().GetLocation().GetName() == "Gate" {
				return true
			}
		}
		return false
	})
	big := strings.Repeat("x", 1<<20)
	l.g.must("s1", sendText("3EB0ABAB02", l.friend.Number+"@s.whatsapp.net", big))
	if inbox := l.friend.Inbox(2); len(inbox[1].Text) != len(big) {
		t.Errorf("a message of 1 MiB arrived with %d bytes", len(inbox[1].Text))
	}
}

// Both sides write at once from the first message on: keys are made and used while others are being made.
func TestWritingAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	const phones, each = 6, 12
	friends := make([]*labtest.Phone, phones)
	for i := range friends {
		friends[i] = l.sim.Phone("friend " + padded(i))
	}
	for i := range each {
		for j, p := range friends {
			l.g.post("s1", sendText("3EB0"+padded(j)+padded(i), p.Number+"@s.whatsapp.net", "out "+padded(i)))
			p.Say(l.own.Number, "in "+padded(j)+padded(i))
		}
	}
	for i := range each {
		for j := range friends {
			l.g.message("in " + padded(j) + padded(i))
		}
	}
	for _, p := range friends {
		for i, item := range p.Inbox(each) {
			if item.Text != "out "+padded(i) || item.Duplicates != 0 {
				t.Errorf("message %d of %s: %+v", i, p.Number, item)
			}
		}
	}
	if n := l.g.count(func(d *pb.Delivery) bool { return d.GetMessage().GetUndecryptable() != nil }); n != 0 {
		t.Errorf("%d messages had to be asked for again", n)
	}
}

// A phone that cannot read a message asks again, while others are being encrypted for it: no key is used twice, else
// it would take the second message for a repetition of the first.
func TestRetriesBesideSendsLoseNothing(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	const n = 60
	for _, nth := range []int{1, 5, 6, 14, 25, 40} { // fewer than a phone asks for one message
		l.sim.Must("POST", "/admin/faults", map[string]any{
			"action": "corrupt", "match": map[string]any{"account": l.own.Number, "dir": "in", "tag": "message", "nth": nth},
		}, nil)
	}
	for i := range n {
		l.g.post("s1", sendText("3EB0"+padded(i), l.friend.Number+"@s.whatsapp.net", "out "+padded(i)))
	}
	read := map[string]int{}
	for _, item := range l.friend.Inbox(n) {
		read[item.Text] += 1 + item.Duplicates
	}
	for i := range n {
		if times := read["out "+padded(i)]; times != 1 {
			t.Errorf("message %d was read %d times", i, times)
		}
	}
}

// The library sends to whichever devices it has keys for, if only to the sender's own phone, and calls that sent.
func TestAMessageThatNobodyCouldReadIsNotCalledSent(t *testing.T) {
	t.Parallel()
	l := online(t)
	other := l.sim.Phone("other")
	l.g.must("s1", sendText("3EB0AAAA01", other.Number+"@s.whatsapp.net", "the own phone's keys are known from now on"))
	l.sim.Fault("keys-refused", l.own.Number, 1)
	send := sendText("3EB0AAAA02", l.friend.Number+"@s.whatsapp.net", "once")
	if result := l.g.ask("s1", send); result.GetError().GetCode() != pb.ErrorCode_NO_KEYS {
		t.Fatalf("sent without a key: %v", result)
	}
	l.g.must("s1", send)
	if inbox := l.friend.Inbox(1); inbox[0].ID != "3EB0AAAA02" {
		t.Errorf("the friend holds %+v", inbox)
	}
}
