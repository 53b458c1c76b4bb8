package profile

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"
)

func TestWhoSeesWhat(t *testing.T) {
	const friend, other, enemy, stranger = "1", "2", "3", "4"
	for _, test := range []struct {
		audience string
		want     map[string]bool
	}{
		{Everybody, map[string]bool{friend: true, other: true, enemy: false, stranger: true}},
		{Contacts, map[string]bool{friend: true, other: true, enemy: false, stranger: false}},
		{ContactsExcept, map[string]bool{friend: true, other: false, enemy: false, stranger: false}},
		{Nobody, map[string]bool{friend: false, other: false, enemy: false, stranger: false}},
	} {
		p := New()
		for _, contact := range []string{friend, other, enemy} {
			p.SetContact(contact, true)
		}
		if !p.Block(enemy, true) || p.Block(enemy, true) {
			t.Error("blocking twice is new twice")
		}
		p.SetAudience(LastSeen, test.audience)
		p.SetAudience(Online, likeLastSeen)
		p.Except(LastSeen, other, true)
		for viewer, want := range test.want {
			if p.Shows(LastSeen, viewer) != want || p.Shows(Online, viewer) != want {
				t.Errorf("%s, viewer %s: want %v", test.audience, viewer, want)
			}
		}
	}
}

func TestSettingsKeepTheirOrder(t *testing.T) {
	p := New()
	p.SetAudience("defense", "off")
	p.SetAudience(About, Nobody)
	settings := Restore(p.State()).Settings()
	if len(settings) != len(defaults)+1 || settings[3] != (Setting{About, Nobody}) || settings[8] != (Setting{"defense", "off"}) {
		t.Errorf("settings %v", settings)
	}
}

func TestPictures(t *testing.T) {
	large := image.NewRGBA(image.Rect(0, 0, 400, 300))
	large.Set(0, 0, color.White)
	var packed bytes.Buffer
	if err := jpeg.Encode(&packed, large, nil); err != nil {
		t.Fatal(err)
	}
	picture, err := NewImage("7", packed.Bytes(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(picture.Bytes(Preview)))
	if err != nil || config.Width != previewSide || config.Height != previewSide {
		t.Errorf("preview %+v, %v", config, err)
	}
	stump := []byte{0xFF, 0xD8, 0xFF, 0xE0}
	if picture, err = NewImage("8", stump, time.Now()); err != nil || !bytes.Equal(picture.Bytes(Preview), stump) {
		t.Errorf("stump: %v", err)
	}
	for _, bad := range [][]byte{nil, []byte("GIF89a"), append([]byte{0xFF, 0xD8}, make([]byte, maxImage)...)} {
		if _, err = NewImage("9", bad, time.Now()); !errors.Is(err, ErrImage) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}
