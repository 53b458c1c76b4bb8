package session

import (
	"errors"
	"slices"
	"sync"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/engine/internal/vault"
)

const (
	// How many retry receipts may wait for the library to come to them; what is forgotten is answered by the library alone.
	retriesKept = 512
	// The library drops the tenth request for a message, and counts ours too.
	libraryLimit = 10
	countsKept   = 4096
)

// retries answers retry receipts in the library's place, the same way, but comparing before it stores: a send that
// encrypts for the same device at the same moment would use the same key for another message, and the device drops
// the second as a repetition.
//
// Source: whatsmeow 35ae40906e74, handleRetryReceipt reads, encrypts and writes a session outside of every lock.
type retries struct {
	conn *Connection

	lock  sync.Mutex
	nodes map[string]*waBinary.Node // by who asks and for what
	asked map[string]int            // how often the library has counted, by the same
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

// answer is asked by the library before it encrypts, one receipt at a time. False tells it that the receipt is answered;
// true lets it go on, with nothing compared.
func (r *retries) answer(receipt *events.Receipt, id types.MessageID, _ int, _ *waE2E.Message) bool {
	if r.isOurs(receipt) {
		return true // our own call below has come to its encryption
	}
	key := retryKey(receipt.Sender, id)
	node := r.begin(receipt, key)
	if node == nil {
		return true
	}
	defer r.finish()
	for range encryptAgain {
		if !r.count(key) {
			return true
		}
		ctx, compared := vault.Compare(r.conn.ctx)
		//lint:ignore SA1019 the library has no other door to one answer of our own
		err := r.conn.client.DangerousInternals().HandleRetryReceipt(ctx, receipt, node)
		if err == nil {
			return false
		}
		if !errors.Is(err, vault.ErrConflict) {
			r.conn.log.Warn("session.retry_unanswered", "error", oneLine(err.Error()))
			return false
		}
		if compared.Written() {
			// The session of the keys that came along is there, and a send may have used it: a second one from the
			// same one-time key would open nothing.
			node = withoutKeys(node)
		}
	}
	return true
}

func withoutKeys(node *waBinary.Node) *waBinary.Node {
	bare := *node
	bare.Content = slices.DeleteFunc(slices.Clone(node.GetChildren()), func(child waBinary.Node) bool { return child.Tag == "keys" })
	return &bare
}

func (r *retries) isOurs(receipt *events.Receipt) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.ours == receipt
}

// begin counts the library's own call and returns the receipt as it came, nil when it is not known any more.
func (r *retries) begin(receipt *events.Receipt, key string) *waBinary.Node {
	r.lock.Lock()
	defer r.lock.Unlock()
	if len(r.asked) >= countsKept {
		clear(r.asked)
	}
	r.asked[key]++
	node := r.nodes[key]
	delete(r.nodes, key)
	if node != nil {
		r.ours = receipt
	}
	return node
}

// count tells whether the library would still answer one more call.
func (r *retries) count(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.asked[key]++
	return r.asked[key] < libraryLimit
}

func (r *retries) finish() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.ours = nil
}
