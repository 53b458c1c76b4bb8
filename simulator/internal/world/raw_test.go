package world_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

// raw is a client that can say anything: it shakes hands properly and then sends what the test wants.
type raw struct {
	t      testing.TB
	noise  *socket.NoiseSocket
	nodes  chan *binary.Node
	closed chan struct{}
	asked  int
	// plain are the latest frames as they came, readable or not; ending is what the socket said at its end.
	plain  chan []byte
	ending *lastLine
	// drained is closed when the server has said that nothing more of the backlog comes, routed when it has told how
	// to reach it again. The two come in either order: a login with nothing waiting is drained at once.
	drained, routed chan struct{}
	drain, route    sync.Once
}

// lastLine is a logger that remembers how a socket ended.
type lastLine struct {
	waLog.Logger
	mu   sync.Mutex
	text string
}

func (l *lastLine) keep(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text += fmt.Sprintf(format, args...) + "\n"
}

func (l *lastLine) Errorf(format string, args ...any) { l.keep(format, args...) }
func (l *lastLine) Warnf(format string, args ...any)  { l.keep(format, args...) }
func (l *lastLine) Debugf(format string, args ...any) { l.keep(format, args...) }
func (l *lastLine) Sub(string) waLog.Logger           { return l }

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text
}

// dialRaw connects with a Noise key and a payload of the test's choice.
func (l *lab) dialRaw(static *keys.KeyPair, payload *waWa6.ClientPayload) *raw {
	l.t.Helper()
	ending := &lastLine{Logger: waLog.Noop}
	frames := socket.NewFrameSocket(ending, l.http)
	if err := frames.Connect(context.Background()); err != nil {
		l.t.Fatal(err)
	}
	ephemeral, state := keys.NewKeyPair(), socket.NewNoiseHandshake()
	state.Start(socket.NoiseStartPattern, frames.Header)
	state.Authenticate(ephemeral.Pub[:])
	sendProto(l.t, frames, &waWa6.HandshakeMessage{ClientHello: &waWa6.HandshakeMessage_ClientHello{Ephemeral: ephemeral.Pub[:]}})
	answer := &waWa6.HandshakeMessage{}
	select {
	case frame := <-frames.Frames:
		must(l.t, proto.Unmarshal(frame, answer))
	case <-time.After(patience):
		l.t.Fatal("no server hello")
	}
	hello := answer.GetServerHello()
	theirs := [32]byte(hello.GetEphemeral())
	state.Authenticate(theirs[:])
	must(l.t, state.MixSharedSecretIntoKey(*ephemeral.Priv, theirs))
	serverStatic, err := state.Decrypt(hello.GetStatic())
	must(l.t, err)
	must(l.t, state.MixSharedSecretIntoKey(*ephemeral.Priv, [32]byte(serverStatic)))
	_, err = state.Decrypt(hello.GetPayload())
	must(l.t, err)
	sealedStatic := state.Encrypt(static.Pub[:])
	must(l.t, state.MixSharedSecretIntoKey(*static.Priv, theirs))
	encoded, err := proto.Marshal(payload)
	must(l.t, err)
	sendProto(l.t, frames, &waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{
		Static: sealedStatic, Payload: state.Encrypt(encoded),
	}})
	r := &raw{t: l.t, nodes: make(chan *binary.Node, 1000), closed: make(chan struct{}), plain: make(chan []byte, 1000), ending: ending,
		drained: make(chan struct{}), routed: make(chan struct{})}
	r.noise, err = state.Finish(frames, r.receive, func(context.Context, *socket.NoiseSocket, bool) { close(r.closed) })
	must(l.t, err)
	l.t.Cleanup(func() { go r.noise.Stop(true, false) }) // a dead link's farewell takes seconds
	return r
}

func (r *raw) receive(_ context.Context, plaintext []byte) {
	select {
	case r.plain <- plaintext:
	default:
	}
	defer func() { _ = recover() }() // the codec panics on what the server's faults send
	body, err := binary.Unpack(plaintext)
	if err != nil {
		return
	}
	if node, err := binary.Unmarshal(body); err == nil {
		if _, over := node.GetOptionalChildByTag("offline"); over {
			r.drain.Do(func() { close(r.drained) })
		}
		if _, told := node.GetOptionalChildByTag("edge_routing"); told {
			r.route.Do(func() { close(r.routed) })
		}
		r.nodes <- node
	}
}

// next returns the next stanza with the tag.
func (r *raw) next(tag string) *binary.Node {
	r.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case node := <-r.nodes:
			if node.Tag == tag {
				return node
			}
		case <-timeout:
			r.t.Fatalf("no <%s> in time", tag)
		}
	}
}

func (r *raw) waitClosed() {
	r.t.Helper()
	select {
	case <-r.closed:
	case <-time.After(patience):
		r.t.Fatal("the server keeps the connection")
	}
}

func (r *raw) send(node binary.Node) {
	r.t.Helper()
	encoded, err := binary.Marshal(node)
	must(r.t, err)
	must(r.t, r.noise.SendFrame(context.Background(), encoded))
}

func sendProto(t testing.TB, frames *socket.FrameSocket, message proto.Message) {
	t.Helper()
	encoded, err := proto.Marshal(message)
	must(t, err)
	must(t, frames.SendFrame(encoded))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rawLogin connects as a linked whatsmeow client, whose own connection must be closed.
func (l *lab) rawLogin(c *companion) *raw {
	l.t.Helper()
	r := l.dialRaw(c.Store.NoiseKey, c.Store.GetClientPayload())
	r.next("success")
	return r
}
