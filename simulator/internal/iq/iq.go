// Package iq answers info queries. What enters is a client's <iq>, what leaves is exactly one answer, and
// perhaps an effect on the client's own account; one kind of query is one entry of the table.
package iq

import (
	"errors"
	"log/slog"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/router/channels"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/usync"
)

// Services is what answers may draw on.
type Services struct {
	Accounts  *account.Registry
	Phones    *phone.Book
	Router    *router.Router
	Directory *usync.Directory
	AppState  *appstate.Store
	Groups    *groups.Store
	Source    *seed.Source
	Pictures  *profile.Gallery
	Channels  *channels.Channels
	Now       func() time.Time
	Log       *slog.Logger
	// Host is the address under which clients reach this server, for media.
	Host string
}

// Client is the companion that asks, and what an answer may make of its connection.
type Client struct {
	Companion *account.Companion
	// Activate starts the delivery of what waited.
	Activate func()
	// Logout unlinks a device of the client's account.
	Logout func(device uint16)
}

// Key names a kind of query: namespace, type, and the tag of the first child ("" matches any).
type Key struct{ XMLNS, Type, Child string }

// answer returns the answer to one query; after, if any, runs when the answer is on its way.
type answer func(s *Services, client *Client, request *stanza.Node) (reply stanza.Node, after func())

// Table answers queries by kind.
type Table struct {
	services *Services
	answers  map[Key]answer
	strange  strange
}

// NewTable returns the table of every query that this server knows.
func NewTable(services *Services, strict bool) *Table {
	table := &Table{services: services, answers: map[Key]answer{}}
	for _, room := range rooms() {
		for key, answer := range room {
			table.answers[key] = answer
		}
	}
	for tag := range groupSettings {
		table.answers[Key{groupSpace, "set", tag}] = editGroup
	}
	for tag := range groupModes {
		table.answers[Key{groupSpace, "set", tag}] = editGroup
	}
	table.SetStrict(strict)
	return table
}

// Answer answers one query. In strict mode an unknown one gets error 501 and a malformed one 400; else they get an
// empty result, which clients survive best, and a line in the log.
func (t *Table) Answer(client *Client, request *stanza.Node) (reply stanza.Node, after func()) {
	child := ""
	if children := request.GetChildren(); len(children) > 0 {
		child = children[0].Tag
	}
	key := Key{stanza.Text(request, "xmlns"), stanza.Text(request, "type"), child}
	for _, candidate := range []Key{key, {key.XMLNS, key.Type, ""}} {
		if answer, ok := t.answers[candidate]; ok {
			return answer(t.services, client, request)
		}
	}
	return t.unknown(key, request), nil
}

// empty answers with success and nothing else.
func empty(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request), nil
}

// fixed answers with the same children every time.
func fixed(children ...stanza.Node) answer {
	return func(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
		return stanza.Result(request, children...), nil
	}
}

func refuse(request *stanza.Node, err error) stanza.Node {
	if errors.Is(err, keys.ErrUpload) {
		return stanza.Failure(request, 406, "not-acceptable")
	}
	return stanza.Failure(request, 500, "internal-server-error")
}
