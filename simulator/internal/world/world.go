// Package world puts the rooms of the simulation together: one listener, one set of accounts, one clock. What
// enters are options, what leaves is a running simulation; it decides nothing that a room could decide.
package world

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/admin"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/gate"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/media"
	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/state"
	"holdfast/simulator/internal/transcript"
	"holdfast/simulator/internal/usync"
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
}

// World is a running simulation.
type World struct {
	Authority  *wire.Authority
	Clock      *clock.Clock
	Accounts   *account.Registry
	Lobby      *account.Lobby
	Router     *router.Router
	Phones     *phone.Book
	Faults     *faults.Set
	Transcript *transcript.Transcript
	AppState   *appstate.Store
	Media      *media.Store
	Groups     *groups.Store
	// Newsletters are the channels.
	Newsletters *newsletter.Store
	Gate        *gate.Gate
	Queries     *iq.Table

	record   *os.File
	services *iq.Services
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
	saved, err := load(&options, log)
	if err != nil {
		return nil, err
	}
	source := seed.New(options.Seed)
	struck := faults.New(source, log)
	clock := clock.New(saved.Clock, struck.Skew)
	// Certificates begin with the machine's time, so that clients whose clock was not moved accept them.
	authority, err := wire.NewAuthority(source, time.Now(), &saved.TLS)
	if err != nil {
		return nil, err
	}
	w := &World{
		Authority: authority, source: source, listener: listener, stateDir: options.StateDir, log: log,
		Accounts: account.NewRegistry(source), Lobby: account.NewLobby(source, clock.Now), Faults: struck, Clock: clock,
		Transcript: transcript.New(options.Transcript), AppState: appstate.New(), Media: media.NewStore(clock.Now),
		Groups: groups.NewStore(source, clock.Now), Newsletters: newsletter.NewStore(source, clock.Now),
	}
	w.Router = router.New(w.Accounts, clock.Now)
	w.Phones = phone.NewBook(source, w.Accounts, w.Router, clock.Now, log)
	w.Phones.UseFiles(w.Media, w.Address())
	w.Phones.UseGroups(w.Groups)
	w.Phones.UseAppState(w.AppState)
	w.Phones.WithholdKeys(func(phone string) bool { return struck.Take(faults.KeyWithheld, phone) })
	w.Router.UseGroups(w.Groups)
	w.Router.UseNewsletters(w.Newsletters)
	if options.TypingLife > 0 {
		w.Router.KeepTyping(options.TypingLife)
	}
	w.Router.SetPrimary(w.Phones)
	if err = w.restore(saved); err != nil {
		return nil, err
	}
	w.services = w.newServices()
	w.services.HangPictures()
	w.Queries = iq.NewTable(w.services)
	w.Queries.SetStrict(options.Strict)
	w.Gate = gate.New(gate.Rooms{
		Authority: authority, Accounts: w.Accounts, Lobby: w.Lobby, Router: w.Router, Queries: w.Queries,
		Faults: w.Faults, Transcript: w.Transcript, Clock: clock, Log: log,
	})
	if err = w.openRecord(options.TranscriptFile); err != nil {
		return nil, err
	}
	w.server = &http.Server{
		Handler: w.handler(), ConnContext: wire.WithSocket, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return w, nil
}

func (w *World) newServices() *iq.Services {
	return &iq.Services{
		Accounts: w.Accounts, Phones: w.Phones, Router: w.Router, Directory: usync.New(w.Accounts, w.Clock.Now),
		AppState: w.AppState, Groups: w.Groups, Newsletters: w.Newsletters, Now: w.Clock.Now, Log: w.log, Host: w.Address(),
		Source: w.source, Pictures: profile.NewGallery(),
	}
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

func (w *World) restore(saved *state.Content) error {
	if err := w.Accounts.Restore(saved.Registry); err != nil {
		return err
	}
	w.Lobby.Restore(saved.Lobby)
	w.AppState.Restore(saved.AppState)
	w.Groups.Restore(saved.Groups)
	w.Newsletters.Restore(saved.Channels)
	for _, memory := range saved.Phones {
		owner, ok := w.Accounts.ByPhone(memory.Phone)
		if !ok {
			return fmt.Errorf("the saved state has a phone without an account: %s", memory.Phone)
		}
		if err := w.Phones.Restore(owner, memory); err != nil {
			return err
		}
	}
	return nil
}

// Save writes everything that survives into the state folder. While clients talk it is a snapshot that may
// split a stanza's way; after Close it is exact.
func (w *World) Save() error {
	identity, err := w.Authority.SavedTLS()
	if err != nil {
		return err
	}
	registry, err := w.Accounts.State()
	if err != nil {
		return err
	}
	phones, err := w.Phones.State()
	if err != nil {
		return err
	}
	return state.Save(w.stateDir, &state.Content{
		Seed: w.source.Number(), TLS: *identity, Registry: registry, Lobby: w.Lobby.State(), Phones: phones,
		AppState: w.AppState.State(), Groups: w.Groups.State(), Channels: w.Newsletters.State(), Clock: w.Clock.Offset(),
	})
}

func (w *World) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /ws/chat", w.Gate)
	rooms := &admin.Rooms{
		Source: w.source, Accounts: w.Accounts, Lobby: w.Lobby, Phones: w.Phones, Router: w.Router, Gate: w.Gate,
		Groups: w.Groups, Services: w.services, Faults: w.Faults, Transcript: w.Transcript, Clock: w.Clock, Queries: w.Queries, Log: w.log,
	}
	if w.stateDir != "" {
		rooms.Save = w.Save
	}
	files := &media.Handler{Store: w.Media, Host: w.Address()}
	for _, path := range media.Paths {
		mux.Handle(path, w.Gate.Files(files))
	}
	mux.Handle(profile.PicturePath, w.services.Pictures)
	mux.Handle("/", admin.Handler(rooms))
	return mux
}

// Address is where clients connect.
func (w *World) Address() string { return w.listener.Addr().String() }

// Serve answers until the context ends.
func (w *World) Serve(ctx context.Context) error {
	stopped := context.AfterFunc(ctx, func() { _ = w.server.Close() })
	defer stopped()
	w.log.Info("wasim.serving", "address", w.Address(), "seed", w.source.Number())
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
	w.Gate.Close()
	w.Phones.Close()
	w.log.Info("wasim.stopped")
	err := w.closeRecord()
	if w.stateDir == "" {
		return err
	}
	return errors.Join(err, w.Save())
}

// openRecord makes the transcript write to a file; what stands there already stays.
func (w *World) openRecord(path string) (err error) {
	if path == "" {
		return nil
	}
	if w.record, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("cannot write the transcript: %w; choose another file with --transcript-file", err)
	}
	w.Transcript.CopyTo(w.record)
	return nil
}

func (w *World) closeRecord() error {
	if w.record == nil {
		return nil
	}
	return errors.Join(w.Transcript.Err(), w.record.Close())
}
