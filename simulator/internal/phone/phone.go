// Package phone simulates device 0 of every account: the phone that companions are linked to. What enters are
// stanzas for the phone and orders to write or read; what leaves are sealed messages and receipts, exactly as
// a linked phone sends them. It keeps what it could decrypt and never asks the server for a plaintext.
package phone

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/media"
	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/phone/settings"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/stanza"
)

// Rooms is what phones work with.
type Rooms struct {
	Source   *seed.Source
	Accounts *account.Registry
	Clock    *clock.Clock
	Groups   *groups.Store
	AppState *appstate.Store
	Log      *slog.Logger
	// Connect returns the router that takes stanzas to the phones, and what they say to others.
	Connect func(phones router.Primary) *router.Router
	// Files is where attachments are kept, Host the address under which clients fetch them.
	Files *media.Store
	Host  string
	// Withhold decides whether a phone keeps an app state key to itself that it should hand out.
	Withhold func(phone string) bool
	// Pause is how long phones take for what they do by themselves.
	Pause Pause
}

// Book holds the phones of all accounts; a phone exists from the first time anyone needs it.
type Book struct {
	source   *seed.Source
	accounts *account.Registry
	router   *router.Router
	clock    *clock.Clock
	log      *slog.Logger
	files    files
	groups   *groups.Store
	appState *appstate.Store
	withhold func(phone string) bool
	pause    atomic.Pointer[Pause]

	closed atomic.Bool

	mu     sync.Mutex
	phones map[*account.Account]*Phone
	busy   sync.WaitGroup
}

var _ router.Primary = (*Book)(nil)

// NewBook returns an empty book.
func NewBook(rooms Rooms) *Book {
	book := &Book{
		source: rooms.Source, accounts: rooms.Accounts, clock: rooms.Clock, log: rooms.Log, groups: rooms.Groups,
		appState: rooms.AppState, files: files{rooms.Files, rooms.Host}, withhold: rooms.Withhold,
		phones: map[*account.Account]*Phone{},
	}
	book.pause.Store(&rooms.Pause)
	book.router = rooms.Connect(book)
	return book
}

// Router takes stanzas to the phones, and what they say to others.
func (b *Book) Router() *router.Router { return b.router }

func (b *Book) now() time.Time { return b.clock.Now() }

// Of returns the account's phone.
func (b *Book) Of(owner *account.Account) *Phone {
	b.mu.Lock()
	defer b.mu.Unlock()
	phone, ok := b.phones[owner]
	if !ok {
		phone = &Phone{
			Account: owner, book: b, signal: newMemory(b.source, owner.Phone, owner.Identity()),
			inbox: newLog[Item](), receipts: newLog[ReceiptItem](), activity: newLog[Activity](), known: map[string]uint64{},
			sent: map[string]*SentMessage{}, retries: map[string]int{}, shared: map[string]map[string]bool{},
			screen: screen.New(), contacts: map[string]string{}, ledger: settings.NewLedger(),
		}
		phone.ledger.Learn(phone.stateKey(0))
		b.phones[owner] = phone
	}
	return phone
}

// Deliver puts a stanza into the phone's mailbox and returns at once; the phone works it off in order.
func (b *Book) Deliver(owner *account.Account, node stanza.Node) { b.Of(owner).enqueue(node) }

// Settle returns when every phone that is awake has worked off its mailbox. Nothing may be delivered meanwhile; what a
// phone will do after a pause is not waited for.
func (b *Book) Settle() { b.busy.Wait() }

// Close lets the phones finish; calls that ring are left as they are, and so is what a phone would do after a pause.
func (b *Book) Close() {
	b.closed.Store(true)
	for _, phone := range b.all() {
		phone.stopRinging()
	}
	b.Settle()
}

// all lists the phones by number.
func (b *Book) all() []*Phone {
	b.mu.Lock()
	phones := slices.Collect(maps.Values(b.phones))
	b.mu.Unlock()
	slices.SortFunc(phones, func(x, y *Phone) int { return strings.Compare(x.Account.Phone, y.Account.Phone) })
	return phones
}

// Phone is device 0 of one account.
type Phone struct {
	Account *account.Account
	book    *Book

	mailLock sync.Mutex
	mail     []stanza.Node
	working  bool
	slumber  slumber
	answers  answers

	// mu guards everything below. Holding it, a phone may hand stanzas to the router: that only enqueues.
	mu       sync.Mutex
	signal   *memory
	inbox    *log[Item]
	receipts *log[ReceiptItem]
	activity *log[Activity]
	calls    []*Call
	// known maps what was received (sender and id) to its place in the inbox.
	known     map[string]uint64
	sent      map[string]*SentMessage
	sentOrder []string
	written   uint64
	// retries counts how often each undecryptable message was asked for again.
	retries map[string]int
	// shared tells which devices have the phone's sender key, by group.
	shared map[string]map[string]bool
	screen *screen.Screen
	// contacts maps phone numbers to the names under which they are saved on this phone.
	contacts map[string]string
	// ledger is what the phone knows of the account's settings; epoch counts its keys for them.
	ledger *settings.Ledger
	epoch  uint32
}

// TakeBundle returns what others need to open a session with this phone; each has a one-time key of its own.
func (p *Phone) TakeBundle() keys.Bundle { return p.signal.bundle() }

func (p *Phone) origin() router.Origin { return router.Origin{Account: p.Account} }

func (p *Phone) enqueue(node stanza.Node) {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	if p.slumber.asleep && node.Tag == "chatstate" {
		return // nobody looks, and later it would be old news
	}
	p.mail = append(p.mail, node)
	p.startWork()
}

// work empties the mailbox, as long as the phone is awake, and ends: an idle phone has no goroutine.
func (p *Phone) work() {
	defer p.book.busy.Done()
	for {
		p.mailLock.Lock()
		if len(p.mail) == 0 || p.slumber.asleep {
			p.working = false
			if len(p.mail) == 0 {
				p.mail = nil
			}
			p.mailLock.Unlock()
			return
		}
		node := p.mail[0]
		p.mail = p.mail[1:]
		p.mailLock.Unlock()
		p.receive(node)
	}
}

// receive handles one stanza; whatever is wrong with it, the next one is handled too.
func (p *Phone) receive(node stanza.Node) {
	defer func() {
		if cause := recover(); cause != nil {
			p.book.log.Error("phone.stanza_failed", "phone", p.Account.Phone, "tag", node.Tag, "cause", cause)
		}
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch node.Tag {
	case "message":
		p.receiveMessage(&node)
	case "receipt":
		p.receiveReceipt(&node)
	case "notification":
		p.receiveNotice(&node)
	case "call":
		p.receiveCall(&node)
	case "chatstate":
		p.receiveTyping(&node)
	default:
		p.carryOut(&node)
	}
}

// sender resolves whom a stanza comes from.
func (p *Phone) sender(node *stanza.Node) (*account.Account, types.JID, bool) {
	from, ok := stanza.JID(node, "from")
	if !ok {
		return nil, from, false
	}
	owner, ok := p.book.accounts.ByJID(from)
	return owner, from, ok
}
