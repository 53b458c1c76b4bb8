package faults

import (
	"maps"
	"slices"
)

// Faults that are asked for by name at the one place that they break.
const (
	CloseAfterPairSuccess = "close-after-pair-success"
	Missing515            = "missing-515"
	Early515              = "early-515"
	BadPairHMAC           = "bad-pair-hmac"
	BadAccountSignature   = "bad-account-signature"
	CodesExpired          = "codes-expired"
	Deflate               = "deflate"
	PNThenLID             = "pn-then-lid"
	SenderKeyLate         = "sender-key-late"
	OfflineFirst          = "offline-first"
	KeysRefused           = "keys-refused"
	KeyWithheld           = "appstate-key-withheld"
	RotatedStatic         = "rotated-static"
	WrongRoot             = "wrong-root"
	WrongLeaf             = "wrong-leaf"
	ExpiredChain          = "expired-chain"
	MalformedChain        = "malformed-chain"
	ServerRestart         = "server-restart"
	ClockSkew             = "clock-skew"
	CraftedDM             = "crafted-dm"
	PreKeysDrained        = "prekeys-drained"
	IdentityChange        = "identity-change"
)

// ready is a fault that has a name: a rule with its usual count.
type ready struct {
	what   string
	count  int
	match  Match
	action string
	args   Args
	// now is a fault that strikes the connections that are open; waits, that what is left of its count then
	// waits for the rule's occasion.
	now, waits bool
	// takes are the details that an order may give, nil for all of the action's.
	takes []string
}

// details are the arguments that the fault takes.
func (r *ready) details() []string {
	if r.takes != nil || r.action == Hook {
		return r.takes
	}
	return actions[r.action].args
}

// atLogin is where faults of live connections wait for the next login: success has come, then they strike.
var atLogin = Match{Dir: Out, Tag: "success"}

func verdict(what string, attrs map[string]string) ready {
	return ready{what: "the next login is refused: " + what, count: 1, match: Match{Tag: Login}, action: Failure, args: Args{Attrs: attrs}, takes: []string{"attrs"}}
}

func reason(number string) map[string]string { return map[string]string{"reason": number} }

// lastWord is a stream error now, or at the next login.
func lastWord(what, reason string) ready {
	return ready{what: what + ": now, or at the next login", count: 1, match: atLogin, action: StreamError, args: Args{Reason: reason}, now: true, waits: true, takes: []string{"after"}}
}

func frame(what, kind string) ready {
	return ready{what: what + ": now, to open connections", count: 1, action: Inject, args: Args{Kind: kind}, now: true, takes: []string{}}
}

func ending(what, action string, count int) ready {
	return ready{what: what, count: count, match: atLogin, action: action, args: Args{After: true}, now: true, waits: true, takes: []string{"after"}}
}

func hook(what string, count int, takes ...string) ready {
	return ready{what: what, count: count, action: Hook, takes: takes}
}

func files(what, point string, args Args) ready {
	return ready{what: what, count: 1, match: Match{Tag: point}, action: HTTP, args: args}
}

func refusal(what string, count int, match Match, code int) ready {
	match.Dir = In
	return ready{what: what, count: count, match: match, action: Refuse, args: Args{Code: code}}
}

const (
	states  = "w:sync:app:state"
	asking  = "get|set"
	noPings = "!w:p"
)

// named is every ready-made fault.
var named = map[string]ready{
	// Verdicts of the server.
	"logged-out":        verdict("reason 401; the device stays linked", reason("401")),
	"temp-ban":          verdict("reason 402, an hour", map[string]string{"reason": "402", "code": "101", "expire": "3600"}),
	"locked":            verdict("reason 403", map[string]string{"reason": "403", "logout_message_header": "Locked", "logout_message_subtext": "by wasim"}),
	"client-outdated":   verdict("reason 405", reason("405")),
	"banned":            verdict("reason 406", reason("406")),
	"bad-user-agent":    verdict("reason 409", reason("409")),
	"device-mismatch":   verdict("reason 411", reason("411")),
	"cat-expired":       verdict("reason 413", reason("413")),
	"cat-invalid":       verdict("reason 414", reason("414")),
	"not-found":         verdict("reason 415", reason("415")),
	"client-unknown":    verdict("reason 418", reason("418")),
	"rate-limited":      verdict("reason 429", reason("429")),
	"login-error":       verdict("reason 500", reason("500")),
	"experimental":      verdict("reason 501", reason("501")),
	"login-unavailable": verdict("reason 503", reason("503")),
	"login-generic":     verdict("reason 400", reason("400")),
	"login-no-reason":   verdict("no reason at all", map[string]string{}),
	"device-removed":    lastWord("stream error 401 with conflict device_removed; the device stays linked", "device_removed"),
	"replaced":          lastWord("stream error with conflict replaced", "replaced"),
	"conflict-unknown":  lastWord("stream error with a conflict of an unknown type", "conflict"),
	"silent-503":        lastWord("stream error 503", "503"),
	"stream-401":        lastWord("stream error 401 without a conflict", "401"),
	"stream-429":        lastWord("stream error 429", "429"),
	"stream-500":        lastWord("stream error 500", "500"),
	"stream-515":        lastWord("stream error 515", "515"),
	"stream-516":        lastWord("stream error 516", "516"),
	"stream-ack":        lastWord("stream error with an <ack/>", "ack"),
	"stream-unknown":    lastWord("stream error with neither code nor child", "unknown"),
	"stream-malformed":  lastWord("stream error xml-not-well-formed", "not-well-formed"),
	"stream-end":        lastWord("<xmlstreamend/> and close", "xmlstreamend"),
	"downgrade":         lastWord("<downgrade_webclient/> and close", "downgrade"),

	// Transport.
	"black-hole":             ending("connections stay open, nothing is read and nothing said: now, and at logins to come", BlackHole, Forever),
	"black-hole-after-login": {what: "the next login hears <success> and then nothing more", count: 1, match: atLogin, action: BlackHole, args: Args{After: true}},
	"half-open":              ending("the server forgets the connection, the client's end stays open: now, or at the next login", HalfOpen, 1),
	"reset":                  ending("TCP reset: now, or at the next login", Reset, 1),
	"abrupt-close":           ending("TCP ends without a farewell: now, or at the next login", Close, 1),
	"no-pong":                {what: "pings get no answer, everything else does", count: Forever, match: Match{Dir: Out, Tag: "iq", XMLNS: "w:p"}, action: Drop},
	"login-silence":          {what: "a login hears nothing at all", count: 1, match: Match{Tag: Login}, action: BlackHole, takes: []string{}},
	"handshake-silence":      {what: "the client's hello is read and never answered", count: 1, match: Match{Tag: Hello}, action: BlackHole, takes: []string{}},
	"upgrade-then-silence":   {what: "the WebSocket opens, nothing is read and nothing follows", count: Forever, match: Match{Tag: Handshake}, action: BlackHole, takes: []string{}},
	"tcp-silence":            {what: "the request for a WebSocket is never answered", count: 1, match: Match{Tag: Upgrade}, action: BlackHole, takes: []string{}},
	"upgrade-refused":        {what: "the request for a WebSocket is answered with an HTTP status (503)", count: 1, match: Match{Tag: Upgrade}, action: HTTP, args: Args{Status: 503}},
	"slow":                   {what: "every frame to the client waits 200 ms", count: Forever, match: Match{Dir: Out}, action: Delay, args: Args{MS: 200}},
	"trickle":                {what: "every frame comes byte by byte", count: Forever, match: Match{Dir: Out}, action: Trickle},
	"split-frame":            {what: "the next frame comes in two WebSocket messages", count: 1, match: Match{Dir: Out}, action: Split},
	"fragmented-frames":      {what: "every frame comes in one WebSocket message of many fragments", count: Forever, match: Match{Dir: Out}, action: Fragment},
	"coalesced-frames":       {what: "the next frame comes in one WebSocket message with the one after it", count: 1, match: Match{Dir: Out}, action: Coalesce},
	"garbage-frame":          frame("a frame that nobody can decrypt; counters move on", "garbage"),
	"empty-frame":            frame("a frame with nothing in it", "empty"),
	"malformed-node":         frame("a frame whose tag is a list", "malformed"),
	"truncated-node":         frame("a frame whose stanza breaks off", "truncated"),
	"inflate-bomb":           frame("a frame of 64 KiB that inflates to 64 MiB", "bomb"),
	"bad-zlib":               frame("a frame that says it is compressed and is not", "bad-zlib"),
	"declared-length":        frame("a frame shorter than it says, and silence after it", "declared-length"),
	ServerRestart:            {what: "every connection is closed with 1001, as by a server that restarts; nothing is lost. args.down_ms: nobody is let in for so long", count: Forever, action: Hook, takes: []string{"down_ms"}, now: true},
	ClockSkew: {what: "the server's clock is wrong by args.offset_s (604800, a week), certificates included", count: Forever,
		action: Hook, args: Args{OffsetS: 604800}, takes: []string{"offset_s"}},
	Deflate:        hook("permessage-deflate is accepted if the client offers it", Forever),
	RotatedStatic:  hook("the next handshake shows another key of the server, properly certified", 1),
	WrongRoot:      hook("the next handshake shows a chain that a stranger signed", 1),
	WrongLeaf:      hook("the next handshake shows a good chain for another key", 1),
	ExpiredChain:   hook("the next handshake shows a chain that ran out a year ago", 1),
	MalformedChain: hook("the next handshake shows a chain whose signatures have 63 bytes", 1),

	// Pairing.
	CloseAfterPairSuccess: hook("the pairing connection closes without the request to restart", 1),
	Missing515:            hook("after pairing the connection stays open and says nothing", 1),
	Early515:              hook("the request to restart comes before the device's answer was read", 1),
	BadPairHMAC:           hook("the phone's proof in pair-success does not hold", 1),
	BadAccountSignature:   hook("the account's signature in pair-success does not hold", 1),
	CodesExpired:          hook("codes that are shown run out: their connections close, now", Forever),

	// Messages.
	"no-ack":            {what: "messages are delivered and never acknowledged", count: Forever, match: Match{Dir: Out, Tag: "ack", Class: "message"}, action: Drop},
	"ack-error":         refusal("a message goes to nobody, its acknowledgement carries an error (479)", 1, Match{Tag: "message"}, 479),
	"ack-phash":         {what: "an acknowledgement says that the device list is another", count: 1, match: Match{Dir: Out, Tag: "ack", Class: "message"}, action: Alter, args: Args{Attrs: map[string]string{"phash": "2:wasim123"}}},
	"duplicate-message": {what: "the next message reaches a companion twice", count: 1, match: Match{Dir: Out, Tag: "message"}, action: Duplicate},
	"out-of-order":      {what: "the next message comes after the one that follows it", count: 1, match: Match{Dir: Out, Tag: "message"}, action: Reorder},
	"undecryptable":     {what: "the next message arrives with a broken MAC", count: 1, match: Match{Dir: Out, Tag: "message"}, action: Corrupt},
	"unavailable":       {what: "the next message comes without its content, which the phone must be asked for", count: 1, match: Match{Dir: Out, Tag: "message"}, action: Alter, args: Args{Children: []Tree{{Tag: "unavailable"}}}},
	"no-offline":        {what: "a login is never told that its backlog is complete", count: 1, match: Match{Dir: Out, Tag: "ib", Has: "offline"}, action: Drop},
	OfflineFirst:        hook("a login is told that its backlog is complete before it comes", 1),
	PNThenLID:           hook("messages come under the sender's phone number first, under the LID when they come again", Forever),
	SenderKeyLate:       hook("a group message comes without its sender key first, and then whole", 1),
	CraftedDM:           hook("a stranger (or `from`) sends every companion a message with a valid MAC and a body of 17 bytes, now", 1, "from"),

	// Queries and keys.
	"iq-silent":         {what: "queries, pings excepted, get no answer", count: Forever, match: Match{Dir: In, Tag: "iq", Type: asking, XMLNS: noPings}, action: Drop},
	"iq-error":          refusal("queries, pings excepted, get an error (500)", Forever, Match{Tag: "iq", Type: asking, XMLNS: noPings}, 500),
	"rate-overlimit":    refusal("queries, pings excepted, get error 429", Forever, Match{Tag: "iq", Type: asking, XMLNS: noPings}, 429),
	"upload-rejected":   refusal("the next upload of keys is refused (406)", 1, Match{Tag: "iq", Type: "set", XMLNS: "encrypt"}, 406),
	"digest-missing":    refusal("the next question for the digest of the keys gets error 404", 1, Match{Tag: "iq", XMLNS: "encrypt", Has: "digest"}, 404),
	"digest-mismatch":   {what: "the next digest of the keys is wrong", count: 1, match: Match{Dir: Out, Tag: "iq", XMLNS: "encrypt", Has: "digest"}, action: Corrupt, args: Args{Part: "hash"}},
	"appstate-conflict": refusal("the next patch of app state meets a conflict (409)", 1, Match{Tag: "iq", XMLNS: states, Has: "patch"}, 409),
	"appstate-error":    refusal("the next question for app state gets an error (404)", 1, Match{Tag: "iq", XMLNS: states}, 404),
	"group-forbidden":   refusal("questions about groups, and changes, get an error (403)", Forever, Match{Tag: "iq", XMLNS: "w:g2"}, 403),
	"group-gone":        refusal("questions about groups, and changes, get error 404", Forever, Match{Tag: "iq", XMLNS: "w:g2"}, 404),
	KeyWithheld:         hook("the phone hands out no app state key where it should: to a new companion, or when asked", 1),
	KeysRefused:         hook("the last device of a request for keys is refused with 406", 1),
	PreKeysDrained:      hook("the companions' one-time keys are gone, now; they are told", 1),
	IdentityChange:      hook("the phone is set up again, now: another identity, companions unlinked, everybody who knows the account is told", 1),

	// Files.
	"media-403":         files("the next download is answered with 403", Download, Args{Status: 403}),
	"media-404":         files("the next download is answered with 404", Download, Args{Status: 404}),
	"media-410":         files("the next download is answered with 410", Download, Args{Status: 410}),
	"media-500":         files("the next download is answered with 500", Download, Args{Status: 500}),
	"media-415":         files("the next upload is answered with 415", Upload, Args{Status: 415}),
	"media-short":       files("the next download breaks off half way", Download, Args{Short: true}),
	"media-corrupt":     files("the next download has a wrong byte", Download, Args{Spoil: true}),
	"media-retry-after": files("the next upload or download is answered with 503 and Retry-After: 1", Upload+"|"+Download, Args{Status: 503, RetryAfterS: 1}),
}

// Names lists every ready-made fault.
func Names() []string { return slices.Sorted(maps.Keys(named)) }

// Explained tells of each ready-made fault what it does.
func Explained() map[string]string {
	explained := map[string]string{}
	for name, known := range named {
		explained[name] = known.what
	}
	return explained
}

// Now tells whether a rule strikes open connections, and whether what is left of it then waits.
func (r *Rule) Now() (now, waits bool) {
	known := named[r.Name]
	return known.now, known.waits
}
