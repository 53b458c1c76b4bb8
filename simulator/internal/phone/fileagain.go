package phone

import (
	"crypto/rand"

	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/media"
	"holdfast/simulator/internal/phone/letter"
	"holdfast/simulator/internal/stanza"
)

// notOnPhone is WhatsApp's number for a file that the phone does not have.
const notOnPhone = "2"

// placeAgain answers a companion that could not fetch the file of a message: the phone puts it on the server once more.
func (p *Phone) placeAgain(receipt *stanza.Node) {
	id := stanza.Text(receipt, "id")
	rmr, ok := stanza.Child(receipt, "rmr")
	if !ok {
		return
	}
	answer := p.book.router.Notification("mediaretry", p.Account.PN(0), stanza.New("rmr", rmr.Attrs))
	answer.Attrs["id"] = id
	if sealed, iv, placed := p.again(id, rmr); placed {
		answer.Content = append(answer.GetChildren(), stanza.New("encrypt", nil,
			stanza.Raw("enc_p", sealed, nil), stanza.Raw("enc_iv", iv, nil)))
	} else {
		answer.Content = append(answer.GetChildren(), stanza.New("error", stanza.Attrs{"code": notOnPhone}))
	}
	from, _ := stanza.JID(receipt, "from")
	p.book.router.Deliver(p.Account, from.Device, answer, p.Account.Phone)
}

// again places the file of a message and seals where it lies under the file's own key.
func (p *Phone) again(id string, rmr *stanza.Node) (sealed, iv []byte, placed bool) {
	carrier := p.carrierOf(id, rmr)
	if carrier == nil {
		return nil, nil, false
	}
	file, ok := p.book.files.store.Again(media.Path(carrier.GetDirectPath()))
	if !ok {
		return nil, nil, false
	}
	plain, err := proto.Marshal(&waMmsRetry.MediaRetryNotification{
		StanzaID: &id, DirectPath: proto.String(file.Path + "?ccb=1"), Result: waMmsRetry.MediaRetryNotification_SUCCESS.Enum(),
	})
	if err != nil {
		return nil, nil, false
	}
	iv = make([]byte, 12)
	if _, err = rand.Read(iv); err != nil {
		return nil, nil, false
	}
	key := hkdfutil.SHA256(carrier.GetMediaKey(), nil, []byte("WhatsApp Media Retry Notification"), 32)
	sealed, err = gcmutil.Encrypt(key, iv, plain, []byte(id))
	return sealed, iv, err == nil
}

// carrierOf is the file of a message that the phone has received, nil if it has none.
func (p *Phone) carrierOf(id string, rmr *stanza.Node) attached {
	writer, _ := stanza.JID(rmr, "jid")
	if participant, ok := stanza.JID(rmr, "participant"); ok {
		writer = participant
	}
	if stanza.Text(rmr, "from_me") == "true" {
		writer = p.Account.PN(0)
	}
	return p.fileOf(writer, id)
}

func (p *Phone) fileOf(writer types.JID, id string) attached {
	owner, ok := p.book.accounts.ByJID(writer)
	if !ok {
		return nil
	}
	item, ok := p.inbox.get(p.known[messageKey(owner, id)])
	if !ok {
		return nil
	}
	message, err := contentOf(item.Message)
	if err != nil {
		return nil
	}
	carrier, _ := attachmentOf(letter.Unwrap(message))
	return carrier
}
