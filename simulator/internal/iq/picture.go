package iq

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/router/channels"
	"holdfast/simulator/internal/stanza"
)

const pictureSpace = "w:profile:picture"

var pictureAnswers = map[Key]answer{
	{pictureSpace, "get", "picture"}: getPicture,
	{pictureSpace, "set", ""}:        setPicture,
}

// pictureTarget reads whose picture a query is about: a device of an account stands for the account, nothing for
// the client itself.
func pictureTarget(client *Client, request *stanza.Node) types.JID {
	if target, ok := stanza.JID(request, "target"); ok {
		return target.ToNonAD()
	}
	return client.Companion.Account.PN(0)
}

func getPicture(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	query, _ := stanza.Child(request, "picture")
	picture, refusal := s.pictureFor(client.Companion.Account, pictureTarget(client, request), query)
	switch {
	case refusal == 404:
		return stanza.Failure(request, 404, "item-not-found"), nil
	case refusal != 0:
		return stanza.Failure(request, refusal, "not-authorized"), nil
	case stanza.Text(query, "id") == picture.ID:
		// The client has this one.
		return stanza.Result(request), nil
	default:
		return stanza.Result(request, s.pictureNode(picture, stanza.Text(query, "type"))), nil
	}
}

func (s *Services) pictureNode(picture *profile.Image, kind string) stanza.Node {
	if kind != profile.Preview {
		kind = profile.Full
	}
	path := picture.Path(kind) + "?ccb=11-4"
	return stanza.New("picture", stanza.Attrs{
		"id": picture.ID, "type": kind, "url": "https://" + s.Host + path, "direct_path": path, "hash": picture.Hash(kind),
	})
}

// pictureFor returns the picture of an account or a group as far as a viewer may see it, or the code of a refusal.
func (s *Services) pictureFor(viewer *account.Account, target types.JID, query *stanza.Node) (picture *profile.Image, refusal int) {
	if target.Server == types.GroupServer {
		group, ok := s.Groups.Get(target)
		switch {
		case !ok || group.Picture == nil:
			return nil, 404
		default:
			if _, member := group.Role(viewer.Phone); !member && stanza.Text(query, "invite") != group.Invite {
				return nil, 401
			}
			return group.Picture, 0
		}
	}
	owner, ok := s.Accounts.ByJID(target)
	if !ok {
		return nil, 404
	}
	if !owner.Knows(viewer, stanza.ChildBytes(query, "tctoken"), s.Now()) || !owner.ShownTo(viewer, profile.Picture) {
		return nil, 401
	}
	if picture = owner.Profile.State().Picture; picture == nil {
		return nil, 404
	}
	return picture, 0
}

func setPicture(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	owner, target := client.Companion.Account, pictureTarget(client, request)
	content := stanza.ChildBytes(request, "picture")
	if target.Server == types.GroupServer {
		picture, tell, err := s.SetGroupPicture(target, owner, content)
		return pictureChanged(request, picture, tell, err)
	}
	if found, ok := s.Accounts.ByJID(target); !ok || found != owner {
		return stanza.Failure(request, 403, "forbidden"), nil
	}
	picture, tell, err := s.setPicture(owner, content)
	return pictureChanged(request, picture, tell, err)
}

func pictureChanged(request *stanza.Node, picture *profile.Image, tell func(), err error) (stanza.Node, func()) {
	switch {
	case err == profile.ErrImage:
		return stanza.Failure(request, 406, "not-acceptable"), nil
	case err != nil:
		return refuseGroup(request, err), nil
	case picture == nil:
		return stanza.Result(request), tell
	default:
		return stanza.Result(request, stanza.New("picture", stanza.Attrs{"id": picture.ID})), tell
	}
}

// newPicture makes a picture with an id that follows from the seed; empty content is no picture.
func (s *Services) newPicture(of string, number int, content []byte) (*profile.Image, error) {
	if len(content) == 0 {
		return nil, nil
	}
	id := strconv.FormatUint(1_000_000_000+s.Source.Below(9_000_000_000, "picture", of, number), 10)
	picture, err := profile.NewImage(id, content, s.Now())
	if err != nil {
		return nil, err
	}
	s.Pictures.Hang(picture)
	return picture, nil
}

// SetPicture gives an account another picture, or none without content, and tells those who may see it.
func (s *Services) SetPicture(owner *account.Account, content []byte) (*profile.Image, error) {
	picture, tell, err := s.setPicture(owner, content)
	if err == nil {
		tell()
	}
	return picture, err
}

func (s *Services) setPicture(owner *account.Account, content []byte) (picture *profile.Image, tell func(), err error) {
	owner.Profile.Change(func(state *profile.State) {
		if picture, err = s.newPicture(owner.Phone, state.Pictures, content); err == nil {
			state.Picture = picture
			state.Pictures++
		}
	})
	return picture, func() { s.Router.PictureChanged(owner, pictureID(picture)) }, err
}

// SetGroupPicture gives a group another picture, or none without content, and returns how its members are told.
func (s *Services) SetGroupPicture(jid types.JID, by *account.Account, content []byte) (*profile.Image, func(), error) {
	present, ok := s.Groups.Get(jid)
	if !ok {
		return nil, nil, groups.ErrUnknown
	}
	picture, err := s.newPicture(present.ID, present.Version, content)
	if err != nil {
		return nil, nil, err
	}
	group, err := s.Groups.Edit(jid, by.Phone, false, func(group *groups.Group) { group.Picture = picture })
	if err != nil {
		return nil, nil, err
	}
	return picture, func() { s.Router.GroupPictureChanged(group, by, pictureID(picture)) }, nil
}

func pictureID(picture *profile.Image) string {
	if picture == nil {
		return ""
	}
	return picture.ID
}

// Gallery shows every picture that there is.
func Gallery(accounts *account.Registry, groups *groups.Store, channels *channels.Channels) *profile.Gallery {
	gallery := profile.NewGallery()
	for _, owner := range accounts.All() {
		gallery.Hang(owner.Profile.State().Picture)
	}
	for _, group := range groups.All() {
		gallery.Hang(group.Picture)
	}
	for _, channel := range channels.All() {
		gallery.Hang(channel.Picture)
	}
	return gallery
}
