package phone

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/stanza"
)

func TestMain(m *testing.M) {
	SilenceLibrary()
	os.Exit(m.Run())
}

// village is a few phones that talk without any server's wire.
type village struct {
	t        testing.TB
	accounts *account.Registry
	groups   *groups.Store
	clock    *clock.Clock
	book     *Book
}

func newVillage(t testing.TB) *village {
	return newVillageWith(t, Pause{})
}

func newVillageWith(t testing.TB, pause Pause) *village {
	source := seed.New(5)
	accounts := account.NewRegistry(source)
	v := &village{t: t, accounts: accounts, groups: groups.NewStore(source, time.Now), clock: clock.New(0, nil)}
	v.book = NewBook(Rooms{
		Source: source, Accounts: accounts, Clock: v.clock, Groups: v.groups, AppState: appstate.New(),
		Log: slog.New(slog.DiscardHandler), Withhold: func(string) bool { return false }, Pause: pause,
		Connect: func(phones router.Primary) *router.Router {
			return router.New(router.Rooms{Accounts: accounts, Primary: phones, Groups: v.groups, Now: time.Now})
		},
	})
	return v
}

func (v *village) phone() *Phone {
	v.t.Helper()
	owner, _, err := v.accounts.Open("", "")
	if err != nil {
		v.t.Fatal(err)
	}
	return v.book.Of(owner)
}

func (v *village) say(from, to *Phone, text string) string {
	v.t.Helper()
	sent, err := from.Send(to.Account, Text(text), "")
	if err != nil {
		v.t.Fatal(err)
	}
	v.book.Settle()
	return sent.ID
}

func (v *village) texts(of *Phone) []string {
	items, _ := of.inbox.after(0, 0)
	var texts []string
	for _, item := range items {
		texts = append(texts, item.Text)
	}
	return texts
}

func (v *village) expect(of *Phone, want ...string) {
	v.t.Helper()
	got := v.texts(of)
	if len(got) != len(want) {
		v.t.Fatalf("has %q, not %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			v.t.Fatalf("has %q, not %q", got, want)
		}
	}
}

func TestPhonesTalk(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	id := v.say(anna, ben, "hello")
	v.say(ben, anna, "hello Anna")
	v.say(anna, ben, "how are you")
	v.expect(ben, "hello", "how are you")
	v.expect(anna, "hello Anna")
	receipts := anna.Receipts(context.Background(), 0)
	if receipts[0].ID != id || receipts[0].Type != "delivered" || receipts[0].From != ben.Account.Phone {
		t.Errorf("receipts %+v", receipts)
	}
}

// A phone that has lost its session asks again, and the sender opens a new one.
func TestAPhoneWithoutItsSessionAsksAgain(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	v.say(ben, anna, "two")
	clear(ben.signal.sessions)
	v.say(anna, ben, "three")
	v.say(anna, ben, "four")
	v.expect(ben, "one", "three", "four")
	v.say(ben, anna, "five")
	v.expect(anna, "two", "five")
}

// Both sides have lost everything at once and write at the same time.
func TestBothWithoutTheirSessions(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	v.say(ben, anna, "two")
	clear(ben.signal.sessions)
	clear(anna.signal.sessions)
	for _, step := range []struct {
		from, to *Phone
		text     string
	}{{anna, ben, "three"}, {ben, anna, "four"}} {
		if _, err := step.from.Send(step.to.Account, Text(step.text), ""); err != nil {
			t.Fatal(err)
		}
	}
	v.book.Settle()
	v.expect(ben, "one", "three")
	v.expect(anna, "two", "four")
}

// A decryption that fails leaves the session as it was: the honest message after it can be read.
func TestAFailedDecryptionChangesNothing(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	v.say(ben, anna, "two")
	name := address(anna.Account, 0)
	envelope, err := anna.signal.seal(context.Background(), address(ben.Account, 0), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	before := ben.signal.sessions[name.String()]
	spoiled := envelope
	body := append([]byte(nil), stanza.Bytes(&envelope)...)
	body[len(body)-1] ^= 1
	spoiled.Content = body
	if _, err = ben.signal.open(context.Background(), name, &spoiled); err == nil {
		t.Fatal("a spoiled envelope was opened")
	}
	if ben.signal.sessions[name.String()] != before {
		t.Error("the session has changed")
	}
	if _, err = ben.signal.open(context.Background(), name, &envelope); err != nil {
		t.Errorf("the honest envelope: %v", err)
	}
}

func TestAPhoneStopsAsking(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	anna.sent = map[string]*SentMessage{}
	node := stanza.New("message", stanza.Attrs{"id": "gone", "from": anna.Account.LIDJID(0), "t": "1"},
		stanza.Raw("enc", []byte("garbage"), stanza.Attrs{"v": "2", "type": "msg"}))
	for range maxRetries + 3 {
		v.book.Deliver(ben.Account, node)
	}
	v.book.Settle()
	for _, count := range ben.retries {
		if count != maxRetries+3 {
			t.Errorf("asked %d times", count)
		}
	}
	v.say(anna, ben, "two")
	v.expect(ben, "one", "two")
}

func TestAPhonesMemoryIsSavedAndRestored(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	v.say(ben, anna, "two")
	states, err := v.book.State()
	if err != nil {
		t.Fatal(err)
	}
	later := newVillage(t)
	annaAgain, benAgain := later.phone(), later.phone()
	for _, p := range []*Phone{annaAgain, benAgain} {
		for _, state := range states {
			if state.Phone == p.Account.Phone {
				if err = later.book.Restore(p.Account, state); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	later.say(annaAgain, benAgain, "three")
	later.expect(benAgain, "one", "three")
	items, _ := benAgain.inbox.after(1, 0)
	if len(items) != 1 || items[0].Seq != 2 {
		t.Errorf("after the first: %+v", items)
	}
	if len(benAgain.retries) != 0 {
		t.Error("the restored session did not fit")
	}
}

func TestTheLogForgetsTheOldest(t *testing.T) {
	l := newLog[uint64]()
	for range logLimit + 10 {
		l.add(func(seq uint64) uint64 { return seq })
	}
	items, _ := l.after(0, 1)
	if items[0] == 1 {
		t.Error("the first item is still there")
	}
	items, _ = l.after(logLimit+9, 0)
	if len(items) != 1 || items[0] != logLimit+10 {
		t.Errorf("the last item is %v", items)
	}
	if _, ok := l.get(1); ok {
		t.Error("a forgotten item is found")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if items = l.wait(ctx, logLimit+10); items != nil {
		t.Errorf("waited for %v", items)
	}
}
