// Command rawloop is what Holdfast's echo is held against: whatsmeow alone, in one process, answering every message in
// its handler. What enters are a simulator's trust file, a folder and a number of sessions; what leaves are lines of
// JSON with the QR codes to scan and the numbers that are connected. It ends when its standard input ends.
//
// Store and switches are those of Holdfast's engine: one encrypted SQLite file per session, WAL, synchronous=FULL, the
// decrypted-event buffer, the retry store, and acknowledgement only after the handler. Nothing else of it is here.
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/xts" // the encrypting file system
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

var errTrust = errors.New("not a simulator's trust file")

func main() {
	trustPath := flag.String("trust", "", "the simulator's trust file")
	folder := flag.String("folder", "", "where the session files go")
	sessions := flag.Int("sessions", 1, "how many sessions to link")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	stop, err := profiled(*profile)
	if err == nil {
		err = run(*trustPath, *folder, *sessions)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// profiled starts a CPU profile when a file is named; call what it returns before the process ends.
func profiled(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(file)
}

func run(trustPath, folder string, sessions int) error {
	transport, err := toSimulator(trustPath)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tell := &teller{out: json.NewEncoder(os.Stdout)}
	for number := range sessions {
		loop, err := open(ctx, filepath.Join(folder, fmt.Sprintf("raw-%03d.db", number)), number, transport, tell)
		if err != nil {
			return err
		}
		defer loop.client.Disconnect()
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// toSimulator makes the library trust the simulator and returns the transport that reaches it.
func toSimulator(path string) (*http.Transport, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var trust struct {
		Address string `json:"address"`
		RootKey string `json:"root_key"`
		CAPEM   string `json:"ca_pem"`
	}
	if err := json.Unmarshal(content, &trust); err != nil {
		return nil, fmt.Errorf("%w: %w", errTrust, err)
	}
	key, err := hex.DecodeString(trust.RootKey)
	authority := x509.NewCertPool()
	if err != nil || len(key) != len(whatsmeow.WACertPubKey) || !authority.AppendCertsFromPEM([]byte(trust.CAPEM)) {
		return nil, errTrust
	}
	copy(whatsmeow.WACertPubKey[:], key)
	var dialer net.Dialer
	return &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: authority, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, trust.Address)
		},
	}, nil
}

// loop is one session that answers whatever it is told.
type loop struct {
	number int
	client *whatsmeow.Client
	tell   *teller
}

func open(ctx context.Context, path string, number int, transport *http.Transport, tell *teller) (*loop, error) {
	container, err := openStore(ctx, path)
	if err != nil {
		return nil, err
	}
	client := whatsmeow.NewClient(container.NewDevice(), waLog.Noop)
	client.SetWebsocketHTTPClient(&http.Client{Transport: transport})
	client.SetPreLoginHTTPClient(&http.Client{Transport: transport})
	client.EnableDecryptedEventBuffer = true
	client.SynchronousAck = true
	client.UseRetryMessageStore = true
	client.ManualHistorySyncDownload = true
	l := &loop{number: number, client: client, tell: tell}
	client.AddEventHandlerWithSuccessStatus(func(event any) bool { return l.handle(ctx, event) })
	return l, client.ConnectContext(ctx)
}

func openStore(ctx context.Context, path string) (*sqlstore.Container, error) {
	key := make([]byte, 64)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	db, err := driver.Open("file:"+path+"?vfs=xts&_txlock=immediate", func(conn *sqlite3.Conn) error {
		return conn.Exec(`
			PRAGMA hexkey='` + hex.EncodeToString(key) + `';
			PRAGMA busy_timeout=4000;
			PRAGMA journal_mode=WAL;
			PRAGMA synchronous=FULL;
			PRAGMA foreign_keys=ON;
			PRAGMA cache_size=-128;
			PRAGMA temp_store=MEMORY`)
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite3", waLog.Noop)
	return container, container.Upgrade(ctx)
}

func (l *loop) handle(ctx context.Context, event any) bool {
	switch event := event.(type) {
	case *events.QR:
		l.tell.line(fact{Event: "qr", Session: l.number, Code: event.Codes[0]})
	case *events.Connected:
		l.tell.line(fact{Event: "connected", Session: l.number, Phone: l.client.Store.ID.User})
	case *events.Message:
		return l.answer(ctx, event)
	}
	return true
}

func (l *loop) answer(ctx context.Context, message *events.Message) bool {
	text := message.Message.GetConversation()
	if message.Info.IsFromMe || text == "" {
		return true
	}
	_, err := l.client.SendMessage(ctx, message.Info.Chat, &waE2E.Message{Conversation: proto.String(text)})
	if err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
	}
	return err == nil
}

type fact struct {
	Event   string `json:"event"`
	Session int    `json:"session"`
	Code    string `json:"code,omitempty"`
	Phone   string `json:"phone,omitempty"`
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
