package phone

import (
	"bytes"
	"encoding/gob"
	"testing"
	"time"
)

// What waits for a sleeping phone waits over a restart as well.
func TestAPhoneSleepsThroughARestart(t *testing.T) {
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	v.say(anna, ben, "one")
	ben.Sleep(time.Hour)
	v.say(anna, ben, "two")
	v.say(anna, ben, "three")
	saved, err := ben.state()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err = gob.NewEncoder(&file).Encode(saved); err != nil {
		t.Fatal(err)
	}
	loaded := State{}
	if err = gob.NewDecoder(&file).Decode(&loaded); err != nil {
		t.Fatal(err)
	}
	delete(v.book.phones, ben.Account)
	if err = v.book.Restore(ben.Account, loaded); err != nil {
		t.Fatal(err)
	}
	again := v.book.Of(ben.Account)
	v.expect(again, "one")
	if status := again.Status(); !status.Asleep || status.Waiting != 2 || status.UnlinkAfter != time.Hour {
		t.Errorf("after the restart: %+v", status)
	}
	again.Wake()
	v.book.Settle()
	v.expect(again, "one", "two", "three")
	if lines, _ := again.screen.Lines(anna.Account.Phone); len(lines) != 3 {
		t.Errorf("the screen has %d lines", len(lines))
	}
}

// A state that an older program has saved knows nothing of screens, settings and sleep.
func TestAnOlderStateIsRead(t *testing.T) {
	type item struct {
		Seq                  uint64
		ID, From, Chat, Text string
		Kind                 string
		Message              []byte
	}
	type older struct {
		Phone string
		Inbox []item
		Known map[string]uint64
	}
	v := newVillage(t)
	anna, ben := v.phone(), v.phone()
	var file bytes.Buffer
	old := older{
		Phone: ben.Account.Phone, Known: map[string]uint64{anna.Account.Phone + "/X": 1},
		Inbox: []item{{Seq: 1, ID: "X", From: anna.Account.Phone, Chat: anna.Account.Phone, Text: "old", Kind: "text"}},
	}
	if err := gob.NewEncoder(&file).Encode(old); err != nil {
		t.Fatal(err)
	}
	loaded := State{}
	if err := gob.NewDecoder(&file).Decode(&loaded); err != nil {
		t.Fatal(err)
	}
	if err := v.book.Restore(ben.Account, loaded); err != nil {
		t.Fatal(err)
	}
	v.say(anna, ben, "new")
	v.expect(ben, "old", "new")
}
