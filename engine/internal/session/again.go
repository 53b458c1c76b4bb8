package session

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// errNotOnPhone means that the phone was asked for a file and does not have it.
var errNotOnPhone = errors.New("the phone does not have the file any more")

// again holds who waits for the phone to put a file on the servers again, by message id.
type again struct {
	lock    sync.Mutex
	waiting map[string]chan *events.MediaRetry
}

func (a *again) wait(id string) (answer chan *events.MediaRetry, free bool) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.waiting[id] != nil {
		return nil, false
	}
	answer = make(chan *events.MediaRetry, 1)
	a.waiting[id] = answer
	return answer, true
}

func (a *again) forget(id string) {
	a.lock.Lock()
	defer a.lock.Unlock()
	delete(a.waiting, id)
}

// answered passes an answer on. One that nobody waits for any more is dropped: whoever still wants the file asks again.
func (a *again) answered(answer *events.MediaRetry) {
	a.lock.Lock()
	waiting := a.waiting[answer.MessageID]
	a.lock.Unlock()
	if waiting == nil {
		return
	}
	select {
	case waiting <- answer:
	default: // told twice
	}
}

// mediaAgain asks the session's own phone for a file and waits for what it says.
func (c *Connection) mediaAgain(m *pb.MediaAgain) (*pb.ActResult, error) {
	chat, err := chatOf(m.Chat)
	if err != nil {
		return nil, err
	}
	info := &types.MessageInfo{ID: m.MessageId}
	info.Chat, info.IsFromMe, info.IsGroup = chat, m.FromMe, chat.Server == types.GroupServer
	if info.IsGroup {
		if info.Sender, err = personOf(m.Sender); err != nil {
			return nil, err
		}
	}
	if m.MessageId == "" || len(m.MediaKey) != 32 {
		return nil, argumentError("message_id and media_key (32 bytes) are needed")
	}
	answer, free := c.again.wait(m.MessageId)
	if !free {
		return nil, argumentError("the phone is being asked for this file")
	}
	defer c.again.forget(m.MessageId)
	if err = c.client.SendMediaRetryReceipt(c.ctx, info, m.MediaKey); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.deps.Timing.Phone)
	defer cancel()
	select {
	case placed := <-answer:
		return placedAt(placed, m.MediaKey)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func placedAt(answer *events.MediaRetry, key []byte) (*pb.ActResult, error) {
	told, err := whatsmeow.DecryptMediaRetryNotification(answer, key)
	switch {
	case errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone):
		return nil, errNotOnPhone
	case err != nil:
		return nil, fmt.Errorf("the phone's answer cannot be read: %w", err)
	case told.GetResult() == waMmsRetry.MediaRetryNotification_NOT_FOUND:
		return nil, errNotOnPhone
	case told.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS || told.GetDirectPath() == "":
		return nil, fmt.Errorf("the phone could not place the file: %s", told.GetResult())
	}
	return &pb.ActResult{Result: &pb.ActResult_MediaPlaced{MediaPlaced: &pb.MediaPlaced{DirectPath: told.GetDirectPath()}}}, nil
}
