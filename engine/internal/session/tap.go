package session

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	waBinary "go.mau.fi/whatsmeow/binary"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// tap is the logger that a client gets. The library logs every node before it handles it, with the node itself as the
// argument: that is the one place where a node can be seen that gives no event, in the order of the wire.
//
// Source: whatsmeow 35ae40906e74, handleFrame and sendNodeAndGetData.
type tap struct {
	module   string
	log      *slog.Logger
	received func(*waBinary.Node)
	sent     func(*waBinary.Node)
	broken   func()
	down     func()
	panicked func(where string)
	garbled  *atomic.Int32
}

var _ waLog.Logger = (*tap)(nil)

// A frame that does not decrypt is skipped by the library; several in a row mean that both ends count differently.
const garbledFrames = 3

func newTap(log *slog.Logger, c *Connection) *tap {
	return &tap{
		log: log, received: c.nodeReceived, sent: c.nodeSent, broken: c.frameBroken, down: c.clientDown,
		panicked: c.libraryPanicked, garbled: &atomic.Int32{},
	}
}

func (t *tap) Sub(module string) waLog.Logger {
	sub := *t
	sub.module = module
	return &sub
}

func (t *tap) Debugf(message string, args ...any) {
	if t.module == "" && (strings.HasPrefix(message, "OnDisconnect() called") || strings.HasPrefix(message, "Emitting Disconnected")) {
		t.down()
	}
	if len(args) != 1 || (t.module != "Recv" && t.module != "Send") {
		return
	}
	node, ok := args[0].(*waBinary.Node)
	if !ok {
		return
	}
	// This runs on the library's reading goroutine, which has no recover.
	defer func() {
		if value := recover(); value != nil {
			t.log.Error("session.tap_panicked", "tag", node.Tag)
		}
	}()
	if t.module == "Recv" {
		t.garbled.Store(0)
		t.received(node)
	} else {
		t.sent(node)
	}
}

func (t *tap) Infof(string, ...any) {}

// Warnf logs the library's sentence without its arguments: those hold contacts, sometimes whole nodes.
func (t *tap) Warnf(message string, _ ...any) {
	if t.module == "Socket" && strings.HasPrefix(message, "Failed to decrypt frame") && t.garbled.Add(1) == garbledFrames {
		t.broken()
	}
	t.log.Debug("library.warning", "module", t.module, "message", message)
}

// Errorf hears of the panics that the hardened library contains: see engine/harden.
func (t *tap) Errorf(message string, args ...any) {
	if strings.HasPrefix(message, "Contained a panic") {
		t.panicked(fmt.Sprint(args...))
	}
	t.log.Warn("library.error", "module", t.module, "message", message)
}
