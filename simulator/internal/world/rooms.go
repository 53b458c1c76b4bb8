package world

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"go.mau.fi/whatsmeow/types"

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
	"holdfast/simulator/internal/router/channels"
	"holdfast/simulator/internal/router/statuses"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/state"
	"holdfast/simulator/internal/transcript"
	"holdfast/simulator/internal/usync"
	"holdfast/simulator/internal/wire"
)

// ground is what a simulation stands on: it stays when everything else is made new.
type ground struct {
	options   Options
	address   string
	source    *seed.Source
	authority *wire.Authority
	// record gets every stanza, nil for nobody.
	record io.WriteCloser
	log    *slog.Logger
}

// Rooms are everything that happens in a simulation: who exists, what waits, what goes wrong, what time it is.
type Rooms struct {
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
	Channels   *channels.Channels
	Gate       *gate.Gate
	Queries    *iq.Table

	services *iq.Services
}

// build makes the rooms of a simulation with what was saved of an earlier one.
func build(on *ground, saved *state.Content) (*Rooms, error) {
	phone.SilenceLibrary()
	source, struck := on.source, faults.New(on.source, on.log)
	simulated := clock.New(saved.Clock, struck.Skew)
	r := &Rooms{
		Clock: simulated, Faults: struck, Accounts: account.NewRegistry(source), Lobby: account.NewLobby(source, simulated.Now),
		Transcript: transcript.New(on.options.Transcript, on.record), AppState: appstate.New(), Media: media.NewStore(simulated.Now),
		Groups: groups.NewStore(source, simulated.Now),
	}
	r.Channels = channels.New(newsletter.NewStore(source, simulated.Now), r.Accounts, simulated.Now)
	r.Phones = phone.NewBook(phone.Rooms{
		Source: source, Accounts: r.Accounts, Clock: simulated, Groups: r.Groups, AppState: r.AppState, Files: r.Media,
		Host: on.address, Log: on.log, Pause: on.options.Pause, Connect: r.connect(on),
		Withhold: func(phone string) bool { return struck.Take(faults.KeyWithheld, phone) },
	})
	r.Router = r.Phones.Router()
	if err := r.restore(saved); err != nil {
		return nil, err
	}
	r.services = &iq.Services{
		Accounts: r.Accounts, Phones: r.Phones, Router: r.Router, Directory: usync.New(r.Accounts, simulated.Now),
		AppState: r.AppState, Groups: r.Groups, Channels: r.Channels, Now: simulated.Now, Log: on.log, Host: on.address,
		Source: source, Pictures: iq.Gallery(r.Accounts, r.Groups, r.Channels),
	}
	r.Queries = iq.NewTable(r.services, on.options.Strict)
	r.Gate = gate.New(gate.Rooms{
		Authority: on.authority, Accounts: r.Accounts, Lobby: r.Lobby, Router: r.Router, Queries: r.Queries,
		Faults: r.Faults, Transcript: r.Transcript, Clock: simulated, Log: on.log,
	})
	return r, nil
}

// connect returns how the phones get their router.
func (r *Rooms) connect(on *ground) func(router.Primary) *router.Router {
	return func(phones router.Primary) *router.Router {
		return router.New(router.Rooms{
			Accounts: r.Accounts, Primary: phones, Groups: r.Groups, Now: r.Clock.Now, TypingLife: on.options.TypingLife,
			Places: map[string]router.Place{
				types.BroadcastServer: statuses.New(r.Accounts), types.NewsletterServer: r.Channels,
			},
		})
	}
}

func (r *Rooms) restore(saved *state.Content) error {
	if err := r.Accounts.Restore(saved.Registry); err != nil {
		return err
	}
	r.Lobby.Restore(saved.Lobby)
	r.AppState.Restore(saved.AppState)
	r.Groups.Restore(saved.Groups)
	r.Channels.Restore(saved.Channels)
	for _, memory := range saved.Phones {
		owner, ok := r.Accounts.ByPhone(memory.Phone)
		if !ok {
			return fmt.Errorf("the saved state has a phone without an account: %s", memory.Phone)
		}
		if err := r.Phones.Restore(owner, memory); err != nil {
			return err
		}
	}
	return nil
}

// content is everything of the rooms that survives.
func (r *Rooms) content(on *ground) (*state.Content, error) {
	identity, err := on.authority.SavedTLS()
	if err != nil {
		return nil, err
	}
	registry, err := r.Accounts.State()
	if err != nil {
		return nil, err
	}
	phones, err := r.Phones.State()
	if err != nil {
		return nil, err
	}
	return &state.Content{
		Seed: on.source.Number(), TLS: *identity, Registry: registry, Lobby: r.Lobby.State(), Phones: phones,
		AppState: r.AppState.State(), Groups: r.Groups.State(), Channels: r.Channels.State(), Clock: r.Clock.Offset(),
	}, nil
}

// handler serves clients, files and the admin API, which may save and reset.
func (r *Rooms) handler(on *ground, save, reset func() error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /ws/chat", r.Gate)
	files := &media.Handler{Store: r.Media, Host: on.address}
	for _, path := range media.Paths {
		mux.Handle(path, r.Gate.Files(files))
	}
	mux.Handle(profile.PicturePath, r.services.Pictures)
	mux.Handle("/", admin.Handler(&admin.Rooms{
		Source: on.source, Accounts: r.Accounts, Lobby: r.Lobby, Phones: r.Phones, Router: r.Router, Gate: r.Gate,
		Groups: r.Groups, Services: r.services, Faults: r.Faults, Transcript: r.Transcript, Clock: r.Clock,
		Queries: r.Queries, Log: on.log, Save: save, Reset: reset,
	}))
	return mux
}

// close ends every connection and lets the phones finish.
func (r *Rooms) close() {
	r.Gate.Close()
	r.Phones.Close()
}
