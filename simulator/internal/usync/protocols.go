package usync

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/stanza"
)

func (d *Directory) devices(found *account.Account, asked types.JID, _ Viewer) (stanza.Node, bool) {
	list := []stanza.Node{stanza.New("device", stanza.Attrs{"id": "0"})}
	for _, companion := range found.Companions() {
		list = append(list, stanza.New("device", stanza.Attrs{
			"id": strconv.Itoa(int(companion.Device)), "key-index": strconv.Itoa(int(companion.KeyIndex)),
		}))
	}
	now := d.now()
	children := []stanza.Node{stanza.New("device-list", stanza.Attrs{"hash": account.DeviceHash(found.DeviceAddresses(asked))}, list...)}
	if signed, err := found.KeyIndexList(now); err == nil {
		children = append(children, stanza.Raw("key-index-list", signed, stanza.Attrs{"ts": stanza.Unix(now)}))
	}
	return stanza.New("devices", nil, children...), true
}

func (d *Directory) lid(found *account.Account, asked types.JID, _ Viewer) (stanza.Node, bool) {
	if asked.Server == types.HiddenUserServer {
		return stanza.Node{}, false
	}
	return stanza.New("lid", stanza.Attrs{"val": found.LIDJID(0)}), true
}

// status is the about text. Who may not see it gets an empty one, as from somebody who has none.
func (d *Directory) status(found *account.Account, _ types.JID, viewer Viewer) (stanza.Node, bool) {
	state := found.Profile.State()
	if !d.shows(found, viewer, profile.About) {
		return stanza.New("status", stanza.Attrs{"code": "401", "type": "fail"}), true
	}
	node := stanza.Raw("status", []byte(state.About))
	if !state.AboutAt.IsZero() {
		node.Attrs = stanza.Attrs{"t": stanza.Unix(state.AboutAt)}
	}
	return node, true
}

// textStatus is the about text in its newer form.
func (d *Directory) textStatus(found *account.Account, _ types.JID, viewer Viewer) (stanza.Node, bool) {
	state := found.Profile.State()
	if state.About == "" || !d.shows(found, viewer, profile.About) {
		return stanza.Node{}, false
	}
	return stanza.New("text_status", stanza.Attrs{
		"text": state.About, "last_update_time": stanza.Unix(state.AboutAt), "ephemeral_duration_sec": "0",
	}), true
}

func (d *Directory) picture(found *account.Account, _ types.JID, viewer Viewer) (stanza.Node, bool) {
	picture := found.Profile.State().Picture
	if picture == nil || !d.shows(found, viewer, profile.Picture) {
		return stanza.Node{}, false
	}
	return stanza.New("picture", stanza.Attrs{"id": picture.ID}), true
}

func (d *Directory) shows(found *account.Account, viewer Viewer, category string) bool {
	return found.Knows(viewer.Account, viewer.trusted, d.now()) && found.ShownTo(viewer.Account, category)
}

func (d *Directory) business(found *account.Account, _ types.JID, _ Viewer) (stanza.Node, bool) {
	certificate, ok := found.VerifiedName()
	if !ok {
		return stanza.Node{}, false
	}
	return stanza.New("business", nil, stanza.Raw("verified_name", certificate, stanza.Attrs{
		"v": "1", "verified_level": "unknown", "serial": found.BusinessSerial(), "host_storage": "1", "actual_actors": "1",
		"privacy_mode_ts": stanza.Unix(found.Profile.State().BusinessAt),
	})), true
}

func (d *Directory) disappearing(found *account.Account, _ types.JID, _ Viewer) (stanza.Node, bool) {
	state := found.Profile.State()
	if state.DisappearingAt.IsZero() {
		return stanza.Node{}, false
	}
	return stanza.New("disappearing_mode", stanza.Attrs{
		"duration": strconv.Itoa(state.Disappearing), "t": stanza.Unix(state.DisappearingAt),
	}), true
}

func (d *Directory) username(found *account.Account, _ types.JID, _ Viewer) (stanza.Node, bool) {
	name := found.Profile.State().Username
	return stanza.Raw("username", []byte(name)), name != ""
}
