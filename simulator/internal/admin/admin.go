// Package admin is the hand that people and tests reach into the simulation with: JSON over the same port.
// What enters are orders to phones, companions and faults, what leaves are their results; it holds no state.
package admin

import (
	"log/slog"
	"net/http"
	"slices"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/gate"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/transcript"
)

// Rooms is what the admin API works on.
type Rooms struct {
	Source     *seed.Source
	Accounts   *account.Registry
	Lobby      *account.Lobby
	Phones     *phone.Book
	Router     *router.Router
	Gate       *gate.Gate
	Groups     *groups.Store
	Services   *iq.Services
	Faults     *faults.Set
	Transcript *transcript.Transcript
	Queries    *iq.Table
	Clock      *clock.Clock
	Log        *slog.Logger
	// Save writes the state, nil without a state folder.
	Save func() error
	// Reset makes everything new.
	Reset func() error
}

// Now is the simulation's time.
func (r *Rooms) Now() time.Time { return r.Clock.Now() }

// problem is an answer other than success.
type problem struct {
	status int
	text   string
}

func (p *problem) Error() string { return p.text }

func notFound(text string) error   { return &problem{http.StatusNotFound, text} }
func badRequest(text string) error { return &problem{http.StatusBadRequest, text} }

// routes is the whole admin API: every room of it keeps its own part of the table beside its handlers.
func routes() []route {
	return slices.Concat(
		[]route{{method: "GET", path: "/openapi.json", summary: "This API as an OpenAPI document.", call: answers(specify)}},
		serverRoutes(), phoneRoutes(), sendRoutes(), groupRoutes(), faultRoutes(), clockRoutes(), answerRoutes(), transcriptRoutes(), modeRoutes(), screenRoutes(), peopleRoutes(), passkeyRoutes(),
	)
}

// statuses are the answers for errors of other rooms.
var statuses = map[error]int{
	account.ErrPhoneInvalid:   http.StatusBadRequest,
	account.ErrPhoneTaken:     http.StatusConflict,
	account.ErrQRMalformed:    http.StatusBadRequest,
	account.ErrQRUnknown:      http.StatusNotFound,
	account.ErrQRMismatch:     http.StatusConflict,
	account.ErrTooManyDevices: http.StatusConflict,
	account.ErrCodeMalformed:  http.StatusBadRequest,
	account.ErrCodeUnknown:    http.StatusNotFound,
	account.ErrCodeWrong:      http.StatusForbidden,
	account.ErrCodeSilent:     http.StatusGatewayTimeout,
	account.ErrPasskeyAsked:   http.StatusAccepted,
	account.ErrPasskeyNone:    http.StatusNotFound,
	account.ErrPasskeyCode:    http.StatusForbidden,
	phone.ErrNoAttachment:     http.StatusNotFound,
	profile.ErrImage:          http.StatusBadRequest,
	phone.ErrMessageInvalid:   http.StatusBadRequest,
	phone.ErrTarget:           http.StatusBadRequest,
	phone.ErrAsleep:           http.StatusConflict,
	phone.ErrNoCall:           http.StatusNotFound,
	groups.ErrUnknown:         http.StatusNotFound,
	groups.ErrNotMember:       http.StatusForbidden,
	groups.ErrNotAdmin:        http.StatusForbidden,
	groups.ErrInviteUnknown:   http.StatusNotFound,
	groups.ErrInviteRevoked:   http.StatusGone,
	faults.ErrUnknown:         http.StatusBadRequest,
	faults.ErrRule:            http.StatusBadRequest,
	faults.ErrNotInForce:      http.StatusNotFound,
}

func (rooms *Rooms) account(r *http.Request) (*account.Account, error) {
	return rooms.accountOf(r.PathValue("phone"))
}

func (rooms *Rooms) accountOf(number string) (*account.Account, error) {
	found, ok := rooms.Accounts.ByPhone(number)
	if !ok {
		return nil, notFound("no phone " + number + ": create it with POST /admin/phones")
	}
	return found, nil
}
