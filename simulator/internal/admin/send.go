package admin

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone"
)

type sendOrder struct {
	To   string `json:"to"`
	Text string `json:"text"`
	ID   string `json:"id"`
	Raw  string `json:"raw_base64"`
	// Media is a file that the phone encrypts and uploads; Text is its caption.
	Media *mediaOrder `json:"media"`
}

type mediaOrder struct {
	Kind     string `json:"kind"`
	Body     []byte `json:"data_base64"`
	MIME     string `json:"mimetype"`
	FileName string `json:"file_name"`
}

func (rooms *Rooms) send(from *account.Account, order sendOrder) (phone.Sent, error) {
	message, err := rooms.message(order)
	if err != nil {
		return phone.Sent{}, err
	}
	if jid, _ := types.ParseJID(order.To); jid.Server == types.GroupServer {
		group, err := rooms.memberGroup(jid, from)
		if err != nil {
			return phone.Sent{}, err
		}
		return rooms.Phones.Of(from).SendToGroup(group, message, order.ID)
	}
	to, err := rooms.accountOf(order.To)
	if err != nil {
		return phone.Sent{}, err
	}
	return rooms.Phones.Of(from).Send(to, message, order.ID)
}

// message makes what an order says: an encoded message, a file, or a text.
func (rooms *Rooms) message(order sendOrder) (*waE2E.Message, error) {
	switch {
	case order.Raw != "":
		encoded, err := base64.StdEncoding.DecodeString(order.Raw)
		if err != nil {
			return nil, badRequest("raw_base64 is not base64")
		}
		message := &waE2E.Message{}
		if err = proto.Unmarshal(encoded, message); err != nil {
			return nil, badRequest("raw_base64 is not a waE2E.Message")
		}
		return message, nil
	case order.Media != nil:
		return rooms.Phones.Attach(phone.Attachment{
			Kind: order.Media.Kind, Body: order.Media.Body, MIME: order.Media.MIME, FileName: order.Media.FileName, Caption: order.Text,
		})
	case order.Text != "":
		return phone.Text(order.Text), nil
	default:
		return nil, phone.ErrMessageInvalid
	}
}

// attachment answers with the decrypted file of a message in the phone's inbox.
func attachment(rooms *Rooms, r *http.Request) (any, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil {
		return nil, badRequest("the sequence number must be a number")
	}
	body, mime, err := rooms.Phones.Of(owner).Download(seq)
	if err != nil {
		return nil, err
	}
	return map[string]any{"data_base64": body, "mimetype": mime}, nil
}

func send(rooms *Rooms, r *http.Request) (any, error) {
	from, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order sendOrder
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	sent, err := rooms.send(from, order)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": sent.ID, "t": sent.T.Unix(), "t_ms": phone.Milliseconds(sent.T)}, nil
}

func sendBatch(rooms *Rooms, r *http.Request) (any, error) {
	from, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var batch struct {
		Messages []sendOrder `json:"messages"`
	}
	if err = decode(r, &batch); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(batch.Messages))
	for _, order := range batch.Messages {
		sent, err := rooms.send(from, order)
		if err != nil {
			return nil, err
		}
		ids = append(ids, sent.ID)
	}
	return map[string]any{"ids": ids}, nil
}
