// Package world puts the rooms of the simulation together: one listener, one set of accounts, one clock. What
// enters are options, what leaves is a running simulation; it decides nothing that a room could decide.
package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/admin"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/gate"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/transcript"
	"holdfast/simulator/internal/usync"
	"holdfast/simulator/internal/wire"

	"crypto/tls"
)

// Options are the choices of whoever starts a simulation.
type Options struct {
	Listen     string
	Seed       int64
	StateDir   string
	Transcript int
}

// World is a running simulation.
type World struct {
	Authority  *wire.Authority
	Accounts   *account.Registry
	Lobby      *account.Lobby
	Router     *router.Router
	Phones     *phone.Book
	Faults     *faults.Set
	Transcript *transcript.Transcript
	Gate       *gate.Gate

	source   *seed.Source
	listener net.Listener
	server   *http.Server
	stateDir string
	log      *slog.Logger
}

// New opens the listener and builds the rooms; Serve makes it answer.
func New(options Options, log *slog.Logger) (*World, error) {
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", options.Listen, err)
	}
	built, err := build(options, listener, log)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return built, nil
}

func build(options Options, listener net.Listener, log *slog.Logger) (*World, error) {
	phone.SilenceLibrary()
	source := seed.New(options.Seed)
	authority, err := wire.NewAuthority(source, time.Now(), nil)
	if err != nil {
		return nil, err
	}
	w := &World{
		Authority: authority, source: source, listener: listener, stateDir: options.StateDir, log: log,
		Accounts: account.NewRegistry(source), Lobby: account.NewLobby(source, time.Now), Faults: faults.New(),
		Transcript: transcript.New(options.Transcript),
	}
	w.Router = router.New(w.Accounts, w.Faults, time.Now)
	w.Phones = phone.NewBook(source, w.Accounts, w.Router, time.Now, log)
	w.Router.SetPrimary(w.Phones)
	queries := iq.NewTable(&iq.Services{
		Accounts: w.Accounts, Phones: w.Phones, Router: w.Router, Directory: usync.New(w.Accounts, time.Now),
		Now: time.Now, Log: log, Host: listener.Addr().String(),
	})
	w.Gate = gate.New(gate.Rooms{
		Authority: authority, Accounts: w.Accounts, Lobby: w.Lobby, Router: w.Router, Queries: queries,
		Faults: w.Faults, Transcript: w.Transcript, Now: time.Now, Log: log,
	})
	w.server = &http.Server{
		Handler: w.handler(), ReadHeaderTimeout: 10 * time.Second, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return w, nil
}

func (w *World) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /ws/chat", w.Gate)
	mux.Handle("/", admin.Handler(&admin.Rooms{
		Source: w.source, Accounts: w.Accounts, Lobby: w.Lobby, Phones: w.Phones, Router: w.Router, Gate: w.Gate,
		Faults: w.Faults, Transcript: w.Transcript, Now: time.Now, Log: w.log,
	}))
	return mux
}

// Address is where clients connect.
func (w *World) Address() string { return w.listener.Addr().String() }

// Serve answers until the context ends.
func (w *World) Serve(ctx context.Context) error {
	stopped := context.AfterFunc(ctx, func() { _ = w.server.Close() })
	defer stopped()
	w.log.Info("wasim.serving", "address", w.Address(), "seed", w.source.Number())
	err := w.server.Serve(tls.NewListener(w.listener, w.Authority.TLS()))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving: %w", err)
}

// Close ends every connection and lets the phones finish; with a state folder everything is saved then.
func (w *World) Close() error {
	_ = w.server.Close()
	_ = w.listener.Close()
	w.Gate.Close()
	w.Phones.Settle()
	w.log.Info("wasim.stopped")
	return nil
}
