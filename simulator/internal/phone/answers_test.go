package phone

import (
	"bytes"
	"context"
	"encoding/gob"
	"slices"
	"testing"
	"time"
)

// An hour passes only when a test lets it pass.
var anHour = Pause{From: time.Hour, To: time.Hour}

// passes lets time pass, so much that whatever waits is due.
func (v *village) passes(by time.Duration) { v.clock.Set(v.clock.Offset() + by) }

func (v *village) eventually(what string, holds func() bool) {
	v.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			v.t.Fatalf("not in time: %s", what)
		}
	}
}

func (v *village) waiting(p *Phone) int {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	return len(p.answers.waiting)
}

func receiptsOf(p *Phone) (ids []string) {
	items, _ := p.receipts.after(0, 0)
	for _, item := range items {
		ids = append(ids, item.ID)
	}
	return ids
}

func TestAPhoneConfirmsAfterAPauseAndInOrder(t *testing.T) {
	v := newVillageWith(t, Pause{From: time.Hour, To: 9 * time.Hour})
	anna, ben := v.phone(), v.phone()
	var said []string
	for range 20 {
		said = append(said, v.say(anna, ben, "hello"))
	}
	if got := receiptsOf(anna); len(v.texts(ben)) != 20 || len(got) != 0 {
		t.Fatalf("before the pause: %d messages, %d receipts", len(v.texts(ben)), len(got))
	}
	for range 9 {
		v.passes(time.Hour)
	}
	v.eventually("everything is confirmed", func() bool { return len(receiptsOf(anna)) == 20 })
	if got := receiptsOf(anna); !slices.Equal(got, said) {
		t.Errorf("confirmed in the order %v, not %v", got, said)
	}
}

func TestAskingAgainAndSendingAgainTakeAPauseEach(t *testing.T) {
	v := newVillageWith(t, anHour)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	v.say(ben, anna, "two")
	v.passes(time.Hour)
	v.eventually("both have confirmed", func() bool { return len(receiptsOf(anna))+len(receiptsOf(ben)) == 2 })
	clear(ben.signal.sessions)
	v.say(anna, ben, "three")
	if v.waiting(ben) != 1 || v.waiting(anna) != 0 {
		t.Fatalf("ben will ask: %d, anna will send: %d", v.waiting(ben), v.waiting(anna))
	}
	v.passes(time.Hour)
	v.eventually("anna will send it again", func() bool { return v.waiting(anna) == 1 })
	v.expect(ben, "one")
	v.passes(time.Hour)
	v.eventually("ben has it", func() bool { return len(v.texts(ben)) == 2 })
}

// Who sleeps does nothing; who is saved before the time has come does it after the restart.
func TestWhatAPhoneWillDoOutlastsSleepAndARestart(t *testing.T) {
	v := newVillageWith(t, anHour)
	anna, ben := v.phone(), v.phone()
	id := v.say(anna, ben, "one")
	ben.Sleep(0)
	v.passes(time.Hour)
	v.eventually("it waits for ben to wake", func() bool { return ben.Status().Waiting == 1 })
	ben.Wake()
	v.eventually("it is confirmed", func() bool { return slices.Equal(receiptsOf(anna), []string{id}) })

	second := v.say(anna, ben, "two")
	state, err := ben.state()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	loaded := State{}
	if err = gob.NewEncoder(&file).Encode(state); err == nil {
		err = gob.NewDecoder(&file).Decode(&loaded)
	}
	if err != nil {
		t.Fatal(err)
	}
	delete(v.book.phones, ben.Account)
	if err = v.book.Restore(ben.Account, loaded); err != nil {
		t.Fatal(err)
	}
	v.eventually("it is confirmed after the restart", func() bool { return slices.Equal(receiptsOf(anna), []string{id, second}) })
}

func TestWhoReadsAMessageHasConfirmedIt(t *testing.T) {
	v := newVillageWith(t, anHour)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	if _, err := ben.Read(Destination{Account: anna.Account}, nil, false); err != nil {
		t.Fatal(err)
	}
	v.book.Settle()
	var kinds []string
	for _, receipt := range anna.Receipts(context.Background(), 0) {
		kinds = append(kinds, receipt.Type)
	}
	if !slices.Equal(kinds, []string{"delivered", "read"}) {
		t.Errorf("anna hears %v", kinds)
	}
}

// What waited by the old pause holds up nothing that comes.
func TestANewPauseEndsTheOldOne(t *testing.T) {
	v := newVillageWith(t, anHour)
	anna, ben := v.phone(), v.phone()
	first := v.say(anna, ben, "one")
	v.book.SetPause(Pause{From: time.Minute, To: time.Minute})
	v.book.Settle()
	second := v.say(anna, ben, "two")
	if got := receiptsOf(anna); !slices.Equal(got, []string{first}) {
		t.Errorf("confirmed by the old pause: %v", got)
	}
	v.passes(time.Minute)
	v.eventually("the second is confirmed", func() bool { return slices.Equal(receiptsOf(anna), []string{first, second}) })
	v.book.SetPause(Pause{})
	if v.say(anna, ben, "three"); len(receiptsOf(anna)) != 3 {
		t.Errorf("without a pause: %v", receiptsOf(anna))
	}
}

func TestPausesFollowFromTheSeed(t *testing.T) {
	draws := func() (drawn []time.Duration) {
		p := newVillage(t).phone()
		for range 100 {
			drawn = append(drawn, p.draw(UsualPause()))
		}
		return drawn
	}
	first := draws()
	if !slices.Equal(first, draws()) {
		t.Error("the same seed chose other pauses")
	}
	if least, most := slices.Min(first), slices.Max(first); least < UsualPause().From || most > UsualPause().To || most-least < 300*time.Millisecond {
		t.Errorf("from %s to %s", least, most)
	}
}

func TestAPauseAsText(t *testing.T) {
	for text, want := range map[string]Pause{
		"0": {}, "1s": {time.Second, time.Second}, "300ms-800ms": UsualPause(),
	} {
		var got Pause
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		written, _ := want.MarshalText()
		if err := got.UnmarshalText(written); err != nil || got != want {
			t.Errorf("%q: %v, %v", written, got, err)
		}
	}
	for _, text := range []string{"", "soon", "2s-1s", "-1s", "5", "1s-", "1000h"} {
		if err := new(Pause).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
