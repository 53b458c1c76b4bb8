// Package admin is the hand that people and tests reach into the simulation with: JSON over the same port.
// What enters are orders to phones, companions and faults, what leaves are their results; it holds no state.
package admin

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/gate"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/transcript"
)

// maxBody bounds a request; a batch of messages of 1 MiB each still fits.
const maxBody = 64 << 20

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
	Now        func() time.Time
	Log        *slog.Logger
	// Save writes the state, nil without a state folder.
	Save func() error
}

// problem is an answer other than success.
type problem struct {
	status int
	text   string
}

func (p *problem) Error() string { return p.text }

func notFound(text string) error   { return &problem{http.StatusNotFound, text} }
func badRequest(text string) error { return &problem{http.StatusBadRequest, text} }

// operation answers a request with a value to encode as JSON, or an error.
type operation func(rooms *Rooms, r *http.Request) (any, error)

var operations = map[string]operation{
	"GET /{$}":          index,
	"GET /admin/stats":  stats,
	"POST /admin/save":  save,
	"GET /admin/phones": listPhones, "POST /admin/phones": openPhone,
	"POST /admin/phones/{phone}/scan":                      scan,
	"POST /admin/phones/{phone}/link-code":                 linkCode,
	"POST /admin/phones/{phone}/send":                      send,
	"POST /admin/phones/{phone}/send-batch":                sendBatch,
	"POST /admin/phones/{phone}/read":                      read,
	"GET /admin/phones/{phone}/inbox":                      inbox,
	"GET /admin/phones/{phone}/receipts":                   receipts,
	"GET /admin/phones/{phone}/inbox/{seq}/media":          attachment,
	"GET /admin/accounts/{phone}":                          showAccount,
	"POST /admin/accounts/{phone}/devices/{device}/kick":   kick,
	"POST /admin/accounts/{phone}/devices/{device}/logout": logout,
	"GET /admin/groups":                                    listGroups,
	"POST /admin/phones/{phone}/groups":                    createGroup,
	"GET /admin/groups/{group}":                            showGroup,
	"POST /admin/phones/{phone}/groups/{group}/members":    changeMembers,
	"POST /admin/phones/{phone}/groups/{group}/settings":   changeSetting,
	"POST /admin/phones/{phone}/groups/{group}/leave":      leaveGroup,
	"GET /admin/transcript":                                showTranscript,
	"GET /admin/faults":                                    listFaults,
	"POST /admin/faults":                                   addFault,
	"DELETE /admin/faults":                                 clearFaults,
	"POST /admin/mock-phone/scan-qr":                       scanByPushName,
}

// Handler serves the admin API.
func Handler(rooms *Rooms) http.Handler {
	mux := http.NewServeMux()
	for pattern, run := range operations {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			answer, err := run(rooms, r)
			if err != nil {
				writeError(w, err)
				return
			}
			writeJSON(w, http.StatusOK, answer)
		})
	}
	return mux
}

func writeError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var known *problem
	if errors.As(err, &known) {
		status = known.status
	}
	for cause, code := range statuses {
		if errors.Is(err, cause) {
			status = code
		}
	}
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// statuses are the answers for errors of other rooms.
var statuses = map[error]int{
	account.ErrPhoneInvalid:   http.StatusBadRequest,
	account.ErrQRMalformed:    http.StatusBadRequest,
	account.ErrQRUnknown:      http.StatusNotFound,
	account.ErrQRMismatch:     http.StatusConflict,
	account.ErrTooManyDevices: http.StatusConflict,
	account.ErrCodeMalformed:  http.StatusBadRequest,
	account.ErrCodeUnknown:    http.StatusNotFound,
	account.ErrCodeWrong:      http.StatusForbidden,
	account.ErrCodeSilent:     http.StatusGatewayTimeout,
	phone.ErrNoAttachment:     http.StatusNotFound,
	phone.ErrMessageInvalid:   http.StatusBadRequest,
	groups.ErrUnknown:         http.StatusNotFound,
	groups.ErrNotMember:       http.StatusForbidden,
	groups.ErrNotAdmin:        http.StatusForbidden,
	faults.ErrUnknown:         http.StatusBadRequest,
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// decode reads a JSON body; an empty one leaves the value as it is.
func decode(r *http.Request, value any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return badRequest("reading the body: " + err.Error())
	}
	if len(body) == 0 {
		return nil
	}
	if err = json.Unmarshal(body, value); err != nil {
		return badRequest("the body is not the expected JSON: " + err.Error())
	}
	return nil
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
