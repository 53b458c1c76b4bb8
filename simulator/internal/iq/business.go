package iq

import (
	"encoding/base64"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/stanza"
)

var businessAnswers = map[Key]answer{
	{"w:biz", "get", "business_profile"}: businessProfile,
	{"w:biz", "get", "verified_name"}:    verifiedName,
	{"w:biz", "set", ""}:                 empty,
	{"w:qr", "get", "qr"}:                resolveLink,
	{"w:qr", "set", "qr"}:                ownLink,
}

// businessProfile describes the businesses among those that are asked about; others are left out.
func businessProfile(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "business_profile")
	var profiles []stanza.Node
	for _, child := range asked.GetChildrenByTag("profile") {
		jid, _ := stanza.JID(&child, "jid")
		if found, ok := s.Accounts.ByJID(jid); ok {
			if business := found.Profile.Business(); business != nil {
				profiles = append(profiles, stanza.New("profile", stanza.Attrs{"jid": jid.ToNonAD()}, describeBusiness(business)...))
			}
		}
	}
	return stanza.Result(request, stanza.New("business_profile", stanza.Attrs{"v": stanza.Text(asked, "v")}, profiles...)), nil
}

func describeBusiness(business *profile.Business) []stanza.Node {
	var children []stanza.Node
	for _, field := range [][2]string{
		{"address", business.Address}, {"description", business.Description}, {"email", business.Email}, {"website", business.Website},
	} {
		if field[1] != "" {
			children = append(children, stanza.Raw(field[0], []byte(field[1])))
		}
	}
	if business.Category != "" {
		children = append(children, stanza.New("categories", nil, stanza.Raw("category", []byte(business.Category), stanza.Attrs{"id": "1"})))
	}
	return children
}

func verifiedName(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "verified_name")
	jid, _ := stanza.JID(asked, "jid")
	if found, ok := s.Accounts.ByJID(jid); ok {
		if certificate, business := found.VerifiedName(); business {
			return stanza.Result(request, stanza.Raw("verified_name", certificate, stanza.Attrs{
				"v": "1", "verified_level": "unknown", "serial": found.BusinessSerial(),
			})), nil
		}
	}
	return stanza.Failure(request, 404, "item-not-found"), nil
}

// SetBusiness makes an account a business, or an ordinary one again without a name, and tells who keeps something of it.
func (s *Services) SetBusiness(owner *account.Account, business profile.Business) {
	owner.Profile.Change(func(state *profile.State) {
		state.Business, state.BusinessAt = &business, s.Now()
		if business.Name == "" {
			state.Business = nil
		}
	})
	s.Router.BusinessChanged(owner)
}

// linkCode is what the account's own link says. It follows from the seed and from how often it was revoked.
func (s *Services) linkCode(owner *account.Account) string {
	return base64.RawURLEncoding.EncodeToString(s.Source.Bytes(10, "contact link", owner.Phone, owner.Profile.State().LinkRevoked))
}

func ownLink(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "qr")
	owner := client.Companion.Account
	if stanza.Text(asked, "action") == "revoke" {
		owner.Profile.Change(func(state *profile.State) { state.LinkRevoked++ })
	}
	return stanza.Result(request, stanza.New("qr", stanza.Attrs{"code": s.linkCode(owner), "type": "contact"})), nil
}

func resolveLink(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "qr")
	code := stanza.Text(asked, "code")
	for _, owner := range s.Accounts.All() {
		if s.linkCode(owner) == code {
			return stanza.Result(request, stanza.New("qr", stanza.Attrs{
				"type": "contact", "jid": owner.LIDJID(0), "notify": owner.Name(),
			})), nil
		}
	}
	return stanza.Failure(request, 404, "item-not-found"), nil
}
