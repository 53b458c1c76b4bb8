package session

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/store"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

const openTimeout = 30 * time.Second

// execute carries one command out on the owner's goroutine. Those that wait for the network reply later, from another.
func (s *Session) execute(command any, reply func(*pb.Result)) {
	defer func() {
		if value := recover(); value != nil {
			s.deps.Log.Error("session.command_panicked", "session", s.id, "command", fmt.Sprintf("%T", command),
				"panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			reply(failure(pb.ErrorCode_PANICKED, "contained in the engine"))
		}
	}()
	switch c := command.(type) {
	case *pb.Command_Open:
		reply(s.openFile(c.Open))
	case *pb.Command_Close:
		s.release()
		reply(&pb.Result{})
	case *pb.Command_Connect:
		reply(s.connect(c.Connect))
	case *pb.Command_Disconnect:
		reply(s.disconnect())
	case *pb.Command_Pair:
		reply(s.startPairing(c.Pair))
	case *pb.Command_CancelPair:
		reply(s.cancelPairing())
	case *pb.Command_Adopt:
		reply(s.adopt(c.Adopt))
	case *pb.Command_Quarantine:
		reply(s.quarantine(c.Quarantine))
	case *pb.Command_Logout:
		s.live(reply, func(conn *Connection) { conn.logout(reply) })
	case *pb.Command_Send:
		s.live(reply, func(conn *Connection) { conn.sends.add(c.Send, reply) })
	case *pb.Command_PairPhone:
		s.pairing(reply, func(conn *Connection) *pb.Result { return conn.pairPhone(c.PairPhone) })
	case *pb.Command_PasskeyResponse:
		s.pairing(reply, func(conn *Connection) *pb.Result { return conn.passkeyResponse(c.PasskeyResponse) })
	case *pb.Command_PasskeyConfirm:
		s.pairing(reply, func(conn *Connection) *pb.Result { return conn.passkeyConfirm() })
	case *pb.Command_Unlink:
		s.unlink(c.Unlink, reply)
	case *pb.Command_Upload:
		s.live(reply, func(conn *Connection) { conn.transfers.upload(c.Upload, reply) })
	case *pb.Command_Download:
		s.live(reply, func(conn *Connection) { conn.transfers.download(c.Download, reply) })
	case *pb.Command_Cancel:
		if conn := s.connection(); conn != nil {
			conn.transfers.cancel(c.Cancel.TransferId)
		}
		reply(&pb.Result{})
	case *pb.Command_Query:
		s.live(reply, func(conn *Connection) { conn.query(c.Query, reply) })
	case *pb.Command_Act:
		s.live(reply, func(conn *Connection) { conn.act(c.Act, reply) })
	default:
		reply(failure(pb.ErrorCode_UNKNOWN_COMMAND, "this engine does not know the command"))
	}
}

// live runs then with a connection that is logged in, or says why there is none.
func (s *Session) live(reply func(*pb.Result), then func(*Connection)) {
	if s.folderName() == "" {
		reply(failure(pb.ErrorCode_UNKNOWN_SESSION, "not open here"))
		return
	}
	conn := s.connection()
	if conn == nil || !conn.loggedIn() {
		reply(failure(pb.ErrorCode_NOT_CONNECTED, "no connection is logged in"))
		return
	}
	then(conn)
}

func (s *Session) openFile(c *pb.Open) *pb.Result {
	if s.folderName() == c.Folder && s.file != nil && s.open != nil {
		return &pb.Result{Result: &pb.Result_Open{Open: s.open}}
	}
	if s.file != nil || !s.claim(s, c.Folder) {
		return failure(pb.ErrorCode_BUSY, "another folder or another session is open; close it first")
	}
	s.deps.opens <- struct{}{}
	defer func() { <-s.deps.opens }()
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	file, err := s.deps.Folders.Open(ctx, c.Folder, c.Key)
	if err != nil {
		return failed(err)
	}
	watch := &vault.Watch{}
	device, err := file.LoadDevice(ctx, watch)
	if err != nil {
		_ = file.Close()
		return failed(err)
	}
	s.file, s.loaded = file, &loaded{device: device, watch: watch}
	s.open = opened(device)
	s.hold(c.Folder, s.open.Jid)
	s.deps.Log.Info("session.opened", "session", s.id, "folder", c.Folder)
	return &pb.Result{Result: &pb.Result_Open{Open: s.open}}
}

func opened(device *store.Device) *pb.OpenResult {
	return &pb.OpenResult{
		Jid: device.GetJID().String(), Lid: device.GetLID().String(), PushName: strings.ToValidUTF8(device.PushName, "?"),
		Platform: strings.ToValidUTF8(device.Platform, "?"), RegistrationId: device.RegistrationID,
	}
}

func (s *Session) connect(c *pb.Connect) *pb.Result {
	if s.file == nil || s.open == nil {
		return failure(pb.ErrorCode_UNKNOWN_SESSION, "not open here")
	}
	if c.Epoch <= s.lastEpoch() {
		return failure(pb.ErrorCode_STALE_EPOCH, fmt.Sprintf("epoch %d is not newer than %d", c.Epoch, s.lastEpoch()))
	}
	s.stop(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "a newer connection takes over"})
	fresh, err := s.freshDevice()
	if err != nil {
		return failed(err)
	}
	conn := newConnection(s, c.Epoch, fresh.watch)
	conn.attach(fresh.device)
	s.start(conn)
	return &pb.Result{}
}

// loaded is a device that no connection has used yet, and the watch over its stores.
type loaded struct {
	device *store.Device
	watch  *vault.Watch
}

// freshDevice returns the device that open loaded, once, and then one loaded again: what the last connection's client
// held in memory does not reach into the next.
func (s *Session) freshDevice() (*loaded, error) {
	if fresh := s.loaded; fresh != nil {
		s.loaded = nil
		return fresh, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	watch := &vault.Watch{}
	device, err := s.file.LoadDevice(ctx, watch)
	if err != nil {
		return nil, err
	}
	return &loaded{device: device, watch: watch}, nil
}

func (s *Session) lastEpoch() uint64 {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.epoch
}

func (s *Session) disconnect() *pb.Result {
	if s.folderName() == "" {
		return failure(pb.ErrorCode_UNKNOWN_SESSION, "not open here")
	}
	s.stop(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "disconnect"})
	return &pb.Result{}
}

func (s *Session) adopt(c *pb.Adopt) *pb.Result {
	if !s.claim(s, c.Folder) {
		return failure(pb.ErrorCode_TARGET_EXISTS, "another session is open in that folder")
	}
	s.release()
	if err := s.deps.Folders.Adopt(s.id, c.Folder); err != nil {
		return failed(err)
	}
	s.deps.Log.Info("session.adopted", "session", s.id, "folder", c.Folder)
	return &pb.Result{}
}

func (s *Session) quarantine(c *pb.Quarantine) *pb.Result {
	if !s.claim(s, c.Folder) {
		return failure(pb.ErrorCode_BUSY, "another session is open in that folder")
	}
	if s.folderName() == c.Folder {
		s.release()
	}
	if err := s.deps.Folders.Quarantine(c.Folder, c.Target, c.WithSnapshots); err != nil {
		return failed(err)
	}
	s.deps.Log.Info("session.quarantined", "session", s.id, "folder", c.Folder, "target", c.Target)
	return &pb.Result{}
}
