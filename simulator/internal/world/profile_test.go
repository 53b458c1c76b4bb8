package world_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/simulator/internal/world"
)

// jpegOf is a picture of the given size.
func jpegOf(t testing.TB, side int) []byte {
	t.Helper()
	var packed bytes.Buffer
	must(t, jpeg.Encode(&packed, image.NewGray(image.Rect(0, 0, side, side)), nil))
	return packed.Bytes()
}

// fetch downloads what a client was told to download.
func (l *lab) getURL(url string) (status int, body []byte) {
	l.t.Helper()
	response, err := l.http.Get(url)
	must(l.t, err)
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	must(l.t, err)
	return response.StatusCode, body
}

func infoOf(c *companion, phone string) types.UserInfo {
	c.lab.t.Helper()
	found, err := c.GetUserInfo(context.Background(), []types.JID{jidOf(phone)})
	must(c.lab.t, err)
	return found[jidOf(phone)]
}

func TestAboutTexts(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	about := "busy till noon"
	must(t, anna.SetStatusMessage(ctx, types.SetStatusInput{Text: &about}))
	if heard := waitFor[*events.UserAbout](ben); heard.Status != about || heard.JID != jidOf(annaPhone) {
		t.Errorf("ben heard %+v", heard)
	}
	if info := infoOf(ben, annaPhone); info.Status != about {
		t.Errorf("ben reads %+v", info)
	}
	_, err := anna.SetPrivacySetting(ctx, types.PrivacySettingTypeStatus, types.PrivacySettingContacts)
	must(t, err)
	if info := infoOf(ben, annaPhone); info.Status != "" {
		t.Errorf("a stranger reads %q", info.Status)
	}
	account, _ := l.world.Rooms().Accounts.ByPhone(annaPhone)
	account.Profile.SetContact(benPhone, true)
	if info := infoOf(ben, annaPhone); info.Status != about {
		t.Errorf("a contact reads %q", info.Status)
	}
}

// The older form of the query, which other clients use.
func TestAboutTextsByStanza(t *testing.T) {
	l := newLab(t)
	phone, friend := l.newPhone(), l.newPhone()
	client, other := l.linkRaw(phone), l.linkRaw(friend)
	client.ask("status", "set", one("status", []byte("out")))
	notice := other.next("notification")
	if notice.Attrs["type"] != "status" || notice.Attrs["from"] != jidOf(phone) || string(notice.GetChildByTag("set").Content.([]byte)) != "out" {
		t.Errorf("heard %v", notice)
	}
	answer := other.ask("status", "get", []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": jidOf(phone)}}})
	if user := answer.GetChildByTag("status", "user"); string(user.Content.([]byte)) != "out" {
		t.Errorf("read %v", answer)
	}
	if got := describe(client.ask("status", "set", one("status", bytes.Repeat([]byte("x"), 140)))); got != "<iq type=error><error code=406>" {
		t.Errorf("a long text: %s", got)
	}
}

func TestProfilePictures(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	_, ben := l.linked()
	benAsks := func(params *whatsmeow.GetProfilePictureParams) (*types.ProfilePictureInfo, error) {
		return ben.GetProfilePictureInfo(ctx, jidOf(annaPhone), params)
	}
	if _, err := benAsks(nil); !errors.Is(err, whatsmeow.ErrProfilePictureNotSet) {
		t.Fatalf("without a picture: %v", err)
	}
	infoOf(ben, annaPhone) // from now on ben hears of anna's changes
	content := jpegOf(t, 300)
	id, err := anna.SetGroupPhoto(ctx, types.EmptyJID, content)
	must(t, err)
	for _, c := range []*companion{anna, ben} {
		if heard := waitFor[*events.Picture](c); heard.PictureID != id || heard.JID != jidOf(annaPhone) || heard.Remove {
			t.Errorf("heard %+v", heard)
		}
	}
	full, err := benAsks(nil)
	must(t, err)
	if _, body := l.getURL(full.URL); full.ID != id || !bytes.Equal(body, content) {
		t.Errorf("the picture is %+v with %d bytes", full, len(body))
	}
	small, err := benAsks(&whatsmeow.GetProfilePictureParams{Preview: true})
	must(t, err)
	_, body := l.getURL("https://" + l.world.Address() + small.DirectPath + "&hash=x")
	if config, err := jpeg.DecodeConfig(bytes.NewReader(body)); err != nil || config.Width != 96 {
		t.Errorf("the preview is %+v, %v", config, err)
	}
	if known, err := benAsks(&whatsmeow.GetProfilePictureParams{ExistingID: id}); known != nil || err != nil {
		t.Errorf("the picture that ben has comes again: %v, %v", known, err)
	}
	if infoOf(ben, annaPhone).PictureID != id {
		t.Error("the directory names another picture")
	}
	_, err = anna.SetGroupPhoto(ctx, types.EmptyJID, []byte("GIF89a"))
	if !errors.Is(err, whatsmeow.ErrInvalidImageFormat) {
		t.Errorf("a picture that is none: %v", err)
	}
	_, err = anna.SetPrivacySetting(ctx, types.PrivacySettingTypeProfile, types.PrivacySettingNone)
	must(t, err)
	if _, err = benAsks(nil); !errors.Is(err, whatsmeow.ErrProfilePictureUnauthorized) {
		t.Errorf("a hidden picture: %v", err)
	}
	_, err = anna.SetPrivacySetting(ctx, types.PrivacySettingTypeProfile, types.PrivacySettingAll)
	must(t, err)
	_, err = anna.SetGroupPhoto(ctx, types.EmptyJID, nil)
	must(t, err)
	if heard := waitFor[*events.Picture](ben); !heard.Remove || heard.PictureID != "" {
		t.Errorf("heard %+v", heard)
	}
	if _, err = benAsks(nil); !errors.Is(err, whatsmeow.ErrProfilePictureNotSet) {
		t.Errorf("after removal: %v", err)
	}
	if status, _ := l.getURL("https://" + l.world.Address() + "/v/t61.wasim-24/1_image.jpg"); status != http.StatusNotFound {
		t.Errorf("a picture that never was: %d", status)
	}
}

func TestGroupPictures(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	_, carl := l.linked()
	group := groupOf(l.newGroup(annaPhone, "g", benPhone))
	id, err := anna.SetGroupPhoto(ctx, group, jpegOf(t, 200))
	must(t, err)
	if heard := waitFor[*events.Picture](ben); heard.JID != group || heard.PictureID != id || heard.Author.Server != types.HiddenUserServer {
		t.Errorf("heard %+v", heard)
	}
	picture, err := ben.GetProfilePictureInfo(ctx, group, nil)
	must(t, err)
	if picture.ID != id {
		t.Errorf("the group's picture is %+v", picture)
	}
	if _, err = carl.GetProfilePictureInfo(ctx, group, nil); !errors.Is(err, whatsmeow.ErrProfilePictureUnauthorized) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err = carl.SetGroupPhoto(ctx, group, jpegOf(t, 10)); err == nil {
		t.Error("a stranger changes it")
	}
}

func TestPrivacySettings(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	phone, anna := l.linked()
	second := l.newCompanion()
	second.pair(phone)
	if got, err := second.TryFetchPrivacySettings(ctx, true); err != nil || got.LastSeen != types.PrivacySettingAll {
		t.Fatalf("settings %+v, %v", got, err)
	}
	_, err := anna.SetPrivacySetting(ctx, types.PrivacySettingTypeLastSeen, types.PrivacySettingContacts)
	must(t, err)
	if heard := waitFor[*events.PrivacySettings](second); !heard.LastSeenChanged || heard.StatusChanged {
		t.Errorf("the other companion heard %+v", heard)
	}
	got, err := second.TryFetchPrivacySettings(ctx, true)
	must(t, err)
	if got.LastSeen != types.PrivacySettingContacts || got.Profile != types.PrivacySettingAll {
		t.Errorf("settings %+v", got)
	}
}

// Who is left out of a category is kept and told.
func TestContactsExcept(t *testing.T) {
	l := newLab(t)
	phone, friend, enemy := l.newPhone(), l.newPhone(), l.newPhone()
	client := l.linkRaw(phone)
	owner, _ := l.world.Rooms().Accounts.ByPhone(phone)
	owner.Profile.SetContact(friend, true)
	owner.Profile.SetContact(enemy, true)
	answer := client.ask("privacy", "set", []binary.Node{{Tag: "privacy", Attrs: binary.Attrs{"addressing_mode": "lid"}, Content: []binary.Node{{
		Tag: "category", Attrs: binary.Attrs{"name": "status", "value": "contact_blacklist", "dhash": "none"},
		Content: []binary.Node{{Tag: "user", Attrs: binary.Attrs{"action": "add", "jid": jidOf(enemy)}}},
	}}}})
	if hash, _ := answer.GetChildByTag("privacy", "category").Attrs["dhash"].(string); hash == "" || hash == "none" {
		t.Errorf("answer %v", answer)
	}
	if !owner.Profile.Shows("status", friend) || owner.Profile.Shows("status", enemy) {
		t.Error("the wrong one is left out")
	}
	listed := client.ask("privacy", "get", one("privacy", []binary.Node{{Tag: "list", Attrs: binary.Attrs{"name": "status", "value": "contact_blacklist"}}}))
	if user := listed.GetChildByTag("privacy", "list", "user"); user.Attrs["pn_jid"] != jidOf(enemy) {
		t.Errorf("listed %v", listed)
	}
}

func TestBlocking(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	second := l.newCompanion()
	second.pair(annaPhone)
	benPhone, ben := l.linked()
	ben.say(annaPhone, "before")
	anna.text()
	list, err := anna.UpdateBlocklist(ctx, jidOf(benPhone), events.BlocklistChangeActionBlock)
	must(t, err)
	benAccount, _ := l.world.Rooms().Accounts.ByPhone(benPhone)
	if len(list.JIDs) != 1 || list.JIDs[0] != benAccount.LIDJID(0) || list.DHash == "none" {
		t.Errorf("blocked %+v", list)
	}
	heard := waitFor[*events.Blocklist](second)
	if len(heard.Changes) != 1 || heard.Changes[0].Action != events.BlocklistChangeActionBlock || heard.DHash != list.DHash || heard.PrevDHash != "none" {
		t.Errorf("the other companion heard %+v", heard)
	}
	ben.say(annaPhone, "while blocked") // acknowledged all the same
	list, err = anna.UpdateBlocklist(ctx, jidOf(benPhone), events.BlocklistChangeActionUnblock)
	must(t, err)
	if len(list.JIDs) != 0 {
		t.Errorf("still blocked: %+v", list)
	}
	ben.say(annaPhone, "after")
	if got := anna.text().Message.GetConversation(); got != "after" {
		t.Errorf("anna got %q", got)
	}
	l.inbox(annaPhone, 2)
	if items := l.inbox(annaPhone, 2); slices.ContainsFunc(items, func(item inboxItem) bool { return item.Text == "while blocked" }) {
		t.Errorf("the phone has %+v", items)
	}
	l.inbox(benPhone, 3) // ben's own phone has all three
}

func TestDisappearingByDefault(t *testing.T) {
	l := newLab(t)
	phone, anna := l.linked()
	must(t, anna.SetDefaultDisappearingTimer(context.Background(), 24*time.Hour))
	client := l.linkRaw(l.newPhone())
	answer := client.ask("usync", "get", usyncFor("disappearing_mode", jidOf(phone)))
	user := answer.GetChildByTag("usync", "list", "user", "disappearing_mode")
	if user.Attrs["duration"] != "86400" || user.Attrs["t"] == nil {
		t.Errorf("told %v", answer)
	}
}

// What an account shows of itself survives a restart of the server, the picture's bytes too.
func TestProfilesAreKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	phone, friend := l.newPhone(), l.newPhone()
	client := l.linkRaw(phone)
	client.ask("status", "set", one("status", []byte("still here")))
	content := jpegOf(t, 50)
	set := client.ask("w:profile:picture", "set", one("picture", content))
	client.ask("privacy", "set", one("privacy", []binary.Node{{Tag: "category", Attrs: binary.Attrs{"name": "last", "value": "none"}}}))
	client.ask("blocklist", "set", []binary.Node{{Tag: "item", Attrs: binary.Attrs{"action": "block", "jid": jidOf(friend)}}})
	l.stop()

	l = newLab(t, keep)
	owner, _ := l.world.Rooms().Accounts.ByPhone(phone)
	state := owner.Profile.State()
	if state.About != "still here" || state.Picture.ID != set.GetChildByTag("picture").Attrs["id"] || !owner.Profile.Blocks(friend) ||
		owner.Profile.Settings()[0].Value != "none" {
		t.Errorf("kept %+v", state)
	}
	if _, body := l.getURL("https://" + l.world.Address() + state.Picture.Path("image")); !bytes.Equal(body, content) {
		t.Errorf("the picture has %d bytes", len(body))
	}
}
