package iq

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strconv"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/profile"
)

// newsletterQueries are what can be asked of channels, by the numbers under which the clients know each.
var newsletterQueries = []struct {
	answer  mexQuery
	numbers []string
}{
	{mexNewsletter, []string{"6563316087068696", "27456920720571478", "7272540469429201"}},
	{mexFollowed, []string{"6388546374527196", "25399611239711790"}},
	{mexCreateNewsletter, []string{"6234210096708695", "25149874324715067", "8823471724422422"}},
	{mexFollow, []string{"9926858900719341", "24404358912487870"}},
	{mexUnfollow, []string{"6392786840836363", "9767147403369991"}},
	{mexMute(true), []string{"6274038279359549", "29766401636284406"}},
	{mexMute(false), []string{"6068417879924485", "9864994326891137"}},
	{mexUpdateNewsletter, []string{"7150902998257522", "24250201037901610"}},
	{mexFollowers, []string{"9800646650009898", "9783111038412085"}},
	{mexDeleteNewsletter, []string{"30062808666639665"}},
	{mexAdmins, []string{"7130823597031706"}},
	{mexUserSetting, []string{"31938993655691868"}},
}

// mexTable is every query of the graph by its number.
func mexTable() map[string]mexQuery {
	table := maps.Clone(mexQueries)
	for _, kind := range newsletterQueries {
		for _, number := range kind.numbers {
			table[number] = kind.answer
		}
	}
	return table
}

type newsletterInput struct {
	NewsletterID string `json:"newsletter_id"`
	Input        struct {
		Key          string  `json:"key"`
		Type         string  `json:"type"`
		NewsletterID string  `json:"newsletter_id"`
		Value        string  `json:"value"`
		Name         string  `json:"name"`
		Description  *string `json:"description"`
		Picture      *string `json:"picture"`
	} `json:"input"`
	NewsletterInput struct {
		Name        string  `json:"name"`
		Description *string `json:"description"`
		Picture     *string `json:"picture"`
	} `json:"newsletter_input"`
	Updates struct {
		Name        *string `json:"name"`
		Description *string `json:"description"`
		Picture     *string `json:"picture"`
	} `json:"updates"`
}

func readNewsletterInput(variables json.RawMessage) (asked newsletterInput) {
	_ = json.Unmarshal(variables, &asked)
	if asked.NewsletterID == "" {
		asked.NewsletterID = asked.Input.NewsletterID
	}
	return asked
}

// newsletterObject describes a channel to a viewer in the form of the graph.
func (s *Services) newsletterObject(channel *newsletter.Channel, viewer *account.Account) map[string]any {
	mute := "OFF"
	if channel.Muted(viewer.Phone) {
		mute = "ON"
	}
	text := func(content, id string, micros int64) map[string]any {
		return map[string]any{"text": content, "id": id, "update_time": strconv.FormatInt(micros, 10)}
	}
	return map[string]any{
		"id": channel.JID().String(), "state": map[string]any{"type": "ACTIVE"},
		"thread_metadata": map[string]any{
			"creation_time": strconv.FormatInt(channel.Created.Unix(), 10), "invite": channel.Invite, "handle": nil,
			"name":              text(channel.Name, strconv.FormatInt(channel.NamedAt.UnixMicro(), 10), channel.NamedAt.UnixMicro()),
			"description":       text(channel.Description, strconv.FormatInt(channel.DescribedAt.UnixMicro(), 10), channel.DescribedAt.UnixMicro()),
			"subscribers_count": strconv.Itoa(len(channel.Followers)), "verification": "UNVERIFIED",
			"picture": pictureObject(channel.Picture, profile.Full), "preview": pictureObject(channel.Picture, profile.Preview),
			"settings": map[string]any{"reaction_codes": map[string]any{"value": "all"}},
		},
		"viewer_metadata": map[string]any{"mute": mute, "role": string(channel.Role(viewer.Phone))},
	}
}

// pictureObject describes a picture; without one it is there and empty, because clients read it without looking.
func pictureObject(picture *profile.Image, kind string) map[string]any {
	shown := map[string]any{"id": "", "type": kind, "direct_path": ""}
	if picture != nil {
		shown["id"], shown["direct_path"] = picture.ID, picture.Path(kind)+"?ccb=11-4"
	}
	return shown
}

func mexNewsletter(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	asked := readNewsletterInput(variables)
	var channel *newsletter.Channel
	var ok bool
	if asked.Input.Type == "INVITE" {
		channel, ok = s.Channels.ByInvite(asked.Input.Key)
	} else {
		channel, ok = s.Channels.Get(newsletterJID(asked.Input.Key))
	}
	if !ok {
		return nil, nil
	}
	return map[string]any{"xwa2_newsletter": s.newsletterObject(channel, client.Companion.Account)}, nil
}

func mexFollowed(s *Services, client *Client, _ json.RawMessage) (any, func()) {
	list := []map[string]any{}
	for _, channel := range s.Channels.FollowedBy(client.Companion.Account.Phone) {
		list = append(list, s.newsletterObject(channel, client.Companion.Account))
	}
	return map[string]any{"xwa2_newsletter_subscribed": list}, nil
}

func mexCreateNewsletter(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	asked := readNewsletterInput(variables)
	name, description, picture := asked.Input.Name, asked.Input.Description, asked.Input.Picture
	if name == "" {
		name, description, picture = asked.NewsletterInput.Name, asked.NewsletterInput.Description, asked.NewsletterInput.Picture
	}
	if description == nil {
		description = new(string)
	}
	owner := client.Companion.Account
	channel, err := s.Channels.Create(owner.Phone, name, *description)
	if err != nil {
		return nil, nil
	}
	if picture != nil {
		if channel, err = s.paintNewsletter(channel, owner.Phone, *picture); err != nil {
			return nil, nil
		}
	}
	return map[string]any{"xwa2_newsletter_create": s.newsletterObject(channel, owner)}, s.tellFollowing(channel, owner)
}

// paintNewsletter gives a channel a picture, in base64 as clients send it, or none.
func (s *Services) paintNewsletter(channel *newsletter.Channel, by, encoded string) (*newsletter.Channel, error) {
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, profile.ErrImage
	}
	picture, err := s.newPicture(channel.ID, channel.Pictures, content)
	if err != nil {
		return nil, err
	}
	return s.Channels.Paint(channel.JID(), by, picture)
}

// tellFollowing tells an account's companions that it follows a channel now.
func (s *Services) tellFollowing(channel *newsletter.Channel, who *account.Account) func() {
	return func() {
		s.Router.MexChanged(who, "NotificationNewsletterJoin", "xwa2_notify_newsletter_on_join", s.newsletterObject(channel, who))
	}
}

func mexFollow(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	who := client.Companion.Account
	channel, err := s.Channels.Follow(newsletterJID(readNewsletterInput(variables).NewsletterID), who.Phone)
	if err != nil {
		return nil, nil
	}
	object := s.newsletterObject(channel, who)
	return map[string]any{"xwa2_newsletter_join_v2": object, "xwa2_newsletter_follow": object}, s.tellFollowing(channel, who)
}

func mexUnfollow(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	who := client.Companion.Account
	channel, err := s.Channels.Unfollow(newsletterJID(readNewsletterInput(variables).NewsletterID), who.Phone)
	if err != nil {
		return nil, nil
	}
	object := s.newsletterObject(channel, who)
	return map[string]any{"xwa2_newsletter_leave_v2": object, "xwa2_newsletter_unfollow": object}, func() {
		s.Router.MexChanged(who, "NotificationNewsletterLeave", "xwa2_notify_newsletter_on_leave",
			map[string]any{"id": channel.JID().String(), "role": string(channel.Role(who.Phone))})
	}
}

func mexMute(muted bool) mexQuery {
	return func(s *Services, client *Client, variables json.RawMessage) (any, func()) {
		who := client.Companion.Account
		channel, err := s.Channels.Mute(newsletterJID(readNewsletterInput(variables).NewsletterID), who.Phone, muted)
		if err != nil {
			return nil, nil
		}
		object, state := s.newsletterObject(channel, who), map[bool]string{true: "ON", false: "OFF"}[muted]
		return map[string]any{"xwa2_newsletter_mute_v2": object, "xwa2_newsletter_unmute_v2": object}, func() {
			s.Router.MexChanged(who, "NotificationNewsletterMuteChange", "xwa2_notify_newsletter_on_mute_change",
				map[string]any{"id": channel.JID().String(), "mute": state})
		}
	}
}

// mexUserSetting is muting in its newer form.
func mexUserSetting(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	result, after := mexMute(readNewsletterInput(variables).Input.Value == "ON")(s, client, variables)
	if result == nil {
		return nil, nil
	}
	return map[string]any{"xwa2_newsletter_update_user_setting": map[string]any{
		"id": readNewsletterInput(variables).NewsletterID, "state": map[string]any{"type": "ACTIVE"},
	}}, after
}

func mexUpdateNewsletter(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	asked, who := readNewsletterInput(variables), client.Companion.Account
	channel, err := s.Channels.Edit(newsletterJID(asked.NewsletterID), who.Phone, asked.Updates.Name, asked.Updates.Description)
	if err == nil && asked.Updates.Picture != nil {
		channel, err = s.paintNewsletter(channel, who.Phone, *asked.Updates.Picture)
	}
	if err != nil {
		return nil, nil
	}
	return map[string]any{"xwa2_newsletter_update": s.newsletterObject(channel, who)}, func() {
		for _, phone := range followersOf(channel) {
			if follower, ok := s.Accounts.ByPhone(phone); ok {
				s.Router.MexChanged(follower, "NotificationNewsletterUpdate", "xwa2_notify_newsletter_on_metadata_update", s.newsletterObject(channel, follower))
			}
		}
	}
}

func mexFollowers(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	channel, ok := s.Channels.Get(newsletterJID(readNewsletterInput(variables).NewsletterID))
	if !ok || channel.Role(client.Companion.Account.Phone) != newsletter.Owner {
		return nil, nil
	}
	edges := []map[string]any{}
	for _, phone := range followersOf(channel) {
		if follower, known := s.Accounts.ByPhone(phone); known {
			edges = append(edges, map[string]any{"role": string(channel.Role(phone)), "node": map[string]any{
				"id": follower.LIDJID(0).String(), "display_name": follower.Name(),
			}})
		}
	}
	return map[string]any{"xwa2_newsletter_subscribers": map[string]any{
		"subscribers": map[string]any{"edges": edges}, "count": len(edges),
	}}, nil
}

func mexAdmins(s *Services, _ *Client, variables json.RawMessage) (any, func()) {
	if _, ok := s.Channels.Get(newsletterJID(readNewsletterInput(variables).NewsletterID)); !ok {
		return nil, nil
	}
	return map[string]any{"xwa2_newsletter_admin": map[string]any{"admin_count": 1}}, nil
}

func mexDeleteNewsletter(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	channel, err := s.Channels.Delete(newsletterJID(readNewsletterInput(variables).NewsletterID), client.Companion.Account.Phone)
	if err != nil {
		return nil, nil
	}
	gone := map[string]any{"id": channel.JID().String(), "state": map[string]any{"type": "DELETED"}}
	return map[string]any{"xwa2_newsletter_delete_v2": gone}, func() {
		for _, phone := range followersOf(channel) {
			if follower, ok := s.Accounts.ByPhone(phone); ok {
				s.Router.MexChanged(follower, "NotificationNewsletterStateChange", "xwa2_notify_newsletter_on_state_change", gone)
			}
		}
	}
}
