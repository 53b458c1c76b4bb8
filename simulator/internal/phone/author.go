package phone

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/phone/settings"
	"holdfast/simulator/internal/stanza"
)

// The collections that phones write into.
const (
	criticalBlock = "critical_block"
	criticalLow   = "critical_unblock_low"
	regularHigh   = "regular_high"
	regularLow    = "regular_low"
	regular       = "regular"
)

// locale is the language of every phone here.
const locale = "en_US"

// stateKey is the account's app state key of one epoch; each follows from the seed.
func (p *Phone) stateKey(epoch uint32) settings.Key {
	source, phone := p.book.source, p.Account.Phone
	first := source.Bytes(4, "app state key id", phone)
	if epoch == 0 {
		return settings.Key{ID: append([]byte{0, 0}, first...), Secret: source.Bytes(32, "app state key", phone)}
	}
	// Ids grow with the epoch: clients take the highest for the newest.
	number := binary.BigEndian.Uint32(first) + epoch
	return settings.Key{
		ID: binary.BigEndian.AppendUint32([]byte{0, 0}, number), Secret: source.Bytes(32, "app state key", phone, epoch),
	}
}

// keyShare hands out app state keys: those asked for, or the newest. What is asked for and unknown comes without a key.
func (p *Phone) keyShare(asked ...[]byte) *waE2E.ProtocolMessage {
	if len(asked) == 0 {
		asked = [][]byte{p.stateKey(p.epoch).ID}
	}
	share := &waE2E.AppStateSyncKeyShare{}
	for _, id := range asked {
		key := &waE2E.AppStateSyncKey{KeyID: &waE2E.AppStateSyncKeyId{KeyID: id}}
		for epoch := range p.epoch + 1 {
			if held := p.stateKey(epoch); string(held.ID) == string(id) {
				key.KeyData = &waE2E.AppStateSyncKeyData{
					KeyData: held.Secret,
					Fingerprint: &waE2E.AppStateSyncKeyFingerprint{
						RawID: proto.Uint32(p.Account.RawID()), CurrentIndex: proto.Uint32(0), DeviceIndexes: []uint32{0},
					},
					Timestamp: proto.Int64(p.book.now().UnixMilli()),
				}
			}
		}
		share.Keys = append(share.Keys, key)
	}
	return &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(), AppStateSyncKeyShare: share,
	}
}

// RotateKey makes a new app state key, as a phone does when a companion has left. Without telling, companions meet it
// in the next patch and have to ask for it.
func (p *Phone) RotateKey(tell bool) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return nil, ErrAsleep
	}
	p.epoch++
	key := p.stateKey(p.epoch)
	p.ledger.Learn(key)
	if tell {
		for _, companion := range p.Account.Companions() {
			p.sendPeer(companion.Device, p.keyShare())
		}
	}
	return key.ID, nil
}

// authorTries bounds how often a phone builds a patch again because a companion was faster.
const authorTries = 5

// author writes changes into a collection and tells the companions.
func (p *Phone) author(name string, changes ...settings.Change) error {
	version, err := p.write(name, changes...)
	if err == nil {
		p.book.router.StateAuthored(p.Account, name, version)
	}
	return err
}

// write writes changes into a collection; the phone's own screen shows them too.
func (p *Phone) write(name string, changes ...settings.Change) (version int, err error) {
	for range authorTries {
		p.catchUp(name)
		patch, err := p.ledger.Seal(name, p.stateKey(p.epoch), changes, p.book.now())
		if err != nil {
			return 0, err
		}
		version, err = p.book.appState.Append(p.Account.Phone, name, p.ledger.Version(name), patch)
		if errors.Is(err, appstate.ErrConflict) {
			continue
		}
		if err == nil {
			p.catchUp(name)
		}
		return version, err
	}
	return 0, fmt.Errorf("phone: %s changes faster than it can be written", name)
}

// catchUp reads the patches of a collection that the phone does not know yet and shows what they change.
func (p *Phone) catchUp(name string) {
	patches, _ := p.book.appState.After(p.Account.Phone, name, p.ledger.Version(name))
	for _, patch := range patches {
		changes, err := p.ledger.Apply(name, patch)
		if err != nil {
			p.book.log.Warn("phone.patch_refused", "phone", p.Account.Phone, "collection", name, "error", err)
			return
		}
		for _, change := range changes {
			p.take(change)
		}
	}
}

// receiveNotice hears of settings that a companion has changed, and of changes of a group.
func (p *Phone) receiveNotice(node *stanza.Node) {
	switch stanza.Text(node, "type") {
	case "server_sync":
		for _, collection := range node.GetChildrenByTag("collection") {
			p.catchUp(stanza.Text(&collection, "name"))
		}
	case "w:gp2":
		by, _ := stanza.JID(node, "participant")
		actor, ok := p.book.accounts.ByJID(by)
		changes := node.GetChildren()
		if ok && len(changes) > 0 {
			p.notice(Activity{Kind: "group", From: actor.Phone, Chat: stanza.Text(node, "from"), State: changes[0].Tag})
		}
	}
}

// introduce writes the settings that a companion waits for after pairing, once for each account. A new companion
// reads every collection when it gets the key, and a notice before that would only make it ask for the key.
func (p *Phone) introduce() {
	if p.ledger.Version(criticalBlock) > 0 {
		return
	}
	p.catchUp(criticalBlock)
	if p.ledger.Version(criticalBlock) > 0 {
		return
	}
	for _, step := range p.introduction() {
		if _, err := p.write(step.collection, step.changes...); err != nil {
			p.book.log.Error("phone.settings_failed", "phone", p.Account.Phone, "collection", step.collection, "error", err)
		}
	}
}

type authored struct {
	collection string
	changes    []settings.Change
}

func (p *Phone) introduction() []authored {
	steps := []authored{{criticalBlock, []settings.Change{pushName(p.Account.Name()), {
		Index: []string{"setting_locale"}, Version: 3,
		Value: &waSyncAction.SyncActionValue{LocaleSetting: &waSyncAction.LocaleSetting{Locale: proto.String(locale)}},
	}}}}
	if scenario := p.Account.Scenario; scenario.SaltBySync {
		steps = append(steps, authored{regularHigh, []settings.Change{{
			Index: []string{"nct_salt_sync"}, Version: 1,
			Value: &waSyncAction.SyncActionValue{NctSaltSyncAction: &waSyncAction.NctSaltSyncAction{Salt: p.Account.NCTSalt}},
		}}})
	}
	return steps
}

func pushName(name string) settings.Change {
	return settings.Change{Index: []string{"setting_pushName"}, Version: 1, Value: &waSyncAction.SyncActionValue{
		PushNameSetting: &waSyncAction.PushNameSetting{Name: proto.String(name)},
	}}
}

// Rename changes the push name: the companions hear of it at once, others with the next message.
func (p *Phone) Rename(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return ErrAsleep
	}
	p.Account.Rename(name)
	return p.author(criticalBlock, pushName(name))
}

// SaveContact saves a number under a name on the phone, which its companions hear of; "" forgets it.
func (p *Phone) SaveContact(contact *account.Account, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return ErrAsleep
	}
	return p.author(criticalLow, contactChange(contact, name))
}

func contactChange(contact *account.Account, name string) settings.Change {
	change := settings.Change{Index: []string{"contact", contact.PN(0).String()}, Version: 2}
	if name == "" {
		return change
	}
	change.Value = &waSyncAction.SyncActionValue{ContactAction: &waSyncAction.ContactAction{
		FullName: proto.String(name), FirstName: proto.String(firstWord(name)), LidJID: proto.String(contact.LIDJID(0).String()),
		SaveOnPrimaryAddressbook: proto.Bool(true),
	}}
	return change
}

// Label is a label of a business account; its id is chosen by whoever makes it.
type Label struct {
	ID      string `json:"label_id"`
	Name    string `json:"name"`
	Color   int32  `json:"color" doc:"WhatsApp's number of the colour, 0 to 19"`
	Deleted bool   `json:"deleted,omitempty"`
}

// SaveLabel makes, changes or deletes a label, which the companions hear of.
func (p *Phone) SaveLabel(label Label) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return ErrAsleep
	}
	return p.author(regular, settings.Change{Index: []string{"label_edit", label.ID}, Version: 3, Value: &waSyncAction.SyncActionValue{
		LabelEditAction: &waSyncAction.LabelEditAction{
			Name: proto.String(label.Name), Color: proto.Int32(label.Color), Deleted: proto.Bool(label.Deleted),
		},
	}})
}

// ChatOrder is what people do to a chat in the list; what is absent stays as it is.
type ChatOrder struct {
	Archived *bool `json:"archived,omitempty"`
	Pinned   *bool `json:"pinned,omitempty"`
	// MuteS is a time in seconds, -1 forever, 0 to unmute.
	MuteS *int64 `json:"mute_s,omitempty" doc:"seconds; -1 mutes forever, 0 unmutes"`
	Read  *bool  `json:"read,omitempty" doc:"marks the chat as read or as unread, without receipts"`
	// Star and Unstar are ids of messages.
	Star        string `json:"star,omitempty" doc:"id of a message"`
	Unstar      string `json:"unstar,omitempty" doc:"id of a message"`
	DeleteForMe string `json:"delete_for_me,omitempty" doc:"id of a message"`
	Label       string `json:"label,omitempty" doc:"id of a label that the chat is given"`
	Unlabel     string `json:"unlabel,omitempty" doc:"id of a label that is taken away"`
	Clear       bool   `json:"clear,omitempty" doc:"removes the messages, keeps the chat"`
	Delete      bool   `json:"delete,omitempty" doc:"removes the chat"`
}

// Arrange changes settings of a chat; the companions hear of each.
func (p *Phone) Arrange(to Destination, order *ChatOrder) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return ErrAsleep
	}
	steps, err := p.arrangement(to, order)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if err := p.author(step.collection, step.changes...); err != nil {
			return err
		}
	}
	return nil
}

func firstWord(name string) string {
	for i, letter := range name {
		if letter == ' ' {
			return name[:i]
		}
	}
	return name
}

func (p *Phone) until(seconds int64) *int64 {
	if seconds < 0 {
		return proto.Int64(-1)
	}
	return proto.Int64(p.book.now().Add(time.Duration(seconds) * time.Second).UnixMilli())
}
