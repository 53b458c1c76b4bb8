// Package world puts the rooms of the simulation together: one listener, one set of accounts, one clock. What
// enters are options, what leaves is a running simulation; it decides nothing that a room could decide.
package world

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/state"
	"holdfast/simulator/internal/wire"
)

// Options are the choices of whoever starts a simulation.
type Options struct {
	Listen     string
	Seed       int64
	StateDir   string
	Transcript int
	// TranscriptFile gets every stanza as a line of JSON, as it happens; "" for none.
	TranscriptFile string
	// Strict answers queries that are unknown or malformed with an error.
	Strict bool
	// TypingLife is how long a typing notice waits for a device that is away; 0 is the usual time.
	TypingLife time.Duration
	// Pause is how long phones take for what they do by themselves.
	Pause phone.Pause
}

// World is a running simulation.
type World struct {
	Authority *wire.Authority

	on       *ground
	listener net.Listener
	server   *http.Server
	log      *slog.Logger

	// mu is held by whoever saves the rooms or replaces them.
	mu      sync.Mutex
	present atomic.Pointer[presence]
}

// presence are the rooms that there are now, with the door to them.
type presence struct {
	rooms *Rooms
	door  http.Handler
}

// New opens the listener and builds the rooms; Serve makes it answer.
func New(options Options, log *slog.Logger) (*World, error) {
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", options.Listen, err)
	}
	built, err := open(options, listener, log)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return built, nil
}

func open(options Options, listener net.Listener, log *slog.Logger) (*World, error) {
	saved, err := load(&options, log)
	if err != nil {
		return nil, err
	}
	source := seed.New(options.Seed)
	// Certificates begin with the machine's time, so that clients whose clock was not moved accept them.
	authority, err := wire.NewAuthority(source, time.Now(), &saved.TLS)
	if err != nil {
		return nil, err
	}
	record, err := openRecord(options.TranscriptFile)
	if err != nil {
		return nil, err
	}
	w := &World{
		Authority: authority, listener: listener, log: log,
		on: &ground{
			options: options, address: listener.Addr().String(), source: source, authority: authority, record: record, log: log,
		},
	}
	if err = w.enter(saved); err != nil {
		return nil, errors.Join(err, w.closeRecord())
	}
	w.server = &http.Server{
		Handler:           http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.present.Load().door.ServeHTTP(rw, r) }),
		ReadHeaderTimeout: 10 * time.Second, ConnContext: wire.WithSocket, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return w, nil
}

// enter builds rooms with what was saved; from then on they are the present ones.
func (w *World) enter(saved *state.Content) error {
	rooms, err := build(w.on, saved)
	if err != nil {
		return err
	}
	save := w.Save
	if w.on.options.StateDir == "" {
		save = nil
	}
	w.present.Store(&presence{rooms, rooms.handler(w.on, save, w.Reset)})
	return nil
}

// load reads the saved state, empty without one. The seed that a state was made with goes on: keys depend on it.
func load(options *Options, log *slog.Logger) (*state.Content, error) {
	saved := &state.Content{Seed: options.Seed}
	if options.StateDir == "" {
		return saved, nil
	}
	found, err := state.Load(options.StateDir)
	if err != nil || found == nil {
		return saved, err
	}
	if found.Seed != options.Seed {
		log.Warn("wasim.seed_of_state", "asked", options.Seed, "seed", found.Seed)
		options.Seed = found.Seed
	}
	return found, nil
}

// Rooms are the present ones; a reset replaces them.
func (w *World) Rooms() *Rooms { return w.present.Load().rooms }

// Reset makes everything new, as after a start without a state: nobody exists, nothing waits, no fault is in force, the
// time is the machine's. Address, keys, certificate and seed stay; every connection ends.
func (w *World) Reset() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.Rooms()
	if err := w.enter(&state.Content{Seed: w.on.options.Seed}); err != nil {
		return err
	}
	old.close()
	w.log.Info("wasim.reset")
	return nil
}

// Save writes everything that survives into the state folder. While clients talk it is a snapshot that may
// split a stanza's way; after Close it is exact.
func (w *World) Save() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	content, err := w.Rooms().content(w.on)
	if err != nil {
		return err
	}
	return state.Save(w.on.options.StateDir, content)
}

// Address is where clients connect.
func (w *World) Address() string { return w.on.address }

// Serve answers until the context ends.
func (w *World) Serve(ctx context.Context) error {
	stopped := context.AfterFunc(ctx, func() { _ = w.server.Close() })
	defer stopped()
	w.log.Info("wasim.serving", "address", w.Address(), "seed", w.on.source.Number())
	err := w.server.Serve(tls.NewListener(wire.Listener{Listener: w.listener}, w.Authority.TLS()))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving: %w", err)
}

// Close ends every connection and lets the phones finish; with a state folder everything is saved then.
func (w *World) Close() error {
	_ = w.server.Close()
	_ = w.listener.Close()
	w.Rooms().close()
	w.log.Info("wasim.stopped")
	err := w.closeRecord()
	if w.on.options.StateDir == "" {
		return err
	}
	return errors.Join(err, w.Save())
}

// openRecord opens the file that gets every stanza, nil for none; what stands there already stays.
func openRecord(path string) (io.WriteCloser, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write the transcript: %w; choose another file with --transcript-file", err)
	}
	return file, nil
}

// closeRecord tells whether everything was written.
func (w *World) closeRecord() error {
	if w.on.record == nil {
		return nil
	}
	err := w.on.record.Close()
	if present := w.present.Load(); present != nil {
		return errors.Join(present.rooms.Transcript.Err(), err)
	}
	return err
}
