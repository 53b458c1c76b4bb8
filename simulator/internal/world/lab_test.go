package world_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/wire"
	"holdfast/simulator/internal/world"
)

// All tests use one seed, because whatsmeow keeps the root key that it trusts in a package variable.
const testSeed = 7

// patience is how long a test waits for what must come. Only a failure needs all of it.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	authority, err := wire.NewAuthority(seed.New(testSeed), time.Now(), nil)
	if err != nil {
		panic(err)
	}
	whatsmeow.WACertPubKey = authority.RootKey()
	os.Exit(m.Run())
}

// lab is a running world with an admin client.
type lab struct {
	t     testing.TB
	world *world.World
	http  *http.Client
	stop  func()
}

func newLab(t testing.TB, change ...func(*world.Options)) *lab {
	t.Helper()
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	if testing.Verbose() && os.Getenv("WASIM_TEST_LOG") != "" {
		log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	return newLoggedLab(t, log, change...)
}

func newLoggedLab(t testing.TB, log *slog.Logger, change ...func(*world.Options)) *lab {
	t.Helper()
	options := world.Options{Listen: "127.0.0.1:0", Seed: testSeed, Transcript: 1000}
	for _, apply := range change {
		apply(&options)
	}
	built, err := world.New(options, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- built.Serve(ctx) }()
	l := &lab{t: t, world: built, http: trusting(built.Address(), built.Authority.CAPEM())}
	stopped := false
	l.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
		if err := built.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
	t.Cleanup(func() { l.stop() })
	return l
}

// trusting returns a client that takes every name to the server's port and trusts its certificate.
func trusting(address, caPEM string) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(caPEM))
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}
}

// call does one admin request and returns the decoded answer.
func (l *lab) call(method, path string, body any, into any) int {
	l.t.Helper()
	var payload io.Reader
	switch value := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(value)
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			l.t.Fatal(err)
		}
		payload = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, "https://localhost"+path, payload)
	if err != nil {
		l.t.Fatal(err)
	}
	response, err := l.http.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	if into != nil {
		if err = json.Unmarshal(answer, into); err != nil {
			l.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return response.StatusCode
}

func (l *lab) must(method, path string, body any, into any) {
	l.t.Helper()
	var failure struct{ Error string }
	if status := l.call(method, path, body, into); status != http.StatusOK {
		l.call(method, path, body, &failure)
		l.t.Fatalf("%s %s: status %d %s", method, path, status, failure.Error)
	}
}

// newPhone creates a phone and returns its number.
func (l *lab) newPhone() string {
	l.t.Helper()
	var made struct{ Phone, LID string }
	l.must("POST", "/admin/phones", map[string]string{}, &made)
	return made.Phone
}

func (l *lab) send(from, to, text string) string {
	l.t.Helper()
	var sent struct{ ID string }
	l.must("POST", "/admin/phones/"+from+"/send", map[string]string{"to": to, "text": text}, &sent)
	return sent.ID
}

type inboxItem struct {
	Seq        uint64
	ID         string
	From       string
	FromDevice int `json:"from_device"`
	Chat       string
	FromMe     bool `json:"from_me"`
	Text       string
	Duplicates int
	Kind       string
}

// inbox waits until the phone has at least n messages and returns all that it has.
func (l *lab) inbox(phone string, n int) []inboxItem {
	l.t.Helper()
	var page struct{ Items []inboxItem }
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		l.must("GET", fmt.Sprintf("/admin/phones/%s/inbox", phone), nil, &page)
		if len(page.Items) >= n {
			return page.Items
		}
		last := uint64(len(page.Items))
		l.must("GET", fmt.Sprintf("/admin/phones/%s/inbox?after=%d&wait_s=1", phone, last), nil, &page)
	}
	l.t.Fatalf("phone %s has %d of %d messages", phone, len(page.Items), n)
	return nil
}

// idle waits until the account's first companion has confirmed everything.
func (l *lab) idle(phone string) {
	l.t.Helper()
	l.eventually("everything is confirmed", func() bool { return l.account(phone).Companions[0].Queue == 0 })
}

type accountView struct {
	Registrations int
	QRRefsServed  int `json:"qr_refs_served"`
	Companions    []struct {
		Device    int
		JID       string
		Connected bool
		Queue     int
		PreKeys   int `json:"prekeys"`
		Logins    int
		Handshake string
	}
}

func (l *lab) account(phone string) accountView {
	l.t.Helper()
	var view accountView
	l.must("GET", "/admin/accounts/"+phone, nil, &view)
	return view
}

// eventually waits for a condition on the server's side.
func (l *lab) eventually(what string, holds func() bool) {
	l.t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			l.t.Fatalf("not in time: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// companion is a whatsmeow client with its own session file.
type companion struct {
	*whatsmeow.Client
	lab    *lab
	path   string
	events chan any
	// keep decides what the message handler reports: false leaves the message unacknowledged.
	keep func(*events.Message) bool
}

func (l *lab) newCompanion(change ...func(*companion)) *companion {
	l.t.Helper()
	return l.openCompanion(filepath.Join(l.t.TempDir(), "session.db"), change...)
}

// openCompanion opens a session file, new or used.
func (l *lab) openCompanion(path string, change ...func(*companion)) *companion {
	l.t.Helper()
	ctx := context.Background()
	log := waLog.Noop
	if testing.Verbose() && os.Getenv("WASIM_TEST_LOG") != "" {
		log = waLog.Stdout("client", "DEBUG", false)
	}
	dsn := "file:" + path + "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate"
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		l.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite3", log)
	if err = container.Upgrade(ctx); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = container.Close() })
	device, err := container.GetFirstDevice(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	c := &companion{
		Client: whatsmeow.NewClient(device, log), lab: l, path: path, events: make(chan any, 1000),
		keep: func(*events.Message) bool { return true },
	}
	for _, apply := range change {
		apply(c)
	}
	c.SynchronousAck, c.EnableDecryptedEventBuffer = true, true
	c.SetPreLoginHTTPClient(l.http)
	c.SetWebsocketHTTPClient(l.http)
	c.SetMediaHTTPClient(l.http)
	c.AddEventHandlerWithSuccessStatus(func(event any) bool {
		c.events <- event
		if message, ok := event.(*events.Message); ok {
			return c.keep(message)
		}
		return true
	})
	l.t.Cleanup(c.Disconnect)
	return c
}

// waitFor returns the next event of a kind, forgetting what came before it.
func waitFor[E any](c *companion) E {
	c.lab.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case event := <-c.events:
			if wanted, ok := event.(E); ok {
				return wanted
			}
		case <-timeout:
			var wanted E
			c.lab.t.Fatalf("no %T in time", wanted)
		}
	}
}

// code connects and returns the first QR code.
func (c *companion) code() string {
	c.lab.t.Helper()
	if err := c.Connect(); err != nil {
		c.lab.t.Fatal(err)
	}
	return waitFor[*events.QR](c).Codes[0]
}

// pair links the client to a phone and returns when it is connected.
func (c *companion) pair(phone string) {
	c.lab.t.Helper()
	var scanned struct{ JID string }
	c.lab.must("POST", "/admin/phones/"+phone+"/scan", c.code(), &scanned)
	success := waitFor[*events.PairSuccess](c)
	if success.ID.String() != scanned.JID {
		c.lab.t.Fatalf("paired as %s, scanned for %s", success.ID, scanned.JID)
	}
	waitFor[*events.Connected](c)
}

func (c *companion) login() {
	c.lab.t.Helper()
	if err := c.Connect(); err != nil {
		c.lab.t.Fatal(err)
	}
	waitFor[*events.Connected](c)
}

func (c *companion) say(phone, text string) string {
	c.lab.t.Helper()
	response, err := c.SendMessage(context.Background(), types.NewJID(phone, types.DefaultUserServer),
		&waE2E.Message{Conversation: proto.String(text)})
	if err != nil {
		c.lab.t.Fatal(err)
	}
	return response.ID
}

// linked returns a phone and a companion of it, connected and greeted: what whatsmeow sends while it decrypts the
// greeting can overwrite the session that the greeting has just made.
func (l *lab) linked(change ...func(*companion)) (string, *companion) {
	l.t.Helper()
	phone := l.newPhone()
	c := l.newCompanion(change...)
	c.pair(phone)
	l.eventually("the phone has greeted the companion", func() bool {
		return l.confirmed(phone) == greeting && l.account(phone).Companions[0].Queue == 0
	})
	return phone, c
}

// greeting is how many messages a phone sends to a new companion: the app state key and three histories.
const greeting = 4

// confirmed counts the messages of the phone that its own companions have confirmed.
func (l *lab) confirmed(phone string) int {
	l.t.Helper()
	var page struct{ Items []struct{ ID, From string } }
	l.must("GET", "/admin/phones/"+phone+"/receipts", nil, &page)
	ids := map[string]bool{}
	for _, item := range page.Items {
		if item.From == phone {
			ids[item.ID] = true
		}
	}
	return len(ids)
}

// text returns the next text message.
func (c *companion) text() *events.Message {
	c.lab.t.Helper()
	for {
		if message := waitFor[*events.Message](c); message.Message.GetConversation() != "" {
			return message
		}
	}
}

// sayAgain repeats a send with the id of an earlier one.
func (c *companion) sayAgain(phone, text, id string) {
	c.lab.t.Helper()
	_, err := c.SendMessage(context.Background(), jidOf(phone), &waE2E.Message{Conversation: proto.String(text)},
		whatsmeow.SendRequestExtra{ID: id})
	if err != nil {
		c.lab.t.Fatal(err)
	}
}

func jidOf(phone string) types.JID { return types.NewJID(phone, types.DefaultUserServer) }

func waitForMessage(c *companion) *events.Message { return waitFor[*events.Message](c) }
