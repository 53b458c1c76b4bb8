package phone

import (
	"bytes"
	"compress/zlib"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

// Greet sends a newly linked companion what a phone sends: the app state key and the first history, inline,
// because some clients fetch history only from the real service's hosts.
func (p *Phone) Greet(companion *account.Companion) {
	if p.isAsleep() {
		p.greetLater(companion)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.greet(companion)
}

func (p *Phone) greet(companion *account.Companion) {
	p.introduce()
	messages := []*waE2E.ProtocolMessage{p.keyShare()}
	for _, history := range p.history() {
		notification, err := inlineHistory(history)
		if err != nil {
			p.book.log.Error("phone.history_failed", "phone", p.Account.Phone, "error", err)
			continue
		}
		messages = append(messages, notification)
	}
	for _, message := range messages {
		p.sendPeer(companion.Device, message)
	}
}

func (p *Phone) sendPeer(device uint16, message *waE2E.ProtocolMessage) {
	if message.GetAppStateSyncKeyShare() != nil && p.book.withhold(p.Account.Phone) {
		return
	}
	body, err := proto.Marshal(&waE2E.Message{ProtocolMessage: message})
	if err != nil {
		p.book.log.Error("phone.peer_failed", "phone", p.Account.Phone, "error", err)
		return
	}
	envelope, err := p.sealFor(p.Account, device, body)
	if err != nil {
		p.book.log.Warn("phone.peer_failed", "phone", p.Account.Phone, "error", err)
		return
	}
	id := p.nextID()
	p.remember(id, &SentMessage{Body: body})
	p.book.router.Message(p.origin(), &stanza.Node{
		Tag: "message",
		Attrs: stanza.Attrs{
			"id": id, "to": p.Account.PN(device), "type": "protocol", "category": "peer", "push_priority": "high",
		},
		Content: []stanza.Node{stanza.New("meta", stanza.Attrs{"appdata": "default"}), envelope},
	})
}

func inlineHistory(history *waHistorySync.HistorySync) (*waE2E.ProtocolMessage, error) {
	encoded, err := proto.Marshal(history)
	if err != nil {
		return nil, fmt.Errorf("phone: history: %w", err)
	}
	var packed bytes.Buffer
	writer := zlib.NewWriter(&packed)
	if _, err = writer.Write(encoded); err != nil {
		return nil, fmt.Errorf("phone: history: %w", err)
	}
	if err = writer.Close(); err != nil {
		return nil, fmt.Errorf("phone: history: %w", err)
	}
	return &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(),
		HistorySyncNotification: &waE2E.HistorySyncNotification{
			SyncType:                          waE2E.HistorySyncType(history.GetSyncType()).Enum(),
			ChunkOrder:                        history.ChunkOrder,
			Progress:                          history.Progress,
			InitialHistBootstrapInlinePayload: packed.Bytes(),
		},
	}, nil
}

// peerContent is what a companion says to its phone: bare, or as Baileys does it, wrapped like a copy of a message.
func peerContent(message *waE2E.Message) *waE2E.ProtocolMessage {
	if wrapped := message.GetDeviceSentMessage().GetMessage(); wrapped != nil {
		message = wrapped
	}
	return message.GetProtocolMessage()
}

// answerRequest answers what a companion asks of its phone.
func (p *Phone) answerRequest(device uint16, id string, message *waE2E.ProtocolMessage) {
	switch message.GetType() {
	case waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_REQUEST:
		var asked [][]byte
		for _, id := range message.GetAppStateSyncKeyRequest().GetKeyIDs() {
			asked = append(asked, id.GetKeyID())
		}
		p.sendPeer(device, p.keyShare(asked...))
	case waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_MESSAGE:
		p.answerOperation(device, id, message.GetPeerDataOperationRequestMessage())
	}
}

// answerOperation answers what a phone answers: older messages of a chat, and messages that the companion could not
// decrypt. Other operations are not answered, as by a phone that is busy.
func (p *Phone) answerOperation(device uint16, id string, request *waE2E.PeerDataOperationRequestMessage) {
	switch request.GetPeerDataOperationRequestType() {
	case waE2E.PeerDataOperationRequestType_HISTORY_SYNC_ON_DEMAND:
		p.answerHistory(device, id, request.GetHistorySyncOnDemandRequest())
	case waE2E.PeerDataOperationRequestType_PLACEHOLDER_MESSAGE_RESEND:
		p.answerResend(device, id, request)
	}
}

// answerResend sends a companion the messages that it could not decrypt, as far as the phone has them.
func (p *Phone) answerResend(device uint16, id string, request *waE2E.PeerDataOperationRequestMessage) {
	var results []*waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult
	for _, wanted := range request.GetPlaceholderMessageResendRequest() {
		encoded, ok := p.remembered(wanted.GetMessageKey())
		if !ok {
			continue
		}
		results = append(results, &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult{
			PlaceholderMessageResendResponse: &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult_PlaceholderMessageResendResponse{
				WebMessageInfoBytes: encoded,
			},
		})
	}
	if len(results) == 0 {
		return
	}
	p.sendPeer(device, &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE.Enum(),
		PeerDataOperationRequestResponseMessage: &waE2E.PeerDataOperationRequestResponseMessage{
			PeerDataOperationRequestType: request.PeerDataOperationRequestType, StanzaID: proto.String(id), PeerDataOperationResult: results,
		},
	})
}

// remembered returns a message that the phone has received, in the form in which phones store messages.
func (p *Phone) remembered(key *waCommon.MessageKey) ([]byte, bool) {
	chat, err := types.ParseJID(key.GetRemoteJID())
	if err != nil || key.GetFromMe() {
		return nil, false
	}
	owner, ok := p.book.accounts.ByJID(chat)
	if !ok {
		return nil, false
	}
	item, ok := p.inbox.get(p.known[messageKey(owner, key.GetID())])
	if !ok {
		return nil, false
	}
	message := &waE2E.Message{}
	if proto.Unmarshal(item.Message, message) != nil {
		return nil, false
	}
	encoded, err := proto.Marshal(&waWeb.WebMessageInfo{
		Key: key, Message: message, MessageTimestamp: proto.Uint64(uint64(item.T)), PushName: proto.String(owner.Name()),
	})
	return encoded, err == nil
}

// bundleKeys are the children of a retry receipt's <keys>.
func bundleKeys(bundle *keys.Bundle) []stanza.Node {
	var children []stanza.Node
	user := bundle.Node(types.EmptyJID, "")
	for _, child := range user.GetChildren() {
		if child.Tag == "identity" || child.Tag == "key" || child.Tag == "skey" {
			children = append(children, child)
		}
	}
	return children
}
