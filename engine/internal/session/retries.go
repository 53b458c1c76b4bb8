package session

import (
	"errors"
	"sync"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/engine/internal/vault"
)

// How many retry receipts may wait for the library to come to them; what is forgotten is answered by the library alone.
const retriesKept = 512

// retries answers retry receipts in the library's place, the same way, but comparing before it stores: a send that
// encrypts for the same device at the same moment would use the same key for another message, and the device drops
// the second as a repetition.
//
// Source: whatsmeow 35ae40906e74, handleRetryReceipt reads, encrypts and writes a session outside of every lock.
type retries struct {
	conn *Connection

	lock  sync.Mutex
	nodes map[string]*waBinary.Node // by who asks and for what
	ours  *events.Receipt           // the one that is being answered here
}

func retryKey(from types.JID, id string) string { return from.String() + "/" + id }

// note remembers a retry receipt as it came: the library hands on only what it has read from it.
func (r *retries) note(node *waBinary.Node) {
	if kind, _ := node.Attrs["type"].(string); kind != string(types.ReceiptTypeRetry) {
		return
	}
	from, ok := node.Attrs["participant"].(types.JID)
	if !ok {
		from, _ = node.Attrs["from"].(types.JID)
	}
	id, _ := node.Attrs["id"].(string)
	r.lock.Lock()
	defer r.lock.Unlock()
	if len(r.nodes) >= retriesKept {
		clear(r.nodes)
	}
	r.nodes[retryKey(from, id)] = node
}

// answer is asked by the library before it encrypts, one receipt at a time. False tells it that the receipt is answered.
func (r *retries) answer(receipt *events.Receipt, id types.MessageID, _ int, _ *waE2E.Message) bool {
	r.lock.Lock()
	if r.ours == receipt {
		r.lock.Unlock()
		return true // our own call below has come to its encryption
	}
	key := retryKey(receipt.Sender, id)
	node := r.nodes[key]
	delete(r.nodes, key)
	if node != nil {
		r.ours = receipt
	}
	r.lock.Unlock()
	if node == nil {
		return true
	}
	defer func() {
		r.lock.Lock()
		r.ours = nil
		r.lock.Unlock()
	}()
	err := vault.ErrConflict
	for again := 0; errors.Is(err, vault.ErrConflict) && again < encryptAgain; again++ {
		err = r.conn.client.DangerousInternals().HandleRetryReceipt(vault.Compare(r.conn.ctx), receipt, node)
	}
	if err != nil {
		r.conn.log.Warn("session.retry_unanswered", "error", oneLine(err.Error()))
	}
	return false
}
