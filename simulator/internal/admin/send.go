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
	To   string `json:"to" doc:"a phone's number, or a group's JID"`
	Text string `json:"text" doc:"the text, or a file's caption"`
	ID   string `json:"id" doc:"message id; made up if absent"`
	Raw  string `json:"raw_base64" doc:"an encoded waE2E.Message, instead of everything else"`
	// Media is a file that the phone encrypts and uploads; Text is its caption.
	Media *mediaOrder `json:"media"`
}

type mediaOrder struct {
	Kind     string `json:"kind" doc:"image, video, audio, voice, document or sticker"`
	Body     []byte `json:"data_base64"`
	MIME     string `json:"mimetype"`
	FileName string `json:"file_name"`
}

func sendRoutes() []route {
	return []route{
		{method: "POST", path: "/admin/phones/{phone}/send", summary: "The phone sends a message.", call: takes(send)},
		{method: "POST", path: "/admin/phones/{phone}/send-batch", summary: "The phone sends messages in order.", call: takes(sendBatch)},
		{method: "GET", path: "/admin/phones/{phone}/inbox/{seq}/media", summary: "The decrypted file of a received message.",
			call: answers(attachment)},
	}
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
type fileView struct {
	Body []byte `json:"data_base64"`
	MIME string `json:"mimetype"`
}

func attachment(rooms *Rooms, r *http.Request) (fileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return fileView{}, err
	}
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil {
		return fileView{}, badRequest("the sequence number must be a number")
	}
	body, mime, err := rooms.Phones.Of(owner).Download(seq)
	if err != nil {
		return fileView{}, err
	}
	return fileView{Body: body, MIME: mime}, nil
}

type sentView struct {
	ID string  `json:"id"`
	T  int64   `json:"t" doc:"unix seconds, as in the stanza"`
	MS float64 `json:"t_ms"`
}

func send(rooms *Rooms, r *http.Request, order sendOrder) (sentView, error) {
	from, err := rooms.account(r)
	if err != nil {
		return sentView{}, err
	}
	sent, err := rooms.send(from, order)
	if err != nil {
		return sentView{}, err
	}
	return sentView{ID: sent.ID, T: sent.T.Unix(), MS: phone.Milliseconds(sent.T)}, nil
}

type batchOrder struct {
	Messages []sendOrder `json:"messages"`
}

type idsView struct {
	IDs []string `json:"ids"`
}

func sendBatch(rooms *Rooms, r *http.Request, batch batchOrder) (idsView, error) {
	from, err := rooms.account(r)
	if err != nil {
		return idsView{}, err
	}
	ids := make([]string, 0, len(batch.Messages))
	for _, order := range batch.Messages {
		sent, err := rooms.send(from, order)
		if err != nil {
			return idsView{}, err
		}
		ids = append(ids, sent.ID)
	}
	return idsView{IDs: ids}, nil
}
