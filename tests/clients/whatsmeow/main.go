// whatsmeow, unmodified, with the drivers that programs on it use: SQLite by cgo, and PostgreSQL. JSON lines in (orders), JSON
// lines out (events and replies). Only address and trust root differ from a production start.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	_ "github.com/lib/pq"           // "postgres"
	_ "github.com/mattn/go-sqlite3" // "sqlite3"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

type line map[string]any

type order struct {
	N  int    `json:"n"`
	Do string `json:"do"`
	// Of connect: the name of the driver and what it opens.
	Driver string `json:"driver"`
	Store  string `json:"store"`
	// Of send.
	To   string `json:"to"`
	Text string `json:"text"`
}

var printing sync.Mutex

func say(it line) {
	printing.Lock()
	defer printing.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(it); err != nil {
		os.Exit(1)
	}
}

type program struct {
	client *whatsmeow.Client
	reach  *http.Client
}

// trusted reads the simulator's trust file: its address, and the roots to trust instead of WhatsApp's.
func trusted(path string) (*http.Client, error) {
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
		return nil, err
	}
	root, err := hex.DecodeString(trust.RootKey)
	roots := x509.NewCertPool()
	if err != nil || copy(whatsmeow.WACertPubKey[:], root) != len(whatsmeow.WACertPubKey) || !roots.AppendCertsFromPEM([]byte(trust.CAPEM)) {
		return nil, errors.New("not a simulator's trust file")
	}
	var dialer net.Dialer
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, trust.Address)
		},
	}}, nil
}

func (p *program) connect(it *order) (any, error) {
	ctx := context.Background()
	container, err := sqlstore.New(ctx, it.Driver, it.Store, waLog.Noop)
	if err != nil {
		return nil, err
	}
	device, err := container.GetFirstDevice(ctx)
	if err != nil {
		return nil, err
	}
	p.client = whatsmeow.NewClient(device, waLog.Noop)
	p.client.SetPreLoginHTTPClient(p.reach)
	p.client.SetWebsocketHTTPClient(p.reach)
	p.client.SetMediaHTTPClient(p.reach)
	p.client.AddEventHandler(p.heard)
	return nil, p.client.Connect()
}

func (p *program) heard(event any) {
	switch it := event.(type) {
	case *events.QR:
		say(line{"event": "qr", "code": it.Codes[0]})
	case *events.PairSuccess:
		say(line{"event": "paired", "jid": it.ID.String()})
	case *events.Connected:
		say(line{"event": "open", "jid": p.client.Store.ID.String()})
	case *events.LoggedOut:
		say(line{"event": "logged_out"})
	case *events.Message:
		say(line{"event": "message", "id": it.Info.ID, "text": it.Message.GetConversation()})
	}
}

func (p *program) send(it *order) (any, error) {
	to, err := types.ParseJID(it.To)
	if err != nil {
		return nil, err
	}
	sent, err := p.client.SendMessage(context.Background(), to, &waE2E.Message{Conversation: proto.String(it.Text)})
	return line{"id": sent.ID}, err
}

func (p *program) carryOut(it *order) (any, error) {
	switch it.Do {
	case "connect":
		return p.connect(it)
	case "send":
		return p.send(it)
	}
	return nil, fmt.Errorf("unknown order %s", it.Do)
}

// Arguments: the simulator's trust file.
func main() {
	reach, err := trusted(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	p := &program{reach: reach}
	say(line{"event": "ready"})
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		var it order
		if err := json.Unmarshal(orders.Bytes(), &it); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if answer, err := p.carryOut(&it); err != nil {
			say(line{"reply": it.N, "error": err.Error()})
		} else {
			say(line{"reply": it.N, "ok": answer})
		}
	}
}
