package admin

import (
	"net/http"
	"time"

	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/phone"
)

func clockRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/clock", summary: "The simulation's time.", call: answers(showClock)},
		{method: "POST", path: "/admin/clock", summary: "Moves the simulation's time: to an offset from the machine's, or on.",
			call: takes(moveClock)},
	}
}

func modeRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/mode", summary: "How queries are answered that nobody knows.", call: answers(showMode)},
		{method: "POST", path: "/admin/mode", summary: "Strict: unknown queries get error 501, malformed ones 400; else an empty result.",
			call: takes(setMode)},
		{method: "GET", path: "/admin/unknown", summary: "Kinds of queries that clients asked and nobody knows.", call: answers(listUnknown)},
	}
}

func answerRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/answers", summary: "How long phones take for what they do by themselves.", call: answers(showPause)},
		{method: "POST", path: "/admin/answers", summary: "Changes that; what waits is done at once.", call: takes(setPause)},
	}
}

type pauseView struct {
	FromMS int64 `json:"from_ms" doc:"the shortest pause"`
	ToMS   int64 `json:"to_ms" doc:"the longest; the seed chooses between"`
}

func showPause(rooms *Rooms, _ *http.Request) (pauseView, error) {
	pause := rooms.Phones.Pause()
	return pauseView{FromMS: pause.From.Milliseconds(), ToMS: pause.To.Milliseconds()}, nil
}

func setPause(rooms *Rooms, r *http.Request, order pauseView) (pauseView, error) {
	pause := phone.Pause{
		From: time.Duration(order.FromMS) * time.Millisecond, To: time.Duration(order.ToMS) * time.Millisecond,
	}
	if err := pause.Valid(); err != nil {
		return pauseView{}, badRequest(err.Error())
	}
	rooms.Phones.SetPause(pause)
	return showPause(rooms, r)
}

type clockView struct {
	Now     string  `json:"now" doc:"the simulation's time"`
	T       int64   `json:"t" doc:"the same, as stanzas have it"`
	OffsetS float64 `json:"offset_s" doc:"how far it is moved from the machine's"`
	SkewS   float64 `json:"skew_s" doc:"how far the fault clock-skew puts it wrong on top of that"`
}

func showClock(rooms *Rooms, _ *http.Request) (clockView, error) {
	now := rooms.Now()
	return clockView{
		Now: now.UTC().Format(time.RFC3339Nano), T: now.Unix(),
		OffsetS: rooms.Clock.Offset().Seconds(), SkewS: rooms.Clock.Skew().Seconds(),
	}, nil
}

type clockOrder struct {
	OffsetS  *float64 `json:"offset_s" doc:"from now on the time is the machine's and so much more"`
	AdvanceS *float64 `json:"advance_s" doc:"so much time passes at once"`
}

// maxMove keeps the clock within what durations and certificates can hold.
const maxMove = 100 * 365 * 24 * time.Hour

func moveClock(rooms *Rooms, r *http.Request, order clockOrder) (clockView, error) {
	if (order.OffsetS == nil) == (order.AdvanceS == nil) {
		return clockView{}, badRequest("give either offset_s or advance_s, in seconds")
	}
	seconds := rooms.Clock.Offset().Seconds()
	if order.OffsetS != nil {
		seconds = *order.OffsetS
	} else {
		seconds += *order.AdvanceS
	}
	if seconds > maxMove.Seconds() || seconds < -maxMove.Seconds() {
		return clockView{}, badRequest("the clock can be a hundred years off at most")
	}
	moved := time.Duration(seconds * float64(time.Second))
	rooms.Clock.Set(moved)
	rooms.Log.Info("clock.moved", "offset_s", moved.Seconds())
	rooms.unlinkOverdue()
	return showClock(rooms, r)
}

type modeView struct {
	Strict bool `json:"strict"`
}

func showMode(rooms *Rooms, _ *http.Request) (modeView, error) {
	return modeView{Strict: rooms.Queries.Strict()}, nil
}

func setMode(rooms *Rooms, r *http.Request, order modeView) (modeView, error) {
	rooms.Queries.SetStrict(order.Strict)
	return showMode(rooms, r)
}

type unknownView struct {
	Items []iq.Unknown `json:"items"`
}

func listUnknown(rooms *Rooms, _ *http.Request) (unknownView, error) {
	return unknownView{Items: rooms.Queries.Unknown()}, nil
}
