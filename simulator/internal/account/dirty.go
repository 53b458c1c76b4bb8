package account

import (
	"maps"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
)

// MarkDirty tells the companion that something it keeps is out of date, now or at its next login, and again at each
// login until it says that it has caught up.
func (c *Companion) MarkDirty(kind string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dirty == nil {
		c.dirty = map[string]time.Time{}
	}
	c.dirty[kind] = now
	c.tell(kind, dirtyNotice(kind, now), now)
}

// MarkClean notes that the companion has caught up with what was marked until then, and tells whether anything was.
func (c *Companion) MarkClean(kind string, until time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	marked, ok := c.dirty[kind]
	if !ok || marked.Unix() > until.Unix() {
		return false
	}
	delete(c.dirty, kind)
	return true
}

// Dirty lists what the companion has not caught up with.
func (c *Companion) Dirty() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.dirty))
}

// greetings puts into the queue what a login hears besides its backlog: how to reach this server again, and what is
// out of date.
func (c *Companion) greetings(now time.Time) {
	c.tell("edge routing", broadcast(stanza.New("edge_routing", nil, stanza.Raw("routing_info", c.routing()))), now)
	for _, kind := range slices.Sorted(maps.Keys(c.dirty)) {
		c.tell(kind, dirtyNotice(kind, c.dirty[kind]), now)
	}
}

// routing is what the client will show before its next handshake; it says nothing that this server needs.
func (c *Companion) routing() []byte { return []byte{8, byte(c.Device), 8, 5} }

func (c *Companion) tell(subject string, node stanza.Node, now time.Time) {
	c.Queue.AppendFleeting(node, "", queue.Fleeting{Key: "broadcast " + subject}, now)
}

func dirtyNotice(kind string, at time.Time) stanza.Node {
	return broadcast(stanza.New("dirty", stanza.Attrs{"type": kind, "timestamp": stanza.Unix(at)}))
}

func broadcast(child stanza.Node) stanza.Node {
	return stanza.New("ib", stanza.Attrs{"from": types.ServerJID}, child)
}
