package admin

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// maxBody bounds a request; a batch of messages of 1 MiB each still fits.
const maxBody = 64 << 20

// route is one call of the admin API: what serves it is also what describes it.
type route struct {
	method, path string
	// summary is one sentence for whoever reads the specification.
	summary string
	// call knows how the request is read and what is answered: made by answers, takes, takesText or streams.
	call call
	// query lists the parameters after the question mark; others are refused.
	query []parameter
}

func (r route) pattern() string { return r.method + " " + r.path }

// parameter is one query parameter; kind is a JSON type: string, integer, number, boolean.
type parameter struct{ name, kind, summary string }

// call is a handler with the types that it reads and writes, nil where there are none.
type call struct {
	request, response reflect.Type
	// text marks a request whose body is plain text.
	text bool
	// media is the type of an answer that is no JSON.
	media string
	run   func(*Rooms, http.ResponseWriter, *http.Request) error
}

// answers is a call without a body, or one whose handler reads the body itself.
func answers[A any](run func(*Rooms, *http.Request) (A, error)) call {
	return call{response: reflect.TypeFor[A](), run: func(rooms *Rooms, w http.ResponseWriter, r *http.Request) error {
		return answer(w, func() (A, error) { return run(rooms, r) })
	}}
}

// takes is a call with a JSON body. An absent body is the zero value; an unknown field is refused.
func takes[Q, A any](run func(*Rooms, *http.Request, Q) (A, error)) call {
	serve := func(rooms *Rooms, w http.ResponseWriter, r *http.Request) error {
		var order Q
		if err := decode(r, &order); err != nil {
			return err
		}
		return answer(w, func() (A, error) { return run(rooms, r, order) })
	}
	return call{request: reflect.TypeFor[Q](), response: reflect.TypeFor[A](), run: serve}
}

// takesText is a call whose body is plain text, such as what a QR code says.
func takesText[A any](run func(*Rooms, *http.Request, string) (A, error)) call {
	serve := func(rooms *Rooms, w http.ResponseWriter, r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return badRequest("reading the body: " + err.Error())
		}
		return answer(w, func() (A, error) { return run(rooms, r, strings.TrimSpace(string(body))) })
	}
	return call{text: true, response: reflect.TypeFor[A](), run: serve}
}

// streams is a call that writes its answer itself; an error counts only before the first byte.
func streams(media string, run func(*Rooms, http.ResponseWriter, *http.Request) error) call {
	return call{media: media, run: func(rooms *Rooms, w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", media)
		return run(rooms, w, r)
	}}
}

func answer[A any](w http.ResponseWriter, run func() (A, error)) error {
	value, err := run()
	if err == nil {
		writeJSON(w, http.StatusOK, value)
	}
	return err
}

// Handler serves the admin API and its own specification.
func Handler(rooms *Rooms) http.Handler {
	mux := http.NewServeMux()
	for _, one := range routes() {
		mux.HandleFunc(one.pattern(), func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			err := one.checkQuery(r)
			if err == nil {
				err = one.call.run(rooms, w, r)
			}
			if err != nil {
				writeError(w, err)
			}
		})
	}
	return mux
}

// checkQuery refuses parameters that nobody reads: a mistyped filter must not look like an empty result.
func (r route) checkQuery(request *http.Request) error {
	var known []string
	for _, one := range r.query {
		known = append(known, one.name)
	}
	for _, name := range slices.Sorted(maps.Keys(request.URL.Query())) {
		if !slices.Contains(known, name) {
			return badRequest(fmt.Sprintf("unknown parameter %q; this call knows: %s", name, listed(known)))
		}
	}
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
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
