package world_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"

	binary "go.mau.fi/whatsmeow/binary"

	"holdfast/simulator/internal/media"
)

// moreSightings are those of messages, queries and files.
var moreSightings = map[string]func(*stage){
	"no-ack": func(s *stage) {
		r := s.login()
		s.strike("no-ack", s.own)
		r.sendMessage(s.friend, "A1")
		r.sendReceipt(s.friend, "R1")
		if ack := r.next("ack"); ack.Attrs["id"] != "R1" {
			s.t.Errorf("acknowledged: %s", ack.String())
		}
	},
	"ack-error": func(s *stage) {
		r := s.login()
		for _, test := range []struct {
			args attrs
			want string
		}{{attrs{}, "479"}, {attrs{"code": 463}, "463"}} {
			s.strike("ack-error", s.own, "args", test.args)
			r.sendMessage(s.friend, "A2")
			if got := fmt.Sprint(r.next("ack").Attrs["error"]); got != test.want {
				s.t.Errorf("error %q, not %q", got, test.want)
			}
		}
		r.sendMessage(s.friend, "A3")
		if ack := r.next("ack"); ack.Attrs["error"] != nil {
			s.t.Errorf("the third is refused too: %s", ack.String())
		}
	},
	"ack-phash": func(s *stage) {
		r := s.login()
		s.strike("ack-phash", s.own)
		r.sendMessage(s.friend, "A4")
		if got := fmt.Sprint(r.next("ack").Attrs["phash"]); !strings.HasPrefix(got, "2:") {
			s.t.Errorf("phash %q", got)
		}
	},
	"duplicate-message": func(s *stage) {
		r := s.login()
		s.strike("duplicate-message", s.own)
		id := s.send(s.friend, s.own, "twice")
		r.message(id)
		r.message(id)
	},
	"out-of-order": func(s *stage) {
		r := s.login()
		s.strike("out-of-order", s.own, "args", attrs{"ms": 3_600_000})
		first, second := s.send(s.friend, s.own, "first"), s.send(s.friend, s.own, "second")
		for _, want := range []string{second, first} {
			if got := r.next("message").Attrs["id"]; got != want {
				s.t.Errorf("message %v, not %s", got, want)
			}
			r.sendReceipt(s.friend, want)
		}
	},
	"undecryptable": func(s *stage) {
		s.strike("undecryptable", s.own)
		id := s.send(s.friend, s.own, "spoilt on the way, whole in the queue")
		spoilt, whole := s.login().message(id), s.login().message(id)
		one, other := sealedIn(spoilt), sealedIn(whole)
		if bytes.Equal(one, other) || len(one) != len(other) {
			s.t.Errorf("%d and %d bytes, the same: %t", len(one), len(other), bytes.Equal(one, other))
		}
	},
	"unavailable": func(s *stage) {
		r := s.login()
		s.strike("unavailable", s.own)
		message := r.message(s.send(s.friend, s.own, "hidden"))
		if _, hidden := message.GetOptionalChildByTag("unavailable"); !hidden || len(message.GetChildren()) != 1 {
			s.t.Errorf("the message is %s", message.String())
		}
	},
	"no-offline": func(s *stage) {
		s.strike("no-offline", s.own)
		r := s.login()
		r.told(r.routed, "the way to this server")
		select {
		case <-r.drained:
			s.t.Error("the end of the backlog is told")
		default:
		}
	},
	"offline-first": func(s *stage) {
		id := s.send(s.friend, s.own, "after the end of the backlog")
		s.strike("offline-first", s.own)
		r := s.login()
		for node := r.next("ib"); ; node = r.next("ib") {
			if _, over := node.GetOptionalChildByTag("offline"); over {
				break
			}
		}
		if got := r.next("message").Attrs["id"]; got != id {
			s.t.Errorf("message %v", got)
		}
	},

	"iq-silent": func(s *stage) {
		r := s.login()
		s.strike("iq-silent", s.own)
		r.query(binary.Attrs{"type": "get", "xmlns": "blocklist"})
		s.answersPings(r)
	},
	"iq-error":       answeredWith("500", false, binary.Attrs{"type": "get", "xmlns": "blocklist"}),
	"rate-overlimit": answeredWith("429", false, binary.Attrs{"type": "get", "xmlns": "blocklist"}),
	"upload-rejected": answeredWith("406", true, binary.Attrs{"type": "set", "xmlns": "encrypt"},
		binary.Node{Tag: "list", Content: []binary.Node{}}),
	"digest-missing": answeredWith("404", true, binary.Attrs{"type": "get", "xmlns": "encrypt"}, binary.Node{Tag: "digest"}),
	"digest-mismatch": func(s *stage) {
		r := s.login()
		hash := func() []byte {
			digest := r.answer(binary.Attrs{"type": "get", "xmlns": "encrypt"}, binary.Node{Tag: "digest"}).GetChildByTag("digest")
			found := digest.GetChildByTag("hash")
			content, _ := found.Content.([]byte)
			return content
		}
		r.uploadKeys()
		good := hash()
		s.strike("digest-mismatch", s.own)
		if bad := hash(); bytes.Equal(good, bad) || len(bad) != len(good) {
			s.t.Errorf("digest %x, after %x", bad, good)
		}
		if again := hash(); !bytes.Equal(good, again) {
			s.t.Errorf("digest %x, after %x", again, good)
		}
	},
	"appstate-conflict": func(s *stage) {
		r := s.login()
		s.strike("appstate-conflict", s.own)
		if got := r.syncState(nil); got != "" {
			s.t.Errorf("a question without a patch meets %s", got)
		}
		if got := r.syncState([]byte{1}); got != "409" {
			s.t.Errorf("a patch meets %q", got)
		}
	},
	"appstate-error": func(s *stage) {
		r := s.login()
		s.strike("appstate-error", s.own, "args", attrs{"code": 500})
		if got := r.syncState(nil); got != "500" {
			s.t.Errorf("error %q", got)
		}
		if got := r.syncState(nil); got != "" {
			s.t.Errorf("and then %q", got)
		}
	},
	"group-forbidden": answeredWith("403", false, binary.Attrs{"type": "get", "xmlns": "w:g2"}, binary.Node{Tag: "participating"}),
	"group-gone":      answeredWith("404", false, binary.Attrs{"type": "get", "xmlns": "w:g2"}, binary.Node{Tag: "participating"}),
	"identity-change": func(s *stage) {
		r := s.login()
		r.answer(binary.Attrs{"type": "get", "xmlns": "usync"}, binary.Node{Tag: "usync", Attrs: binary.Attrs{"mode": "query", "context": "message"},
			Content: []binary.Node{
				{Tag: "query", Content: []binary.Node{{Tag: "devices", Attrs: binary.Attrs{"version": "2"}}}},
				{Tag: "list", Content: []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": jidOf(s.friend)}}}},
			}})
		s.strike("identity-change", s.friend)
		for node := r.next("notification"); ; node = r.next("notification") {
			if _, told := node.GetOptionalChildByTag("identity"); told && node.Attrs["type"] == "encrypt" {
				return
			}
		}
	},

	"media-403": download(func(status int, _, _ []byte) bool { return status == 403 }),
	"media-404": download(func(status int, _, _ []byte) bool { return status == 404 }),
	"media-410": download(func(status int, _, _ []byte) bool { return status == 410 }),
	"media-500": download(func(status int, _, _ []byte) bool { return status == 500 }),
	"media-short": download(func(status int, got, want []byte) bool {
		return status == 200 && len(got) == len(want)/2
	}),
	"media-corrupt": download(func(status int, got, want []byte) bool {
		return status == 200 && len(got) == len(want) && !bytes.Equal(got, want)
	}),
	"media-415": func(s *stage) {
		s.strike("media-415", "")
		if status, _ := s.upload(sample(100)); status != 415 {
			s.t.Errorf("status %d", status)
		}
		if status, _ := s.upload(sample(100)); status != 200 {
			s.t.Errorf("and then %d", status)
		}
	},
	"media-retry-after": func(s *stage) {
		s.strike("media-retry-after", "")
		if status, header := s.upload(sample(100)); status != 503 || header.Get("Retry-After") != "1" {
			s.t.Errorf("status %d, %v", status, header)
		}
	},
}

// answeredWith sees a query refused with a code; once tells that the next one is not.
func answeredWith(code string, once bool, attributes binary.Attrs, children ...binary.Node) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		r := s.login()
		r.uploadKeys()
		s.strike(name, s.own)
		for _, want := range []bool{true, !once} {
			if got := codeOf(r.answer(attributes, children...)); (got == code) != want {
				s.t.Errorf("answered with %q", got)
			}
		}
	}
}

// sendMessage sends a message with an envelope that only its receiver could open.
func (r *raw) sendMessage(to, id string) {
	r.send(binary.Node{Tag: "message", Attrs: binary.Attrs{"to": jidOf(to), "id": id, "type": "text"}, Content: []binary.Node{
		{Tag: "participants", Content: []binary.Node{{Tag: "to", Attrs: binary.Attrs{"jid": jidOf(to)}, Content: []binary.Node{
			{Tag: "enc", Attrs: binary.Attrs{"v": "2", "type": "msg"}, Content: []byte("sealed")},
		}}}},
	}})
}

// sendReceipt says that a message has come.
func (r *raw) sendReceipt(from, id string) {
	r.send(binary.Node{Tag: "receipt", Attrs: binary.Attrs{"to": jidOf(from), "id": id}})
}

// drain confirms everything that waits.
func (s *stage) drain() {
	s.t.Helper()
	r := s.login()
	s.eventually("nothing waits", func() bool {
		for len(r.nodes) > 0 {
			node := <-r.nodes
			if node.Tag == "message" || node.Tag == "receipt" || node.Tag == "notification" {
				r.send(binary.Node{Tag: "ack", Attrs: binary.Attrs{"class": node.Tag, "id": node.Attrs["id"], "to": node.Attrs["from"], "type": node.Attrs["type"]}})
			}
		}
		return s.account(s.own).Companions[0].Queue == 0
	})
	r.noise.Stop(true, false)
	s.eventually("it is away", func() bool { return !s.account(s.own).Companions[0].Connected })
}

func sealedIn(message *binary.Node) []byte {
	envelope := message.GetChildByTag("enc")
	content, _ := envelope.Content.([]byte)
	return content
}

// syncState asks for one collection, with a patch or without, and returns the error's code.
func (r *raw) syncState(patch []byte) string {
	r.t.Helper()
	collection := binary.Node{Tag: "collection", Attrs: binary.Attrs{"name": "regular", "version": "0"}}
	if patch != nil {
		collection.Content = []binary.Node{{Tag: "patch", Content: patch}}
	}
	answer := r.answer(binary.Attrs{"type": "set", "xmlns": "w:sync:app:state"}, binary.Node{Tag: "sync", Content: []binary.Node{collection}})
	sync := answer.GetChildByTag("sync")
	refused := sync.GetChildByTag("collection")
	return codeOf(&refused)
}

// download sees what one download comes to, and that the next one is whole.
func download(fits func(status int, got, want []byte) bool) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		body := sample(10_000)
		file, err := s.world.Rooms().Media.Put(media.Token(body), body)
		must(s.t, err)
		get := func() (int, []byte) {
			response, err := s.http.Get("https://localhost" + file.Path)
			must(s.t, err)
			defer func() { _ = response.Body.Close() }()
			got, _ := io.ReadAll(response.Body)
			return response.StatusCode, got
		}
		s.strike(name, "")
		if status, got := get(); !fits(status, got, body) {
			s.t.Errorf("status %d, %d bytes", status, len(got))
		}
		if status, got := get(); status != 200 || !bytes.Equal(got, body) {
			s.t.Errorf("and then status %d, %d bytes", status, len(got))
		}
	}
}

func (s *stage) upload(body []byte) (int, http.Header) {
	response, err := s.http.Post("https://localhost/mms/image/"+media.Token(body)+"?token="+base64.URLEncoding.EncodeToString([]byte("t")),
		"application/octet-stream", bytes.NewReader(body))
	must(s.t, err)
	_ = response.Body.Close()
	return response.StatusCode, response.Header
}
