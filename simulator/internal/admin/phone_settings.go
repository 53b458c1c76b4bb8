package admin

import (
	"encoding/hex"
	"net/http"

	"holdfast/simulator/internal/phone"
)

func settingRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/phones/{phone}/contacts", summary: "The names under which the phone has saved numbers.", call: answers(listContacts)},
		{method: "POST", path: "/admin/phones/{phone}/contacts", call: takes(saveContact),
			summary: "Saves a number under a name, which the companions hear of; an empty name forgets it."},
		{method: "POST", path: "/admin/phones/{phone}/chats/{jid}", call: takes(arrangeChat),
			summary: "Archives, pins, mutes, labels, stars, clears or deletes, as app state that the companions hear of."},
		{method: "POST", path: "/admin/phones/{phone}/labels", call: takes(saveLabel),
			summary: "Makes, changes or deletes a label of a business account, which the companions hear of."},
		{method: "POST", path: "/admin/phones/{phone}/rename", summary: "Changes the push name.", call: takes(rename)},
		{method: "POST", path: "/admin/phones/{phone}/rotate-key", call: takes(rotateKey),
			summary: "Makes a new app state key; companions that are not told must ask for it."},
	}
}

type contactView struct {
	Phone string `json:"phone"`
	Name  string `json:"name"`
}

func listContacts(rooms *Rooms, r *http.Request) (items[contactView], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return items[contactView]{}, err
	}
	views := []contactView{}
	for _, contact := range rooms.Phones.Of(owner).Contacts() {
		views = append(views, contactView{contact.Phone, contact.Name})
	}
	return items[contactView]{views}, nil
}

func saveContact(rooms *Rooms, r *http.Request, order contactView) (contactView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return contactView{}, err
	}
	contact, err := rooms.accountOf(order.Phone)
	if err != nil {
		return contactView{}, err
	}
	return order, rooms.Phones.Of(owner).SaveContact(contact, order.Name)
}

func arrangeChat(rooms *Rooms, r *http.Request, order phone.ChatOrder) (chatView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return chatView{}, err
	}
	to, err := rooms.destination(owner, r.PathValue("jid"))
	if err != nil {
		return chatView{}, err
	}
	arranged := rooms.Phones.Of(owner)
	if err = arranged.Arrange(to, &order); err != nil {
		return chatView{}, err
	}
	shown, _, _ := arranged.Conversation(to.Chat())
	return rooms.viewChat(owner, &shown), nil
}

func saveLabel(rooms *Rooms, r *http.Request, label phone.Label) (phone.Label, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return phone.Label{}, err
	}
	if label.ID == "" {
		return phone.Label{}, badRequest("a label has an id")
	}
	return label, rooms.Phones.Of(owner).SaveLabel(label)
}

type renameOrder struct {
	Name string `json:"name"`
}

func rename(rooms *Rooms, r *http.Request, order renameOrder) (phoneView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return phoneView{}, err
	}
	if order.Name == "" {
		return phoneView{}, badRequest("a push name cannot be empty")
	}
	return phoneView{Phone: owner.Phone, LID: owner.LID, Name: order.Name}, rooms.Phones.Of(owner).Rename(order.Name)
}

type rotateOrder struct {
	Tell bool `json:"tell" doc:"shares the key with every companion at once"`
}

type keyView struct {
	KeyID string `json:"key_id" doc:"hexadecimal"`
}

func rotateKey(rooms *Rooms, r *http.Request, order rotateOrder) (keyView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return keyView{}, err
	}
	id, err := rooms.Phones.Of(owner).RotateKey(order.Tell)
	return keyView{KeyID: hex.EncodeToString(id)}, err
}
