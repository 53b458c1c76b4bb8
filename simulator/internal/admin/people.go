package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/profile"
)

// peopleRoutes are the calls about what an account shows of itself, to whom, and what its companions have to fetch.
func peopleRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/phones/{phone}/profile", summary: "What the account shows of itself, and to whom.",
			call: answers(showProfile)},
		{method: "POST", path: "/admin/phones/{phone}/about", summary: "The phone changes its about text.", call: takes(setAbout)},
		{method: "POST", path: "/admin/phones/{phone}/picture", summary: "The phone changes its picture; without content it has none.",
			call: takes(setPicture)},
		{method: "POST", path: "/admin/phones/{phone}/privacy", summary: "The phone chooses who sees something of it.", call: takes(setPrivacy)},
		{method: "POST", path: "/admin/phones/{phone}/block", summary: "The phone blocks a number, or ends that.", call: takes(block)},
		{method: "POST", path: "/admin/phones/{phone}/business", summary: "The account becomes a business, or without a name an ordinary one.",
			call: takes(setBusiness)},
		{method: "POST", path: "/admin/phones/{phone}/spellings", call: takes(addSpelling),
			summary: "People write its number otherwise, and WhatsApp finds it by that: Brazil's ninth digit, for example."},
		{method: "POST", path: "/admin/phones/{phone}/username", summary: "The account takes a user name, or none.", call: takes(setUsername)},
		{method: "POST", path: "/admin/accounts/{phone}/dirty", summary: "The companions are told to fetch something again, now and at each login until they have.",
			call: takes(markDirty)},
		{method: "POST", path: "/admin/accounts/{phone}/timelock", summary: "The account may write to nobody who has never written to it, for a time.",
			call: takes(setTimelock)},
	}
}

type settingView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type profileView struct {
	Name      string        `json:"name"`
	About     string        `json:"about"`
	PictureID string        `json:"picture_id,omitempty"`
	Privacy   []settingView `json:"privacy"`
	Blocked   []string      `json:"blocked" doc:"phone numbers"`
	Contacts  []string      `json:"contacts" doc:"phone numbers that count as contacts"`
	// Disappearing is the time for new chats.
	Disappearing int    `json:"disappearing_s" doc:"how long new chats keep messages, 0 forever"`
	Business     string `json:"business,omitempty" doc:"name of the business"`
	Username     string `json:"username,omitempty"`
	Restricted   bool   `json:"restricted" doc:"refuses messages of strangers without a token"`
}

func viewProfile(owner *account.Account) profileView {
	state := owner.Profile.State()
	view := profileView{
		Name: owner.Name(), About: state.About, Privacy: []settingView{}, Blocked: list(state.Blocked), Contacts: list(state.Contacts),
		Disappearing: state.Disappearing, Username: state.Username, Restricted: owner.Scenario.Restricted,
	}
	for _, setting := range owner.Profile.Settings() {
		view.Privacy = append(view.Privacy, settingView(setting))
	}
	if state.Picture != nil {
		view.PictureID = state.Picture.ID
	}
	if state.Business != nil {
		view.Business = state.Business.Name
	}
	return view
}

func showProfile(rooms *Rooms, r *http.Request) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	return viewProfile(owner), nil
}

type spellingOrder struct {
	Number string `json:"number" doc:"digits; nothing can be sent to it"`
}

func addSpelling(rooms *Rooms, r *http.Request, order spellingOrder) (phoneView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return phoneView{}, err
	}
	if err := rooms.Accounts.Spell(owner, order.Number); err != nil {
		return phoneView{}, err
	}
	return viewPhone(owner), nil
}

type aboutOrder struct {
	Text string `json:"text" doc:"at most 139 characters"`
}

func setAbout(rooms *Rooms, r *http.Request, order aboutOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	if !rooms.Services.SetAbout(owner, order.Text) {
		return profileView{}, badRequest("an about text has at most 139 characters")
	}
	return viewProfile(owner), nil
}

type pictureOrder struct {
	Content []byte `json:"data_base64" doc:"a JPEG; absent or empty removes the picture"`
}

func setPicture(rooms *Rooms, r *http.Request, order pictureOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	if _, err = rooms.Services.SetPicture(owner, order.Content); err != nil {
		return profileView{}, err
	}
	return viewProfile(owner), nil
}

type privacyOrder struct {
	Name  string `json:"name" doc:"last, online, profile, status, groupadd, calladd, messages, readreceipts, …"`
	Value string `json:"value" doc:"all, contacts, contact_blacklist, none, match_last_seen, …"`
}

func setPrivacy(rooms *Rooms, r *http.Request, order privacyOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	if order.Name == "" || order.Value == "" {
		return profileView{}, badRequest("name and value are needed, such as last and none")
	}
	rooms.Services.SetPrivacy(owner, order.Name, order.Value)
	return viewProfile(owner), nil
}

type blockOrder struct {
	Phone   string `json:"phone"`
	Blocked *bool  `json:"blocked" doc:"false ends it; absent is true"`
}

func block(rooms *Rooms, r *http.Request, order blockOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	other, err := rooms.accountOf(order.Phone)
	if err != nil {
		return profileView{}, err
	}
	rooms.Services.Block(owner, other, order.Blocked == nil || *order.Blocked)
	return viewProfile(owner), nil
}

type businessOrder struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Email       string `json:"email"`
	Address     string `json:"address"`
	Category    string `json:"category"`
	Website     string `json:"website"`
}

func setBusiness(rooms *Rooms, r *http.Request, order businessOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	rooms.Services.SetBusiness(owner, profile.Business(order))
	return viewProfile(owner), nil
}

type usernameOrder struct {
	Username string `json:"username" doc:"absent or empty is none"`
}

func setUsername(rooms *Rooms, r *http.Request, order usernameOrder) (profileView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return profileView{}, err
	}
	owner.Profile.Change(func(state *profile.State) { state.Username = order.Username })
	return viewProfile(owner), nil
}

type dirtyOrder struct {
	Type string `json:"type" enum:"account_sync,groups,syncd_app_state,newsletter_metadata"`
}

type dirtyView struct {
	// Companions lists for each companion what it has not caught up with.
	Companions []dirtyCompanion `json:"companions"`
}

type dirtyCompanion struct {
	Device uint16   `json:"device"`
	Dirty  []string `json:"dirty" doc:"what it has not caught up with"`
}

func markDirty(rooms *Rooms, r *http.Request, order dirtyOrder) (dirtyView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return dirtyView{}, err
	}
	if !slices.Contains(iq.DirtyKinds(), order.Type) {
		return dirtyView{}, badRequest("type must be one of " + strings.Join(iq.DirtyKinds(), ", "))
	}
	rooms.Services.MarkDirty(owner, order.Type)
	view := dirtyView{Companions: []dirtyCompanion{}}
	for _, companion := range owner.Companions() {
		view.Companions = append(view.Companions, dirtyCompanion{companion.Device, list(companion.Dirty())})
	}
	return view, nil
}

type timelockOrder struct {
	Seconds int    `json:"seconds" doc:"how long; 0 lifts it"`
	Kind    string `json:"kind" doc:"what the account is told, DEFAULT when absent"`
}

type timelockView struct {
	Active bool   `json:"active"`
	Kind   string `json:"kind,omitempty"`
	Ends   int64  `json:"ends,omitempty" doc:"unix time"`
}

func setTimelock(rooms *Rooms, r *http.Request, order timelockOrder) (timelockView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return timelockView{}, err
	}
	if order.Kind == "" {
		order.Kind = "DEFAULT"
	}
	rooms.Services.SetTimelock(owner, order.Kind, time.Duration(order.Seconds)*time.Second)
	lock, active := owner.Timelock(rooms.Services.Now())
	if !active {
		return timelockView{}, nil
	}
	return timelockView{Active: true, Kind: lock.Kind, Ends: lock.Ends.Unix()}, nil
}
