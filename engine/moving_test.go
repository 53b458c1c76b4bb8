package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/lab"
	"holdfast/engine/internal/labtest"
)

// stock is a program on the library alone, with a database as the library's own example opens it. Tests with one are not
// parallel: the key that the library trusts is a variable of the process.
type stock struct {
	*whatsmeow.Client
	t      *testing.T
	events chan any
}

func openStock(t *testing.T, sim *labtest.Simulator, path string) *stock {
	t.Helper()
	trust, err := lab.Read(sim.Trust)
	if err != nil {
		t.Fatal(err)
	}
	whatsmeow.WACertPubKey = trust.RootKey
	ctx := context.Background()
	container, err := sqlstore.New(ctx, "sqlite3", "file:"+path+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(4000)", waLog.Noop)
	if err != nil {
		t.Fatal(err)
	}
	device, err := container.GetFirstDevice(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := &stock{Client: whatsmeow.NewClient(device, waLog.Noop), t: t, events: make(chan any, 1000)}
	var dialer net.Dialer
	reach := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust.CA, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, trust.Address)
		},
	}}
	s.SetPreLoginHTTPClient(reach)
	s.SetWebsocketHTTPClient(reach)
	s.SetMediaHTTPClient(reach)
	s.AddEventHandler(func(event any) { s.events <- event })
	t.Cleanup(func() { s.Disconnect(); _ = container.Close() })
	if err := s.Connect(); err != nil {
		t.Fatal(err)
	}
	return s
}

// linkStock has a phone link it, and returns when the phone has nothing left to tell it.
func linkStock(s *stock, phone *labtest.Phone) {
	s.t.Helper()
	code := heard(s, func(*events.QR) bool { return true })
	phone.Scan(code.Codes[0])
	s.connected()
	labtest.Eventually(s.t, "what the phone sends to a new device is acknowledged", phone.Settled)
}

// heard waits for the next event of a kind that pick accepts. A code to scan is accepted by nobody else.
func heard[E any](s *stock, pick func(E) bool) E {
	s.t.Helper()
	timeout := time.After(labtest.Patience)
	for {
		select {
		case event := <-s.events:
			if wanted, ok := event.(E); ok && pick(wanted) {
				return wanted
			}
			if _, code := event.(*events.QR); code {
				s.t.Fatal("it asks for a scan")
			}
		case <-timeout:
			var wanted E
			s.t.Fatalf("no %T", wanted)
		}
	}
}

func (s *stock) connected() {
	s.t.Helper()
	heard(s, func(*events.Connected) bool { return true })
}

func (s *stock) reads(text string) *events.Message {
	s.t.Helper()
	return heard(s, func(it *events.Message) bool { return it.Message.GetConversation() == text })
}

func (s *stock) says(to *labtest.Phone, text string) {
	s.t.Helper()
	chat := types.NewJID(to.Number, types.DefaultUserServer)
	if _, err := s.SendMessage(context.Background(), chat, &waE2E.Message{Conversation: proto.String(text)}); err != nil {
		s.t.Fatal(err)
	}
}

func linkedOnce(t *testing.T, own *labtest.Phone) {
	t.Helper()
	if account := own.Account(); account.Registrations != 1 || len(account.Companions) != 1 {
		t.Errorf("linked again: %+v", account)
	}
}

// Nobody is locked in: what is exported connects in a program on the library alone, and goes on with the same ratchets.
func TestAnExportedNumberConnectsWithTheLibraryAlone(t *testing.T) {
	l := online(t)
	l.g.confirmAll()
	l.friend.Say(l.own.Number, "before")
	l.g.message("before")
	l.g.must("s1", &pb.Command{Command: &pb.Command_Close{Close: &pb.Close{}}})
	database := filepath.Join(t.TempDir(), "store.db")
	export := &pb.Command{Command: &pb.Command_ExportDevice{ExportDevice: &pb.ExportDevice{Folder: l.own.Number, Key: testKey, Database: database}}}
	l.g.must("", export)
	if result := l.g.ask("", export); result.GetError().GetCode() != pb.ErrorCode_TARGET_EXISTS {
		t.Errorf("again: %v", result)
	}
	l.friend.Say(l.own.Number, "meanwhile")

	s := openStock(t, l.sim, database)
	s.connected()
	s.reads("meanwhile")
	l.friend.Say(l.own.Number, "after")
	s.reads("after")
	s.says(l.friend, "from the other program")
	if inbox := l.friend.Inbox(1); inbox[0].Text != "from the other program" {
		t.Errorf("inbox: %v", inbox)
	}
	linkedOnce(t, l.own)
}

// A number that a program on the library alone has linked moves in and goes on with the same ratchets.
func TestANumberOfTheLibraryAloneMovesIn(t *testing.T) {
	l := &scene{sim: labtest.Start(t), dir: t.TempDir()}
	l.own, l.friend = l.sim.Phone("own"), l.sim.Phone("friend")
	database := filepath.Join(t.TempDir(), "store.db")
	s := openStock(t, l.sim, database)
	linkStock(s, l.own)
	l.friend.Say(l.own.Number, "before")
	s.reads("before")
	s.says(l.friend, "an answer of before")
	labtest.Eventually(t, "everything is acknowledged", l.own.Settled)
	jid := s.Store.ID.String()
	s.Disconnect()
	l.friend.Say(l.own.Number, "meanwhile")

	l.engine = startEngine(t, l.dir, "--lab", l.sim.Trust)
	l.g = dial(t, l.dir)
	l.g.confirmAll()
	moved := l.g.must("", &pb.Command{Command: &pb.Command_ImportDevice{ImportDevice: &pb.ImportDevice{
		Database: database, Key: testKey, WrappedKey: []byte("wrapped"),
	}}}).GetImportDevice()
	if moved.GetDevice().GetJid() != jid || moved.GetFolder() != l.own.Number {
		t.Errorf("moved: %v", moved)
	}
	l.g.open("s1", moved.GetFolder())
	l.g.connect("s1", 1)
	l.g.message("meanwhile")
	l.friend.Say(l.own.Number, "after")
	l.g.message("after")
	l.g.must("s1", sendText("3EB0BACC01", l.friend.Number+"@s.whatsapp.net", "and back"))
	var texts []string
	for _, it := range l.friend.Inbox(2) {
		texts = append(texts, it.Text)
	}
	if said := strings.Join(texts, ", "); said != "an answer of before, and back" {
		t.Errorf("inbox: %s", said)
	}
	linkedOnce(t, l.own)
}
