package admin

import (
	"net/http"
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/phone/letter"
)

func sendRoutes() []route {
	return []route{
		{method: "POST", path: "/admin/phones/{phone}/send", summary: "The phone sends a message.", call: takes(send)},
		{method: "POST", path: "/admin/phones/{phone}/send-batch", summary: "The phone sends messages in order.", call: takes(sendBatch)},
		{method: "GET", path: "/admin/phones/{phone}/inbox/{seq}/media", summary: "The decrypted file of a received message.",
			call: answers(attachment)},
	}
}

// destination finds the account or the group that a message goes to.
func (rooms *Rooms) destination(from *account.Account, to string) (phone.Destination, error) {
	if jid, _ := types.ParseJID(to); jid.Server == types.GroupServer {
		group, err := rooms.memberGroup(jid, from)
		return phone.Destination{Group: group}, err
	}
	found, err := rooms.accountOf(to)
	return phone.Destination{Account: found}, err
}

func (rooms *Rooms) send(from *account.Account, draft *letter.Draft) (phone.Sent, error) {
	to, err := rooms.destination(from, draft.To)
	if err != nil {
		return phone.Sent{}, err
	}
	return rooms.Phones.Of(from).Post(to, draft)
}

type fileView struct {
	Body []byte `json:"data_base64"`
	MIME string `json:"mimetype"`
}

// attachment answers with the decrypted file of a message in the phone's inbox.
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

func send(rooms *Rooms, r *http.Request, draft letter.Draft) (sentView, error) {
	from, err := rooms.account(r)
	if err != nil {
		return sentView{}, err
	}
	sent, err := rooms.send(from, &draft)
	if err != nil {
		return sentView{}, err
	}
	return sentView{ID: sent.ID, T: sent.T.Unix(), MS: phone.Milliseconds(sent.T)}, nil
}

type batchOrder struct {
	Messages []letter.Draft `json:"messages"`
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
	for i := range batch.Messages {
		sent, err := rooms.send(from, &batch.Messages[i])
		if err != nil {
			return idsView{}, err
		}
		ids = append(ids, sent.ID)
	}
	return idsView{IDs: ids}, nil
}
