package world_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"

	"holdfast/simulator/internal/faults"
)

// sightings tells of every ready-made fault how its effect is seen on the wire. Those that stand in seenBy have a
// test of their own.
var sightings = map[string]func(*stage){
	"login-generic": refused("400"), "logged-out": refused("401"), "temp-ban": refused("402"), "locked": refused("403"),
	"client-outdated": refused("405"), "banned": refused("406"), "bad-user-agent": refused("409"), "device-mismatch": refused("411"),
	"cat-expired": refused("413"), "cat-invalid": refused("414"), "not-found": refused("415"), "client-unknown": refused("418"),
	"rate-limited": refused("429"), "login-error": refused("500"), "experimental": refused("501"), "login-unavailable": refused("503"),
	"login-no-reason": refused(""),

	"device-removed": streamError("401", "conflict", "device_removed"), "replaced": streamError("", "conflict", "replaced"),
	"conflict-unknown": streamError("", "conflict", "unheard-of"), "silent-503": streamError("503", "", ""),
	"stream-401": streamError("401", "", ""), "stream-429": streamError("429", "", ""), "stream-500": streamError("500", "", ""),
	"stream-515": streamError("515", "", ""), "stream-516": streamError("516", "", ""), "stream-ack": streamError("", "ack", "message"),
	"stream-unknown": streamError("", "", ""), "stream-malformed": streamError("", "xml-not-well-formed", ""),
	"stream-end": lastTag("xmlstreamend"), "downgrade": lastTag("ib"),

	"empty-frame":    injected(func(plain []byte) bool { return len(plain) == 0 }),
	"malformed-node": injected(func(plain []byte) bool { return bytes.Equal(plain, []byte{0, 248, 2, 248, 0}) }),
	"truncated-node": injected(func(plain []byte) bool { return bytes.Equal(plain, []byte{0, 248, 4, 3}) }),
	"bad-zlib":       injected(func(plain []byte) bool { return len(plain) == 8 && plain[0] == 2 }),
	"inflate-bomb":   injected(func(plain []byte) bool { return len(plain) > 60_000 && plain[0] == 2 }),
	"garbage-frame": func(s *stage) {
		r := s.login()
		s.strike("garbage-frame", s.own)
		r.message(s.send(s.friend, s.own, "counters have moved on"))
		if !strings.Contains(r.ending.String(), "decrypt") {
			s.t.Errorf("every frame could be decrypted: %s", r.ending)
		}
	},
	"declared-length": func(s *stage) {
		r := s.login()
		r.quiet()
		s.strike("declared-length", s.own)
		s.send(s.friend, s.own, "never seen")
		r.silent()
	},

	"black-hole": func(s *stage) {
		r := s.login()
		r.quiet()
		s.strike("black-hole", s.own)
		r.ping()
		r.silent()
		second := s.try()
		second.next("success")
		second.ping()
		second.silent()
	},
	"black-hole-after-login": func(s *stage) {
		s.strike("black-hole-after-login", s.own)
		r := s.enter()
		r.ping()
		r.silent()
		s.answersPings(s.login())
	},
	"half-open": func(s *stage) {
		r := s.login()
		r.quiet()
		if hit := s.strike("half-open", s.own).Hit; hit != 1 {
			s.t.Errorf("hit %d", hit)
		}
		s.eventually("the server has forgotten it", func() bool { return !s.account(s.own).Companions[0].Connected })
		r.ping()
		r.silent()
		id := s.send(s.friend, s.own, "waits for the next login")
		second := s.login()
		second.message(id)
		r.silent()
	},
	"reset": func(s *stage) {
		r := s.login()
		s.strike("reset", s.own)
		r.endedWith("reset by peer")
	},
	"abrupt-close": func(s *stage) {
		r := s.login()
		s.strike("abrupt-close", s.own)
		r.endedWith("EOF")
		if strings.Contains(r.ending.String(), "close frame") {
			s.t.Errorf("with a farewell: %s", r.ending)
		}
	},
	"server-restart": func(s *stage) {
		r := s.login()
		id := s.send(s.friend, s.own, "kept over the restart")
		r.message(id)
		s.strike("server-restart", "", "args", attrs{"down_ms": 3_600_000})
		r.endedWith("StatusGoingAway")
		if _, status, err := s.upgrade(); err == nil || status != http.StatusServiceUnavailable {
			s.t.Errorf("while it is down: status %d, %v", status, err)
		}
		s.must("DELETE", "/admin/faults", nil, nil)
		conn, _, err := s.upgrade()
		must(s.t, err)
		_ = conn.CloseNow()
		s.login().message(id)
	},
	"no-pong": func(s *stage) {
		r := s.login()
		s.strike("no-pong", s.own)
		id := r.ping()
		if answer := r.answer(binary.Attrs{"type": "get", "xmlns": "blocklist"}); answer.Attrs["id"] == id {
			s.t.Error("the ping was answered")
		}
	},
	"login-silence": func(s *stage) {
		s.strike("login-silence", s.own)
		s.try().silent()
	},
	"handshake-silence":    func(s *stage) { s.unanswered("handshake-silence") },
	"upgrade-then-silence": func(s *stage) { s.unanswered("upgrade-then-silence") },
	"tcp-silence": func(s *stage) {
		s.strike("tcp-silence", "")
		request, err := http.NewRequestWithContext(short(s.testing()), "GET", "https://localhost/ws/chat", nil)
		must(s.t, err)
		if response, err := s.http.Do(request); err == nil {
			s.t.Errorf("answered with %d", response.StatusCode)
		}
	},
	"upgrade-refused": func(s *stage) {
		s.strike("upgrade-refused", "", "args", attrs{"status": 429, "retry_after_s": 7, "body": "<html>", "content_type": "text/html"})
		response, err := s.http.Get("https://localhost/ws/chat")
		must(s.t, err)
		_ = response.Body.Close()
		if response.StatusCode != 429 || response.Header.Get("Retry-After") != "7" || response.Header.Get("Content-Type") != "text/html" {
			s.t.Errorf("answered with %d %v", response.StatusCode, response.Header)
		}
	},
	"slow": func(s *stage) {
		r := s.login()
		s.strike("slow", s.own, "args", attrs{"ms": 120})
		began := time.Now()
		r.answer(binary.Attrs{"type": "get", "xmlns": "blocklist"})
		if took := time.Since(began); took < 120*time.Millisecond {
			s.t.Errorf("after %s", took)
		}
	},
	"trickle": func(s *stage) {
		r := s.login()
		s.strike("trickle", s.own, "args", attrs{"ms": 2})
		began := time.Now()
		r.answer(binary.Attrs{"type": "get", "xmlns": "w:p"})
		if took := time.Since(began); took < 60*time.Millisecond {
			s.t.Errorf("some forty bytes within %s", took)
		}
	},
	"fragmented-frames": func(s *stage) {
		r := s.login()
		s.strike("fragmented-frames", s.own)
		s.answersPings(r)
	},
	"coalesced-frames": func(s *stage) {
		r := s.login()
		r.quiet()
		s.strike("coalesced-frames", s.own, "args", attrs{"ms": 3_600_000})
		first := r.ping()
		r.silent()
		second := r.ping()
		for _, id := range []string{first, second} {
			if got := r.next("iq").Attrs["id"]; got != id {
				s.t.Errorf("answer %s, not %s", got, id)
			}
		}
	},
	"clock-skew": func(s *stage) {
		s.strike("clock-skew", "", "args", attrs{"offset_s": 7200})
		r := s.try()
		t := r.next("success").AttrGetter().Int64("t")
		if ahead := time.Until(time.Unix(t, 0)); ahead < 7100*time.Second || ahead > 7300*time.Second {
			s.t.Errorf("ahead by %s", ahead)
		}
	},
}

// seenBy names the tests that see the other faults.
var seenBy = map[string]string{
	"split-frame": "TestSplitAndEmptyFrames", "deflate": "TestDeflateIsAcceptedOnlyOnRequest",
	"rotated-static": "TestChainsAtLogin", "wrong-root": "TestChainsAtLogin", "wrong-leaf": "TestChainsAtLogin",
	"expired-chain": "TestChainsAtLogin", "malformed-chain": "TestChainsAtLogin",
	"close-after-pair-success": "TestCloseAfterPairSuccess", "missing-515": "TestMissing515", "early-515": "TestEarly515",
	"bad-pair-hmac": "TestSpoiltProofsOfPairing", "bad-account-signature": "TestSpoiltProofsOfPairing", "codes-expired": "TestCodesExpired",
	"crafted-dm": "TestCraftedMessagesHaveAValidMAC", "pn-then-lid": "TestPNThenLID", "sender-key-late": "TestSenderKeyLate",
	"appstate-key-withheld": "TestKeyWithheld", "identity-change": "TestIdentityChange", "keys-refused": "TestKeysRefused", "prekeys-drained": "TestPreKeysDrained",
}

// Every fault that has a name is seen to do what its name says.
func TestEveryNamedFaultIsSeen(t *testing.T) {
	for _, name := range faults.Names() {
		see, ok := sightings[name]
		if more, is := moreSightings[name]; is {
			see, ok = more, true
		}
		if !ok {
			if seenBy[name] == "" {
				t.Errorf("nobody has seen %s", name)
			}
			continue
		}
		t.Run(name, func(t *testing.T) { see(newStage(t)) })
	}
	for _, table := range []map[string]func(*stage){sightings, moreSightings} {
		for name := range table {
			if !slices.Contains(faults.Names(), name) {
				t.Errorf("there is no fault %s", name)
			}
		}
	}
}

// refused sees a login end with a reason.
func refused(reason string) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		s.strike(name, s.own)
		r := s.try()
		got, _ := r.next("failure").Attrs["reason"].(string)
		if got != reason {
			s.t.Errorf("refused with %q, not %q", got, reason)
		}
		r.part(reason == "401")
		s.answersPings(s.login())
	}
}

// streamError sees a stream end, now and at the next login.
func streamError(code, child, kind string) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		r := s.login()
		done := s.strike(name, s.own, "count", 2)
		if done.Hit != 1 || done.Fault.Count != 1 || done.Fault.Strikes != 1 {
			s.t.Errorf("struck %+v", done)
		}
		for range 2 {
			word := r.next("stream:error")
			got, _ := word.Attrs["code"].(string)
			if got != code || (child == "") != (len(word.GetChildren()) == 0) {
				s.t.Errorf("the last word is %s", word.String())
			}
			if child != "" {
				inner := word.GetChildByTag(child)
				if said := fmt.Sprint(inner.Attrs["type"], inner.Attrs["class"]); inner.Tag != child || !strings.Contains(said, kind) {
					s.t.Errorf("the last word is %s", word.String())
				}
			}
			r.part(code == "401")
			r = s.try()
		}
		r.next("success")
	}
}

// part waits until the server closes, or does not wait for it.
func (r *raw) part(patiently bool) {
	if patiently {
		r.waitClosed()
	} else {
		r.noise.Stop(true, false)
	}
}

func lastTag(tag string) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		r := s.login()
		r.quiet()
		s.strike(name, s.own)
		r.next(tag)
		r.waitClosed()
	}
}

// injected sees a frame that no honest server sends, and that the connection goes on.
func injected(fits func([]byte) bool) func(*stage) {
	return func(s *stage) {
		name := s.t.Name()[strings.LastIndex(s.t.Name(), "/")+1:]
		r := s.login()
		if done := s.strike(name, s.own); done.Hit != 1 {
			s.t.Errorf("hit %d", done.Hit)
		}
		r.frame(fits)
		s.answersPings(r)
	}
}

func (s *stage) answersPings(r *raw) {
	s.t.Helper()
	if answer := r.answer(binary.Attrs{"type": "get", "xmlns": "w:p"}); answer.Attrs["type"] != "result" {
		s.t.Errorf("a ping is answered with %s", answer.String())
	}
}

func (s *stage) testing() *testing.T { return s.t.(*testing.T) }

// upgrade asks for a WebSocket.
func (s *stage) upgrade() (*websocket.Conn, int, error) {
	conn, response, err := websocket.Dial(s.testing().Context(), "wss://localhost/ws/chat", &websocket.DialOptions{HTTPClient: s.http})
	if response == nil {
		return conn, 0, err
	}
	return conn, response.StatusCode, err
}

// unanswered sees a hello that nobody answers.
func (s *stage) unanswered(name string) {
	s.strike(name, "", "count", 1)
	conn, _, err := s.upgrade()
	must(s.t, err)
	defer func() { _ = conn.CloseNow() }()
	hello := append([]byte("WA\x06\x03\x00\x00\x24\x12\x22\x0a\x20"), bytes.Repeat([]byte{9}, 32)...)
	must(s.t, conn.Write(s.testing().Context(), websocket.MessageBinary, hello))
	if _, _, err = conn.Read(short(s.testing())); !strings.Contains(err.Error(), "deadline") {
		s.t.Errorf("reading ended with %v", err)
	}
	s.answersPings(s.login())
}
