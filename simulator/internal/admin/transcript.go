package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"holdfast/simulator/internal/transcript"
)

const streamPage = 256

func transcriptRoutes() []route {
	filter := []parameter{
		{"account", "string", "only this number's"},
		{"device", "integer", "only this companion's"},
		{"conn", "integer", "only this connection's"},
		{"dir", "string", "in: from the client; out: to the client"},
		{"tag", "string", "only stanzas with this tag"},
		{"xmlns", "string", "only queries of this namespace"},
		{"type", "string", "only with this attribute type"},
		{"id", "string", "only with this attribute id"},
		{"since", "string", "RFC 3339, or Unix seconds, of the simulation's time"},
		{"until", "string", "RFC 3339, or Unix seconds, of the simulation's time"},
		{"text", "string", "occurs in a tag, an attribute or the content"},
		{"fault", "string", "only what this fault struck: its name, or name/id"},
		{"after", "integer", "only those after this sequence number"},
		{"limit", "integer", "at most so many"},
		{"wait_s", "number", "waits so long for the first, 60 at most; of the stream: how long it goes on, with 0 it ends at the present"},
	}
	return []route{
		{method: "GET", path: "/admin/transcript", summary: "The latest stanzas, long content cut.", call: answers(showTranscript), query: filter},
		{method: "GET", path: "/admin/transcript.jsonl", summary: "The same as JSON lines, as they happen.",
			call: streams("application/jsonl", streamTranscript), query: filter},
	}
}

func showTranscript(rooms *Rooms, r *http.Request) (page[transcript.View], error) {
	filter, limit, err := wanted(r.URL.Query())
	if err != nil {
		return page[transcript.View]{}, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return page[transcript.View]{}, err
	}
	defer cancel()
	found, next := rooms.Transcript.Wait(ctx, after, filter, limit)
	items := []transcript.View{}
	for _, record := range found {
		items = append(items, record.View())
	}
	return page[transcript.View]{Items: items, Next: next}, nil
}

func streamTranscript(rooms *Rooms, w http.ResponseWriter, r *http.Request) error {
	filter, limit, err := wanted(r.URL.Query())
	if err != nil {
		return err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return err
	}
	defer cancel()
	follow := r.URL.Query().Get("wait_s") != ""
	for sent := 0; limit <= 0 || sent < limit; {
		size := streamPage
		if limit > 0 {
			size = min(size, limit-sent)
		}
		var found []transcript.Record
		if found, after = rooms.Transcript.After(after, filter, size); len(found) == 0 && follow {
			_ = http.NewResponseController(w).Flush()
			found, after = rooms.Transcript.Wait(ctx, after, filter, size)
		}
		if len(found) == 0 {
			return nil
		}
		for i := range found {
			if transcript.WriteLine(w, &found[i]) != nil {
				return nil // nobody listens any more
			}
		}
		sent += len(found)
	}
	return nil
}

// wanted reads the filter of a request.
func wanted(query url.Values) (filter *transcript.Filter, limit int, err error) {
	filter = transcript.Any()
	filter.Account, filter.Dir, filter.Tag, filter.XMLNS = query.Get("account"), query.Get("dir"), query.Get("tag"), query.Get("xmlns")
	filter.Type, filter.ID, filter.Text, filter.Fault = query.Get("type"), query.Get("id"), query.Get("text"), query.Get("fault")
	var conn int
	for name, into := range map[string]*int{"device": &filter.Device, "conn": &conn, "limit": &limit} {
		if text := query.Get(name); text != "" {
			if *into, err = strconv.Atoi(text); err != nil {
				return nil, 0, badRequest(name + " must be a number")
			}
		}
	}
	filter.Conn = int64(conn)
	for name, into := range map[string]*time.Time{"since": &filter.Since, "until": &filter.Until} {
		if *into, err = moment(query.Get(name)); err != nil {
			return nil, 0, badRequest(name + " must be a time as RFC 3339, or Unix seconds")
		}
	}
	return filter, limit, nil
}

// moment reads a time; nothing is the zero time.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.UnixMicro(int64(seconds * 1e6)), nil
	}
	return time.Parse(time.RFC3339Nano, text)
}
