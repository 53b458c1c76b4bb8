package phone

import (
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/phone/settings"
)

// settingName is how a chat is named in settings: by phone number, as contacts are.
func (d Destination) settingName() string {
	if d.Group != nil {
		return d.Group.JID().String()
	}
	return d.Account.PN(0).String()
}

// arrangement translates an order into changes of collections.
func (p *Phone) arrangement(to Destination, order *ChatOrder) ([]authored, error) {
	chat := to.settingName()
	steps := p.chatSettings(to, chat, order)
	for _, about := range []struct {
		id, kind string
		version  int32
		value    *waSyncAction.SyncActionValue
	}{
		{order.Star, "star", 2, &waSyncAction.SyncActionValue{StarAction: &waSyncAction.StarAction{Starred: proto.Bool(true)}}},
		{order.Unstar, "star", 2, &waSyncAction.SyncActionValue{StarAction: &waSyncAction.StarAction{Starred: proto.Bool(false)}}},
		{order.DeleteForMe, "deleteMessageForMe", 3, &waSyncAction.SyncActionValue{DeleteMessageForMeAction: &waSyncAction.DeleteMessageForMeAction{
			DeleteMedia: proto.Bool(true), MessageTimestamp: proto.Int64(p.book.now().Unix()),
		}}},
	} {
		if about.id == "" {
			continue
		}
		index, err := p.messageIndex(about.kind, to, about.id)
		if err != nil {
			return nil, err
		}
		steps = append(steps, setting(regularHigh, about.version, about.value, index...))
	}
	if order.Clear {
		steps = append(steps, setting(regularHigh, 6, &waSyncAction.SyncActionValue{ClearChatAction: &waSyncAction.ClearChatAction{
			MessageRange: p.messageRange(to),
		}}, "clearChat", chat, "1", "1"))
	}
	if order.Delete {
		steps = append(steps, setting(regularHigh, 6, &waSyncAction.SyncActionValue{DeleteChatAction: &waSyncAction.DeleteChatAction{
			MessageRange: p.messageRange(to),
		}}, "deleteChat", chat, "1"))
	}
	return steps, nil
}

func setting(collection string, version int32, value *waSyncAction.SyncActionValue, index ...string) authored {
	return authored{collection, []settings.Change{{Index: index, Version: version, Value: value}}}
}

// chatSettings are the changes that concern the chat as a whole.
func (p *Phone) chatSettings(to Destination, chat string, order *ChatOrder) (steps []authored) {
	if order.Archived != nil {
		steps = append(steps, setting(regularLow, 3, &waSyncAction.SyncActionValue{ArchiveChatAction: &waSyncAction.ArchiveChatAction{
			Archived: order.Archived, MessageRange: p.messageRange(to),
		}}, "archive", chat))
	}
	if order.Pinned != nil {
		steps = append(steps, setting(regularLow, 5, &waSyncAction.SyncActionValue{
			PinAction: &waSyncAction.PinAction{Pinned: order.Pinned},
		}, "pin_v1", chat))
	}
	if order.MuteS != nil {
		mute := &waSyncAction.MuteAction{Muted: proto.Bool(*order.MuteS != 0)}
		if *order.MuteS != 0 {
			mute.MuteEndTimestamp = p.until(*order.MuteS)
		}
		steps = append(steps, setting(regularHigh, 2, &waSyncAction.SyncActionValue{MuteAction: mute}, "mute", chat))
	}
	if order.Read != nil {
		steps = append(steps, setting(regularLow, 3, &waSyncAction.SyncActionValue{MarkChatAsReadAction: &waSyncAction.MarkChatAsReadAction{
			Read: order.Read, MessageRange: p.messageRange(to),
		}}, "markChatAsRead", chat))
	}
	for id, applied := range map[string]bool{order.Label: true, order.Unlabel: false} {
		if id != "" {
			steps = append(steps, setting(regular, 3, &waSyncAction.SyncActionValue{
				LabelAssociationAction: &waSyncAction.LabelAssociationAction{Labeled: proto.Bool(applied)},
			}, labelOfChat, id, chat))
		}
	}
	return steps
}

// messageIndex names a message in settings.
func (p *Phone) messageIndex(kind string, to Destination, id string) ([]string, error) {
	line, ok := p.screen.Find(to.Chat(), id)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrTarget, id)
	}
	own, writer := "0", "0"
	if line.FromMe {
		own = "1"
	} else if author, ok := p.book.accounts.ByPhone(line.From); ok && to.Group != nil {
		writer = author.PN(0).String()
	}
	return []string{kind, to.settingName(), id, own, writer}, nil
}

// messageRange tells up to which message a change of a chat counts.
func (p *Phone) messageRange(to Destination) *waSyncAction.SyncActionMessageRange {
	lines, _ := p.screen.Lines(to.Chat())
	if len(lines) == 0 {
		return &waSyncAction.SyncActionMessageRange{LastMessageTimestamp: proto.Int64(p.book.now().Unix())}
	}
	last := lines[len(lines)-1]
	key := &waCommon.MessageKey{
		RemoteJID: proto.String(to.settingName()), FromMe: proto.Bool(last.FromMe), ID: proto.String(last.ID),
	}
	if author, ok := p.book.accounts.ByPhone(last.From); ok && to.Group != nil && !last.FromMe {
		key.Participant = proto.String(author.PN(0).String())
	}
	return &waSyncAction.SyncActionMessageRange{
		LastMessageTimestamp: proto.Int64(last.T),
		Messages:             []*waSyncAction.SyncActionMessage{{Key: key, Timestamp: proto.Int64(last.T)}},
	}
}

// labelOfChat begins the index of a chat's label; the chat is its last part.
const labelOfChat = "label_jid"

type effect func(p *Phone, chat string, change settings.Change)

// effects returns the table of settings that the phone shows. The chat is the screen's key of the second part of the
// index, if there is one.
func effects() map[string]effect {
	return map[string]effect{
		labelOfChat: showLabel, "setting_pushName": showName, "contact": showContact, "mute": showMute, "star": showStar,
		"archive": func(p *Phone, chat string, change settings.Change) {
			p.screen.Chat(chat).Archived = change.Value.GetArchiveChatAction().GetArchived()
		},
		"pin_v1": func(p *Phone, chat string, change settings.Change) {
			p.screen.Chat(chat).Pinned = change.Value.GetPinAction().GetPinned()
		},
		"markChatAsRead": func(p *Phone, chat string, change settings.Change) {
			p.screen.MarkChat(chat, change.Value.GetMarkChatAsReadAction().GetRead())
		},
		"deleteMessageForMe": func(p *Phone, chat string, change settings.Change) {
			if len(change.Index) > 2 && change.Value != nil {
				p.screen.Remove(chat, change.Index[2])
			}
		},
		"clearChat":  func(p *Phone, chat string, _ settings.Change) { p.screen.Clear(chat) },
		"deleteChat": func(p *Phone, chat string, _ settings.Change) { p.screen.Drop(chat) },
	}
}

func showName(p *Phone, _ string, change settings.Change) {
	if name := change.Value.GetPushNameSetting().GetName(); name != "" {
		p.Account.Rename(name)
	}
}

func showContact(p *Phone, chat string, change settings.Change) {
	p.Account.Profile.SetContact(chat, change.Value != nil)
	if change.Value == nil {
		delete(p.contacts, chat)
		return
	}
	p.contacts[chat] = change.Value.GetContactAction().GetFullName()
}

func showMute(p *Phone, chat string, change settings.Change) {
	mute, until := change.Value.GetMuteAction(), int64(0)
	if mute.GetMuted() {
		until = -1
		if end := mute.GetMuteEndTimestamp(); end > 0 {
			until = end / 1000
		}
	}
	p.screen.Chat(chat).MutedUntil = until
}

func showLabel(p *Phone, chat string, change settings.Change) {
	if len(change.Index) < 3 {
		return
	}
	shown, label := p.screen.Chat(chat), change.Index[1]
	shown.Labels = slices.DeleteFunc(shown.Labels, func(other string) bool { return other == label })
	if change.Value.GetLabelAssociationAction().GetLabeled() {
		shown.Labels = append(shown.Labels, label)
	}
}

func showStar(p *Phone, chat string, change settings.Change) {
	if line, ok := p.lineOf(chat, change.Index); ok {
		line.Starred = change.Value.GetStarAction().GetStarred()
	}
}

func (p *Phone) lineOf(chat string, index []string) (*screen.Line, bool) {
	if len(index) < 3 {
		return nil, false
	}
	return p.screen.Find(chat, index[2])
}

// take shows what a setting changes; what the phone has no use for it keeps in the ledger alone.
func (p *Phone) take(change settings.Change) {
	effect, ok := effects()[change.Index[0]]
	if !ok {
		return
	}
	chat := ""
	if at := aboutChat(change.Index); at != "" {
		chat = p.chatNamed(at)
	}
	effect(p, chat, change)
}

// aboutChat is the part of an index that names a chat, "" for one that names none.
func aboutChat(index []string) string {
	switch {
	case index[0] == labelOfChat:
		return index[len(index)-1]
	case len(index) > 1:
		return index[1]
	default:
		return ""
	}
}

// chatNamed is the screen's key of a chat that a setting names.
func (p *Phone) chatNamed(name string) string {
	if jid, err := types.ParseJID(name); err == nil && strings.Contains(name, "@") && jid.Server != types.GroupServer {
		return p.book.numberOf(name)
	}
	return name
}
