package session

import (
	"sync"
	"time"

	pb "holdfast/engine/enginepb"
)

// changes tells the gateway that credentials changed: once for what comes close together.
type changes struct {
	conn  *Connection
	lock  sync.Mutex
	timer *time.Timer
}

// note is called after each change, from the goroutine that made it.
func (c *changes) note() {
	if c.conn.pair != nil {
		return // pair_success says it
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.timer == nil {
		c.timer = time.AfterFunc(c.conn.deps.Timing.Credentials, c.tell)
	}
}

func (c *changes) tell() {
	c.lock.Lock()
	waiting := c.timer != nil
	c.timer = nil
	c.lock.Unlock()
	if waiting {
		c.conn.session.fact(c.conn.epoch, &pb.SessionFact{Fact: &pb.SessionFact_CredentialsChanged{CredentialsChanged: &pb.CredentialsChanged{}}})
	}
}
