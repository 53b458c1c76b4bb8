package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	pb "holdfast/engine/enginepb"
)

// The versions of the protocol that this engine speaks. Notices came with the second.
const (
	MinVersion    = 1
	MaxVersion    = 2
	noticeVersion = 2
)

const helloTimeout = 10 * time.Second

// Handler is what the socket serves. Its methods are called from the reading goroutine of one gateway connection.
type Handler interface {
	// Command carries one command out and calls reply exactly once, from any goroutine.
	Command(command *pb.Command, reply func(*pb.Result))
	// Levels returns the levels of every session held, complete.
	Levels() *pb.Levels
	// Attached and Detached tell whether a gateway is there.
	Attached()
	Detached()
	// Shutdown asks for the end of the process.
	Shutdown(reason string)
}

// Identity is what a Welcome says about this engine.
type Identity struct {
	EngineID string
	Build    string
	Lab      bool
}

// Server is the engine's end of the socket. It serves one gateway at a time; a newer one takes over.
type Server struct {
	identity Identity
	log      *slog.Logger
	handed   func()
	table    deliveries

	greeting sync.Mutex // one gateway becomes the current one at a time

	lock    sync.Mutex
	current *gateway
}

// NewServer returns a server without a gateway. handed is called after deliveries were written to one.
func NewServer(identity Identity, log *slog.Logger, handed func()) *Server {
	return &Server{identity: identity, log: log, handed: handed, table: deliveries{waiting: map[uint64]*waiting{}}}
}

// Hand hands a delivery to the gateway, in the order of the calls. What it returns waits until it is confirmed, over any
// number of gateways, and must be called: it raises ErrEnding when ctx ends first, and then nothing may be acknowledged to
// WhatsApp.
func (s *Server) Hand(delivery *pb.Delivery) (confirmed func(ctx context.Context) error) {
	return s.table.hand(delivery)
}

// Fact tells the gateway of the moment; without one it is dropped, levels repair that.
func (s *Server) Fact(fact *pb.SessionFact) {
	if g := s.gateway(); g != nil {
		g.put(func(o *outbox) { o.facts = append(o.facts, fact) })
	}
}

// SendLevels tells the gateway of the moment the levels; an older frame that still waits is replaced.
func (s *Server) SendLevels(levels *pb.Levels) {
	if g := s.gateway(); g != nil {
		g.put(func(o *outbox) { o.levels = levels })
	}
}

func (s *Server) gateway() *gateway {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.current
}

// Serve accepts gateways until ctx ends, then closes everything.
func (s *Server) Serve(ctx context.Context, listener net.Listener, handler Handler) error {
	stop := context.AfterFunc(ctx, func() {
		_ = listener.Close()
		if g := s.gateway(); g != nil {
			g.close()
		}
	})
	defer stop()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			s.log.Warn("link.accept_failed", "error", err.Error())
			time.Sleep(50 * time.Millisecond) // out of descriptors: do not spin
			continue
		}
		go s.greet(conn, handler)
	}
}

func (s *Server) greet(conn net.Conn, handler Handler) {
	defer func() {
		if value := recover(); value != nil {
			s.log.Error("link.panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			_ = conn.Close()
		}
	}()
	if err := checkPeer(conn, os.Getuid()); err != nil {
		s.log.Warn("link.peer_refused", "error", err.Error())
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(helloTimeout))
	reader := bufio.NewReaderSize(conn, 64<<10)
	first := &pb.Down{}
	err := ReadFrame(reader, first)
	if err == nil && first.Shutdown != nil {
		_ = conn.Close()
		handler.Shutdown(first.Shutdown.Reason)
		return
	}
	if err != nil || first.Hello == nil {
		s.log.Warn("link.no_hello", "error", fmt.Sprint(err))
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	g := newGateway(first.Hello.GatewayId, conn)
	if !s.welcome(g, first.Hello, handler) {
		return
	}
	go s.runWriter(g)
	err = s.read(g, reader, handler)
	s.detach(g, handler, err)
}

// welcome negotiates and makes g the gateway of the moment.
func (s *Server) welcome(g *gateway, hello *pb.Hello, handler Handler) bool {
	answer := &pb.Welcome{
		MinVersion: MinVersion, MaxVersion: MaxVersion, EngineId: s.identity.EngineID, Pid: uint32(os.Getpid()),
		Lab: s.identity.Lab, Build: s.identity.Build, Version: common(hello),
	}
	if answer.Version == 0 {
		s.log.Error("link.version_refused", "gateway_min", hello.MinVersion, "gateway_max", hello.MaxVersion, "own_max", MaxVersion)
		_ = writeNow(g.conn, &pb.Up{Welcome: answer})
		g.close()
		return false
	}
	s.greeting.Lock()
	defer s.greeting.Unlock()
	s.dismissOlder(g)
	var err error
	s.table.attach(answer.Version >= noticeVersion, func(count int) {
		answer.BootDeliveries = uint64(count)
		err = writeNow(g.conn, &pb.Up{Welcome: answer})
	}, func(delivery *pb.Delivery) {
		g.put(func(o *outbox) { o.deliveries = append(o.deliveries, delivery) })
	})
	if err != nil {
		s.log.Warn("link.welcome_failed", "error", err.Error())
		g.close()
	}
	s.lock.Lock()
	s.current = g
	s.lock.Unlock()
	handler.Attached()
	s.SendLevels(handler.Levels())
	s.log.Info("link.gateway_attached", "gateway", g.id, "build", hello.Build, "version", answer.Version, "waiting", answer.BootDeliveries)
	return true
}

// common returns the highest version that both speak, 0 if there is none.
func common(hello *pb.Hello) uint32 {
	version := min(hello.MaxVersion, MaxVersion)
	if version < max(hello.MinVersion, MinVersion) {
		return 0
	}
	return version
}

// dismissOlder closes the gateway that g takes over from.
func (s *Server) dismissOlder(g *gateway) {
	s.lock.Lock()
	older := s.current
	s.current = nil
	s.lock.Unlock()
	if older != nil {
		s.log.Info("link.gateway_replaced", "older", older.id, "newer", g.id)
		older.close()
	}
}

func writeNow(conn net.Conn, up *pb.Up) error {
	frame, err := AppendFrame(nil, up)
	if err != nil {
		return err
	}
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err = conn.Write(frame)
	return err
}

func (s *Server) runWriter(g *gateway) {
	defer func() {
		if value := recover(); value != nil {
			s.log.Error("link.writer_panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		}
		g.close() // the reader sees it and detaches
	}()
	if err := g.write(s.handed); err != nil {
		s.log.Warn("link.write_failed", "gateway", g.id, "error", err.Error())
	}
}

func (s *Server) read(g *gateway, reader *bufio.Reader, handler Handler) error {
	for {
		down := &pb.Down{}
		if err := ReadFrame(reader, down); err != nil {
			return err
		}
		if down.Shutdown != nil {
			handler.Shutdown(down.Shutdown.Reason)
			return nil
		}
		s.table.confirm(down.Confirmed)
		for _, command := range down.Commands {
			handler.Command(command, func(result *pb.Result) {
				result.RequestId = command.RequestId
				g.put(func(o *outbox) { o.results = append(o.results, result) })
			})
		}
	}
}

// detach ends g; the sessions stay as they are.
func (s *Server) detach(g *gateway, handler Handler, err error) {
	g.close()
	s.lock.Lock()
	last := s.current == g
	if last {
		s.current = nil
		s.table.detach()
	}
	s.lock.Unlock()
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		err = nil
	}
	s.log.Info("link.gateway_detached", "gateway", g.id, "replaced", !last, "error", fmt.Sprint(err))
	if last {
		handler.Detached()
	}
}
