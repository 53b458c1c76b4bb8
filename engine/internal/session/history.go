package session

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

const (
	// What a phone offers at once, as it comes and unpacked. It is held in memory while it is handed over.
	largestHistory  = 32 << 20
	unpackedHistory = 128 << 20
	// How many messages a phone is asked for at once.
	mostOlder = 500
)

// histories is the history that is handed over, piece by piece: one of a connection at a time.
type histories struct {
	lock    sync.Mutex
	offered string
	opened  *waHistorySync.HistorySync
}

// askHistory returns a piece of what the phone offered. Asked again, also by another gateway, it returns the same.
func (c *Connection) askHistory(q *pb.HistoryQuery) (*pb.QueryResult, error) {
	c.histories.lock.Lock()
	defer c.histories.lock.Unlock()
	if c.histories.opened == nil || c.histories.offered != string(q.Notification) {
		opened, err := c.openHistory(q.Notification)
		if err != nil {
			return nil, err
		}
		c.histories.offered, c.histories.opened = string(q.Notification), opened
	}
	piece := translate.History(c.histories.opened, int(q.Start), c.client.ParseWebMessage, c.aliases)
	if piece.Next == 0 {
		c.histories.offered, c.histories.opened = "", nil
	}
	return &pb.QueryResult{Result: &pb.QueryResult_History{History: piece}}, nil
}

// askOlder asks the session's own phone for what was said before a message. The phone answers with an offer, or not at all.
func (c *Connection) askOlder(o *pb.OlderHistory) error {
	chat, err := chatOf(o.Chat)
	if err != nil {
		return err
	}
	if o.MessageId == "" || o.Count == 0 || o.Count > mostOlder {
		return argumentError("message_id or count")
	}
	request := c.client.BuildHistorySyncRequest(&types.MessageInfo{
		MessageSource: types.MessageSource{Chat: chat, IsFromMe: o.FromMe}, ID: o.MessageId, Timestamp: time.UnixMilli(o.TimestampMs),
	}, int(o.Count))
	_, err = c.client.SendPeerMessage(c.ctx, request)
	return err
}

// askAgain asks the session's own phone for a message that this device could not read. The phone answers with the
// message, or not at all.
func (c *Connection) askAgain(m *pb.MessageAgain) error {
	chat, err := chatOf(m.Chat)
	if err != nil {
		return err
	}
	sender, err := personOf(m.Sender)
	if err != nil {
		return err
	}
	if m.MessageId == "" {
		return argumentError("message_id is empty")
	}
	_, err = c.client.SendPeerMessage(c.ctx, c.client.BuildUnavailableMessageRequest(chat, sender, m.MessageId))
	return err
}

func (c *Connection) openHistory(notification []byte) (*waHistorySync.HistorySync, error) {
	offer := &waE2E.HistorySyncNotification{}
	if err := proto.Unmarshal(notification, offer); err != nil || len(notification) == 0 {
		return nil, argumentError("not an offer of history")
	}
	if offer.GetFileLength() > largestHistory {
		return nil, argumentError("the history is too large")
	}
	if offer.InitialHistBootstrapInlinePayload == nil {
		data, err := c.client.Download(c.ctx, offer)
		if err != nil {
			return nil, err
		}
		offer.InitialHistBootstrapInlinePayload = data
	}
	if err := unpacksInto(offer.InitialHistBootstrapInlinePayload, unpackedHistory); err != nil {
		return nil, err
	}
	// The library keeps the message secrets and names that are in it.
	return c.client.DownloadHistorySync(c.ctx, offer, true)
}

// unpacksInto looks how large a history is before anything holds all of it.
func unpacksInto(data []byte, limit int64) error {
	reader, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return argumentError("the history is damaged")
	}
	n, err := io.Copy(io.Discard, io.LimitReader(reader, limit+1))
	if err != nil {
		return argumentError("the history is damaged")
	}
	if n > limit {
		return argumentError(fmt.Sprintf("the history has more than %d bytes", limit))
	}
	return nil
}
