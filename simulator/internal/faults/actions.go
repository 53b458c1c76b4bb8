package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

// What a rule can do.
const (
	Drop        = "drop"
	Delay       = "delay"
	Duplicate   = "duplicate"
	Reorder     = "reorder"
	Corrupt     = "corrupt"
	Replace     = "replace"
	Alter       = "set"
	Refuse      = "refuse"
	Close       = "close"
	Reset       = "reset"
	BlackHole   = "blackhole"
	HalfOpen    = "half_open"
	Split       = "split"
	Coalesce    = "coalesce"
	Trickle     = "trickle"
	Fragment    = "fragment"
	Inject      = "inject"
	StreamError = "stream_error"
	Failure     = "failure"
	HTTP        = "http"
	// Hook is the action of a fault that is done at the one place that asks for it by name.
	Hook = "hook"
)

// Args are the details of an action; each action knows some of them.
type Args struct {
	MS          int               `json:"ms,omitempty" doc:"milliseconds"`
	Where       string            `json:"where,omitempty" doc:"corrupt: content (default) or frame"`
	Part        string            `json:"part,omitempty" doc:"corrupt: tag of the element to spoil"`
	Node        *Tree             `json:"node,omitempty" doc:"replace: the stanza that comes instead"`
	Attrs       map[string]string `json:"attrs,omitempty" doc:"set, failure: attributes"`
	Children    []Tree            `json:"children,omitempty" doc:"set: the content instead"`
	Code        int               `json:"code,omitempty" doc:"refuse, stream_error: error code; close: WebSocket status"`
	Text        string            `json:"text,omitempty" doc:"refuse: the error's text"`
	Conflict    string            `json:"conflict,omitempty" doc:"stream_error: type of the conflict"`
	Reason      string            `json:"reason,omitempty" doc:"failure: reason; stream_error: a reason of kick"`
	After       bool              `json:"after,omitempty" doc:"the stanza still arrives, then it happens"`
	Kind        string            `json:"kind,omitempty" doc:"inject: empty, malformed, garbage, bomb, bad-zlib, truncated, declared-length"`
	Status      int               `json:"status,omitempty" doc:"http: status"`
	RetryAfterS int               `json:"retry_after_s,omitempty" doc:"http: header Retry-After"`
	Body        string            `json:"body,omitempty" doc:"http: the body instead"`
	ContentType string            `json:"content_type,omitempty" doc:"http: header Content-Type"`
	Short       bool              `json:"short,omitempty" doc:"http: the body breaks off half way, after ms of silence"`
	Spoil       bool              `json:"spoil,omitempty" doc:"http: a byte of the body is wrong"`
	OffsetS     int64             `json:"offset_s,omitempty" doc:"clock-skew: seconds that the server's clock is wrong"`
	DownMS      int               `json:"down_ms,omitempty" doc:"server-restart: how long nobody is let in again"`
	From        string            `json:"from,omitempty" doc:"crafted-dm: phone that the message comes from"`
}

// clone returns a copy that shares nothing with the original: orders are read into it.
func (a Args) clone() Args {
	a.Attrs, a.Children = maps.Clone(a.Attrs), slices.Clone(a.Children)
	return a
}

// Tree is a stanza as JSON: content is children, or base64, or text.
type Tree struct {
	Tag      string            `json:"tag"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Children []Tree            `json:"children,omitempty"`
	Base64   []byte            `json:"base64,omitempty"`
	Text     string            `json:"text,omitempty"`
}

// Stanza is the tree as the wire has it.
func (t *Tree) Stanza() stanza.Node {
	node := stanza.Node{Tag: t.Tag, Attrs: attributes(t.Attrs)}
	switch {
	case len(t.Children) > 0:
		node.Content = stanzas(t.Children)
	case t.Base64 != nil:
		node.Content = t.Base64
	case t.Text != "":
		node.Content = []byte(t.Text)
	}
	return node
}

func stanzas(trees []Tree) []stanza.Node {
	nodes := make([]stanza.Node, len(trees))
	for i := range trees {
		nodes[i] = trees[i].Stanza()
	}
	return nodes
}

func attributes(texts map[string]string) stanza.Attrs {
	attrs := stanza.Attrs{}
	for name, text := range texts {
		attrs[name] = address(text)
	}
	return attrs
}

// action is one thing that a rule can do.
type action struct {
	what string
	// dir is the only direction in which it can be done, "" for both.
	dir string
	// at are the points, beside stanzas, at which it can be done.
	at []string
	// alone tells that it can be done at these points only, never to a stanza.
	alone bool
	args  []string
}

var actions = map[string]action{
	Drop:      {what: "the stanza does not arrive"},
	Delay:     {what: "the stanza, and what follows on its way, waits", at: []string{Upgrade, Handshake, Login, Upload, Download}, args: []string{"ms"}},
	Duplicate: {what: "the stanza arrives twice"},
	Reorder:   {what: "the stanza waits until the next with its tag has passed, at most ms (5000)", args: []string{"ms"}},
	Corrupt:   {what: "a byte of the content is wrong (of messages: of the envelope's MAC), or the frame cannot be decrypted", args: []string{"where", "part"}},
	Replace:   {what: "another stanza arrives instead", args: []string{"node"}},
	Alter:     {what: "attributes are set, or the content is another", args: []string{"attrs", "children"}},
	Refuse:    {what: "the client's stanza is answered with an error and has no effect", dir: In, args: []string{"code", "text"}},
	Close:     {what: "the connection is closed: without code with no farewell, else with this WebSocket status", at: []string{Upgrade, Handshake, Login, Upload, Download}, args: []string{"code", "after"}},
	Reset:     {what: "the connection is reset (TCP RST)", at: []string{Upgrade, Handshake, Login, Upload, Download}, args: []string{"after"}},
	BlackHole: {what: "the connection stays open, nothing is read and nothing said any more", at: []string{Upgrade, Handshake, Hello, Login, Upload, Download}, args: []string{"after"}},
	HalfOpen:  {what: "the server forgets the connection, the client's end stays open", args: []string{"after"}},
	Split:     {what: "the frame comes in two WebSocket messages", dir: Out},
	Coalesce:  {what: "the frame comes in one WebSocket message with the next, at most ms (1000) later", dir: Out, args: []string{"ms"}},
	Trickle:   {what: "the frame comes byte by byte, ms (1) apart", dir: Out, args: []string{"ms"}},
	Fragment:  {what: "the frame comes in one WebSocket message of many fragments", dir: Out},
	Inject:    {what: "a broken frame comes before the stanza", dir: Out, args: []string{"kind"}},
	StreamError: {what: "the stream ends with an error in place of the stanza", at: []string{Login},
		args: []string{"reason", "code", "conflict", "after"}},
	Failure: {what: "the login is refused", at: []string{Login}, alone: true, args: []string{"reason", "attrs"}},
	HTTP: {what: "the request is answered with this status, or its body is short or wrong", at: []string{Upgrade, Upload, Download}, alone: true,
		args: []string{"status", "retry_after_s", "body", "content_type", "short", "ms", "spoil"}},
}

// kinds are the frames that can be injected.
var kinds = []string{"empty", "malformed", "garbage", "bomb", "bad-zlib", "truncated", "declared-length"}

// Actions tells what each action does and which details it takes.
func Actions() map[string]string {
	explained := map[string]string{}
	for name, known := range actions {
		explained[name] = known.what
		if len(known.args) > 0 {
			explained[name] += " (args: " + strings.Join(known.args, ", ") + ")"
		}
	}
	return explained
}

// decodeArgs reads an action's details and refuses those that it does not know.
func decodeArgs(raw json.RawMessage, known []string, into *Args) error {
	if len(raw) == 0 {
		return nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil {
		return fmt.Errorf("%w: args must be an object: %w", ErrRule, err)
	}
	for name := range given {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: no argument %q here, known: %v", ErrRule, name, known)
		}
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: args: %w", ErrRule, err)
	}
	return nil
}

// place completes a rule's match with what its action implies, and refuses what can never happen.
func (r *Rule) place() error {
	known, ok := actions[r.Action]
	if !ok {
		return fmt.Errorf("%w: no action %q, known: %v", ErrRule, r.Action, slices.Sorted(maps.Keys(actions)))
	}
	if known.dir != "" && r.Match.Dir == "" {
		r.Match.Dir = known.dir
	}
	if r.Action == Failure && r.Match.Tag == "" {
		r.Match.Tag = Login
	}
	if known.dir != "" && r.Match.Dir != known.dir {
		return fmt.Errorf("%w: %s is possible for dir %s only", ErrRule, r.Action, known.dir)
	}
	for tag := range strings.SplitSeq(r.Match.Tag, "|") {
		if (points[tag] || known.alone) && !slices.Contains(known.at, tag) {
			return fmt.Errorf("%w: %s is not possible at %q; it strikes stanzas: %t, and at %v", ErrRule, r.Action, tag, !known.alone, known.at)
		}
	}
	return r.checkArgs()
}

func (r *Rule) checkArgs() error {
	switch {
	case r.Action == Delay && r.Args.MS <= 0:
		return fmt.Errorf("%w: delay needs args.ms, in milliseconds", ErrRule)
	case r.Action == Replace && (r.Args.Node == nil || r.Args.Node.Tag == ""):
		return fmt.Errorf("%w: replace needs args.node with a tag", ErrRule)
	case r.Action == Refuse && r.Args.Code == 0:
		return fmt.Errorf("%w: refuse needs args.code", ErrRule)
	case r.Action == Inject && !slices.Contains(kinds, r.Args.Kind):
		return fmt.Errorf("%w: inject needs args.kind, one of %v", ErrRule, kinds)
	case r.Action == Corrupt && r.Args.Where != "" && r.Args.Where != "content" && r.Args.Where != "frame":
		return fmt.Errorf("%w: args.where must be content or frame", ErrRule)
	case r.Action == HTTP && r.Args.Status == 0 && !r.Args.Short && !r.Args.Spoil:
		return fmt.Errorf("%w: http needs args.status, short or spoil", ErrRule)
	default:
		return nil
	}
}

// address turns text that names somebody into an address, which clients expect to come as one.
func address(text string) any {
	if jid, err := types.ParseJID(text); err == nil && strings.Contains(text, "@") {
		return jid
	}
	return text
}
