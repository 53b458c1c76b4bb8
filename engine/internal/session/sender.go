package session

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

// How often a message is encrypted again when its chat's keys moved on.
const encryptAgain = 8

// errRecipientUnknown says that WhatsApp knows nobody under this number.
var errRecipientUnknown = errors.New("not on WhatsApp")

// sends is the sending side of one connection: chats wait for each other only inside the library, messages of one chat
// always.
type sends struct {
	conn *Connection

	lock    sync.Mutex
	chats   map[string][]job    // a chat with an entry has a goroutine that works it off
	running map[string]*attempt // by message id
}

type job struct {
	send  *pb.Send
	to    types.JID
	reply func(*pb.Result)
}

// attempt remembers whether a stanza was given to the wire, only then is the outcome of a failure unknown, and with which
// number the server refused it.
type attempt struct {
	written bool
	refused int
}

func (s *sends) isRunning(id string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.running[id] != nil
}

func (s *sends) wrote(id string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if a := s.running[id]; a != nil {
		a.written = true
	}
}

// progress tells whether a message is on the wire, and whether another one is that has not been acknowledged.
func (s *sends) progress(id string) (written, turns bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for other, a := range s.running {
		turns = turns || (other != id && a.written)
	}
	a := s.running[id]
	return a != nil && a.written, turns
}

// acknowledged notes what the server says of a message: nothing, or why it is refused.
func (s *sends) acknowledged(id string, node *waBinary.Node) {
	text, _ := node.Attrs["error"].(string)
	code, _ := strconv.Atoi(text)
	s.lock.Lock()
	defer s.lock.Unlock()
	if a := s.running[id]; a != nil {
		a.refused = code
	}
}

// add queues a message after the earlier ones of its chat.
func (s *sends) add(send *pb.Send, reply func(*pb.Result)) {
	to, err := recipient(send)
	if err != nil {
		reply(failure(pb.ErrorCode_INVALID_ARGUMENT, err.Error()))
		return
	}
	alias := s.conn.aliases(to)
	s.lock.Lock()
	defer s.lock.Unlock()
	chat := s.lane(to, alias)
	queue, working := s.chats[chat]
	s.chats[chat] = append(queue, job{send: send, to: to, reply: reply})
	if !working {
		go s.work(chat)
	}
}

// lane is the queue of a recipient: a person's two names share the one that is being worked off, or a message to the name
// that was just learned would overtake those to the other.
func (s *sends) lane(to, alias types.JID) string {
	if _, working := s.chats[alias.String()]; working && !alias.IsEmpty() {
		return alias.String()
	}
	return to.String()
}

func recipient(send *pb.Send) (types.JID, error) {
	if send.MessageId == "" {
		return types.EmptyJID, errors.New("message_id is empty")
	}
	if len(send.Message) == 0 && send.Text == "" {
		return types.EmptyJID, errors.New("neither message nor text")
	}
	to, err := types.ParseJID(send.To)
	if err != nil || to.User == "" || to.Device != 0 {
		return types.EmptyJID, errors.New("recipient is not a JID of a person or group")
	}
	switch to.Server {
	case types.DefaultUserServer, types.HiddenUserServer:
		if strings.Trim(to.User, "0123456789") != "" {
			return types.EmptyJID, errors.New("recipient is not a number")
		}
	case types.GroupServer, types.NewsletterServer, types.BroadcastServer, types.BotServer:
	default:
		return types.EmptyJID, errors.New("recipient's server is not one that can be sent to")
	}
	return to, nil
}

func (s *sends) work(chat string) {
	for {
		s.lock.Lock()
		queue := s.chats[chat]
		if len(queue) == 0 {
			delete(s.chats, chat)
			s.lock.Unlock()
			return
		}
		next := queue[0]
		s.chats[chat] = queue[1:]
		s.lock.Unlock()
		next.reply(s.attempt(next))
	}
}

func (s *sends) attempt(j job) (result *pb.Result) {
	current := &attempt{}
	s.lock.Lock()
	busy := s.running[j.send.MessageId] != nil
	if !busy {
		s.running[j.send.MessageId] = current
	}
	s.lock.Unlock()
	if busy {
		return failure(pb.ErrorCode_BUSY, "this message id is being sent")
	}
	defer func() {
		if value := recover(); value != nil {
			s.conn.log.Error("session.send_panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			result = failure(pb.ErrorCode_PANICKED, "contained in the engine")
		}
		s.lock.Lock()
		delete(s.running, j.send.MessageId)
		s.lock.Unlock()
	}()
	message := &waE2E.Message{}
	if len(j.send.Message) == 0 {
		message.Conversation = proto.String(j.send.Text)
	} else if err := proto.Unmarshal(j.send.Message, message); err != nil {
		return failure(pb.ErrorCode_INVALID_ARGUMENT, "message is not a waE2E.Message")
	}
	response, err := s.conn.sendMessage(j.to, j.send.MessageId, message)
	if err != nil {
		return s.explain(err, current)
	}
	final, err := proto.Marshal(message)
	if err != nil {
		return failure(pb.ErrorCode_OUTCOME_UNKNOWN, "sent, but the final message could not be encoded")
	}
	return &pb.Result{Result: &pb.Result_Send{Send: &pb.SendResult{
		TimestampMs: response.Timestamp.UnixMilli(), Sender: response.Sender.ToNonAD().String(), Message: final,
	}}}
}

// limitWriting ends the connection when a message does not come to the wire in time. The library sends one after the other:
// as long as another one waits for its acknowledgement, this one waits for its turn.
func (c *Connection) limitWriting(id string) *time.Timer {
	var limit *time.Timer
	made := make(chan struct{})
	defer close(made)
	limit = time.AfterFunc(c.deps.Timing.Send, func() {
		<-made
		switch written, turns := c.sends.progress(id); {
		case written:
		case turns:
			limit.Reset(c.deps.Timing.Send)
		default:
			c.endUnanswered("was not taken")
		}
	})
	return limit
}

func (c *Connection) endUnanswered(what string) {
	c.log.Warn("session.send_unanswered")
	c.end(translate.Ending{Reason: pb.Reason_SILENT, Detail: "a message " + what + " within " + c.deps.Timing.Send.String()})
}

// sendMessage sends and waits for the server's acknowledgement. The context is the connection's: cancelling a send in
// the middle of a write could swap frames, so one that does not come to the wire takes the connection with it. What is on the
// wire is waited for as long as the library is told; one chat that stays silent does not end the connection of all others
// again and again.
func (c *Connection) sendMessage(to types.JID, id string, message *waE2E.Message) (whatsmeow.SendResponse, error) {
	limit := c.limitWriting(id)
	defer limit.Stop()
	if err := c.known(to); err != nil {
		return whatsmeow.SendResponse{}, err
	}
	response, err := c.encryptAndSend(to, id, message)
	for again := 0; errors.Is(err, vault.ErrConflict) && again < encryptAgain; again++ {
		// A message from the same chat was decrypted meanwhile; nothing has left this machine yet.
		response, err = c.encryptAndSend(to, id, message)
	}
	switch {
	case err == nil:
		c.session.faults.acknowledged(id)
	case errors.Is(err, whatsmeow.ErrMessageTimedOut) && c.session.faults.unacknowledged(id, time.Now(), c.deps.Timing.SendRest):
		c.endUnanswered("was not acknowledged")
	}
	if err == nil && c.watch.Failed() {
		// Devices whose keys could not be read were left out without an error.
		return response, errors.New("storage failed while sending")
	}
	return response, err
}

func (c *Connection) encryptAndSend(to types.JID, id string, message *waE2E.Message) (whatsmeow.SendResponse, error) {
	extra := whatsmeow.SendRequestExtra{ID: id, Timeout: c.deps.Timing.Send}
	if c.session.faults.wasUnacknowledged(id) {
		extra.Timeout = c.deps.Timing.SendAgain
	}
	if to.Server != types.DefaultUserServer && to.Server != types.HiddenUserServer {
		return c.client.SendMessage(c.ctx, to, message, extra)
	}
	theirs := c.devicesBesideOwn(to)
	ctx, deferred := vault.Defer(c.ctx, theirs)
	response, err := c.client.SendMessage(ctx, to, message, extra)
	if err == nil && deferred.Left() {
		if theirs != nil {
			return response, vault.ErrNoKeys // it went to no device at all
		}
		err = deferred.Flush(c.ctx)
	}
	return response, err
}

// devicesBesideOwn tells the devices of a recipient from the number's own, which get a copy; nil for a message to oneself.
func (c *Connection) devicesBesideOwn(to types.JID) func(address string) bool {
	own, lid := c.device.GetJID(), c.device.GetLID()
	if to.User == own.User || to.User == lid.User {
		return nil
	}
	return func(address string) bool {
		name, _, _ := strings.Cut(address, ":")
		return name != own.SignalAddressUser() && name != lid.SignalAddressUser()
	}
}

// known makes sure that WhatsApp knows the recipient: the library would send to nobody and report success.
func (c *Connection) known(to types.JID) error {
	lid := to
	switch to.Server {
	case types.DefaultUserServer:
		found, err := c.device.LIDs.GetLIDForPN(c.ctx, to)
		if err != nil {
			return err
		}
		if found.IsEmpty() {
			info, err := c.client.GetUserInfo(c.ctx, []types.JID{to})
			if err != nil {
				return err
			}
			found = info[to].LID
		}
		if found.IsEmpty() {
			return errRecipientUnknown
		}
		lid = found
	case types.HiddenUserServer:
	default:
		return nil
	}
	devices, err := c.client.GetUserDevices(c.ctx, []types.JID{lid.ToNonAD()})
	if err != nil {
		return err
	}
	if len(devices) == 0 && lid.User != c.device.GetLID().User {
		return errRecipientUnknown
	}
	return nil
}

// explain turns the library's error into what the outbox has to know: was it sent, may it be repeated.
func (s *sends) explain(err error, a *attempt) *pb.Result {
	s.lock.Lock()
	written, code := a.written, a.refused
	s.lock.Unlock()
	refused := refusedQuestion(err)
	switch {
	case errors.Is(err, errRecipientUnknown):
		return failure(pb.ErrorCode_RECIPIENT_UNKNOWN, "not on WhatsApp")
	case errors.Is(err, vault.ErrNoKeys):
		return failure(pb.ErrorCode_NO_KEYS, oneLine(vault.ErrNoKeys.Error()))
	case errors.Is(err, whatsmeow.ErrServerReturnedError):
		return rejection(code, "", 0)
	case s.conn.watch.Failed() && !written:
		return failure(pb.ErrorCode_STORAGE, oneLine(err.Error()))
	case written:
		return failure(pb.ErrorCode_OUTCOME_UNKNOWN, oneLine(err.Error()))
	case errors.Is(err, context.Canceled), errors.Is(err, whatsmeow.ErrNotConnected), errors.Is(err, whatsmeow.ErrIQTimedOut),
		s.conn.ctx.Err() != nil:
		return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error()))
	case refused != nil:
		// A question before the message was refused, e.g. 429: the gateway decides by the number.
		refused.Error.Code = pb.ErrorCode_REJECTED
		return refused
	default:
		return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error()))
	}
}
