// Command gateway is the plainest gateway that can be built on whatsmeow, in the manner of those in use: many numbers in
// one process and one SQLite file, every message kept in a second one and told to a webhook, HTTP to send. It does
// nothing beside that, so it costs less than any of them.
//
// Standard output says, as lines of JSON, which QR codes are to be scanned and who is connected. It ends when its standard
// input ends.
package main

import (
	"context"
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
	"sync"

	_ "github.com/mattn/go-sqlite3"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// How such gateways open their files: SQLite's own durability, readers beside one writer.
const options = "?_foreign_keys=on&_journal_mode=WAL&_busy_timeout=5000&_txlock=immediate"

var errTrust = errors.New("not a simulator's trust file")

func main() {
	trust := flag.String("trust", "", "the simulator's trust file")
	folder := flag.String("folder", "", "where the two files go")
	sessions := flag.Int("sessions", 0, "how many sessions there are to be: missing ones show a QR code")
	listen := flag.String("listen", "", "where HTTP is served")
	webhook := flag.String("webhook", "", "where messages are told")
	flag.Parse()
	if err := run(*trust, *folder, *sessions, *listen, *webhook); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(trust, folder string, sessions int, listen, webhook string) error {
	ctx := context.Background()
	reach, err := toSimulator(trust)
	if err != nil {
		return err
	}
	container, err := sqlstore.New(ctx, "sqlite3", "file:"+filepath.Join(folder, "whatsapp.db")+options, waLog.Noop)
	if err != nil {
		return err
	}
	kept, err := openKept(ctx, filepath.Join(folder, "chats.db"))
	if err != nil {
		return err
	}
	devices, err := container.GetAllDevices(ctx)
	if err != nil {
		return err
	}
	for len(devices) < sessions {
		devices = append(devices, container.NewDevice())
	}
	g := &gateway{kept: kept, hook: newHook(webhook), tell: &teller{out: json.NewEncoder(os.Stdout)}}
	if err := g.connect(ctx, devices, reach); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	go http.Serve(listener, g)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// connect dials for all of them at once, as gateways do that restore many numbers.
func (g *gateway) connect(ctx context.Context, devices []*store.Device, reach *http.Client) error {
	for number, device := range devices {
		client := whatsmeow.NewClient(device, waLog.Noop)
		client.SetWebsocketHTTPClient(reach)
		client.SetPreLoginHTTPClient(reach)
		s := &session{number: number, client: client, gateway: g}
		client.AddEventHandler(func(event any) { s.heard(ctx, event) })
		g.sessions = append(g.sessions, s)
	}
	failures := make([]error, len(g.sessions))
	var dialled sync.WaitGroup
	for i, s := range g.sessions {
		dialled.Go(func() { failures[i] = s.client.Connect() })
	}
	dialled.Wait()
	return errors.Join(failures...)
}

// toSimulator makes the library trust the simulator and returns the client that reaches it.
func toSimulator(path string) (*http.Client, error) {
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
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: authority, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, trust.Address)
		},
	}}, nil
}
