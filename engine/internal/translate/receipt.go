package translate

import (
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// Receipt translates a receipt; nil for those that only machines exchange.
func Receipt(event *events.Receipt, aliases Aliases) *pb.Receipt {
	kind := receiptKind(event.Type)
	// The own phone says so itself when others see that it reads, and by `read-self` when they do not.
	if event.IsFromMe && (kind == pb.ReceiptKind_READ || kind == pb.ReceiptKind_PLAYED) {
		kind = pb.ReceiptKind_READ_SELF
	}
	if kind == pb.ReceiptKind_RECEIPT_KIND_UNSPECIFIED {
		return nil
	}
	chat, sender := event.Chat.ToNonAD(), event.Sender.ToNonAD()
	to := &pb.Receipt{
		Chat:        valid(chat.String()),
		Sender:      valid(sender.String()),
		SenderAlt:   valid(firstOf(event.SenderAlt.ToNonAD(), aliases, sender).String()),
		Kind:        kind,
		TimestampMs: event.Timestamp.UnixMilli(),
	}
	if !event.IsGroup {
		known := event.SenderAlt.ToNonAD()
		if event.IsFromMe {
			known = event.RecipientAlt.ToNonAD()
		}
		to.ChatAlt = valid(firstOf(known, aliases, chat).String())
	}
	for _, id := range event.MessageIDs {
		to.MessageIds = append(to.MessageIds, valid(id))
	}
	return to
}

func receiptKind(kind types.ReceiptType) pb.ReceiptKind {
	switch kind {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive:
		return pb.ReceiptKind_DELIVERED // inactive: delivered to a device that is not in use
	case types.ReceiptTypeRead:
		return pb.ReceiptKind_READ
	case types.ReceiptTypePlayed:
		return pb.ReceiptKind_PLAYED
	case types.ReceiptTypeReadSelf:
		return pb.ReceiptKind_READ_SELF
	case types.ReceiptTypeRetry, types.ReceiptTypeSender, types.ReceiptTypePeerMsg, types.ReceiptTypeHistorySync,
		types.ReceiptTypeServerError:
		return pb.ReceiptKind_RECEIPT_KIND_UNSPECIFIED // answered by the library, or of no meaning to anybody else
	default:
		return pb.ReceiptKind_RECEIPT_OTHER
	}
}
