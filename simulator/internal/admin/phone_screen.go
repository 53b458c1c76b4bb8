package admin

import (
	"net/http"
	"slices"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone/screen"
)

// screenRoutes are the calls that look at a phone's screen and touch it.
func screenRoutes() []route {
	return slices.Concat([]route{
		{method: "GET", path: "/admin/phones/{phone}/chats", summary: "The phone's list of chats, as its screen shows it.", call: answers(listChats)},
		{method: "GET", path: "/admin/phones/{phone}/chats/{jid}", call: answers(showChat),
			summary: "One chat as the phone's screen shows it: edited, deleted, with reactions and receipts."},
	}, settingRoutes(), lifeRoutes(), callRoutes(), memberRoutes())
}

type chatView struct {
	screen.Chat
	// Name is the contact's name, the group's subject, or the other side's push name.
	Name string `json:"name"`
}

type conversationView struct {
	chatView
	Messages []screen.Line `json:"messages"`
}

func (rooms *Rooms) viewChat(owner *account.Account, chat *screen.Chat) chatView {
	return chatView{Chat: *chat, Name: rooms.Phones.Of(owner).NameOf(chat.ID)}
}

func listChats(rooms *Rooms, r *http.Request) (items[chatView], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return items[chatView]{}, err
	}
	views := []chatView{}
	for _, chat := range rooms.Phones.Of(owner).Chats() {
		views = append(views, rooms.viewChat(owner, &chat))
	}
	return items[chatView]{views}, nil
}

func showChat(rooms *Rooms, r *http.Request) (conversationView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return conversationView{}, err
	}
	chat, lines, ok := rooms.Phones.Of(owner).Conversation(r.PathValue("jid"))
	if !ok {
		return conversationView{}, notFound("the phone has no chat " + r.PathValue("jid"))
	}
	return conversationView{chatView: rooms.viewChat(owner, &chat), Messages: list(lines)}, nil
}
