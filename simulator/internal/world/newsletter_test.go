package world_test

import (
	"context"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/world"
)

// post publishes in a channel and returns the id of the message and the server's number for it.
func (c *companion) post(channel types.JID, text string) (id types.MessageID, serverID types.MessageServerID) {
	c.lab.t.Helper()
	sent, err := c.SendMessage(context.Background(), channel, &waE2E.Message{Conversation: proto.String(text)})
	must(c.lab.t, err)
	if sent.ServerID == 0 {
		c.lab.t.Error("the post has no number")
	}
	return sent.ID, sent.ServerID
}

// posted returns the next message of a channel.
func posted(c *companion) *events.Message {
	c.lab.t.Helper()
	for {
		if message := waitFor[*events.Message](c); message.Info.Chat.Server == types.NewsletterServer {
			return message
		}
	}
}

// A channel is made, found, followed, renamed and left; the other companions of an account hear of it.
func TestNewsletters(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone, ben := l.linked()
	second := l.newCompanion()
	second.pair(benPhone)
	made, err := anna.CreateNewsletter(ctx, whatsmeow.CreateNewsletterParams{Name: "news", Description: "of the day", Picture: jpegOf(t, 100)})
	must(t, err)
	if made.ThreadMeta.Name.Text != "news" || made.ViewerMeta.Role != types.NewsletterRoleOwner || made.ThreadMeta.Picture.ID == "" {
		t.Errorf("made %+v", made)
	}
	if status, _ := l.getURL("https://" + l.world.Address() + made.ThreadMeta.Preview.DirectPath); status != 200 {
		t.Errorf("its picture has status %d", status)
	}
	found, err := ben.GetNewsletterInfoWithInvite(ctx, whatsmeow.NewsletterLinkPrefix+made.ThreadMeta.InviteCode)
	must(t, err)
	if found.ID != made.ID || found.ThreadMeta.Description.Text != "of the day" {
		t.Errorf("found %+v", found)
	}
	must(t, ben.FollowNewsletter(ctx, made.ID))
	if joined := waitFor[*events.NewsletterJoin](second); joined.ID != made.ID || joined.ViewerMeta.Role != types.NewsletterRoleSubscriber {
		t.Errorf("the other companion heard %+v", joined)
	}
	must(t, ben.NewsletterToggleMute(ctx, made.ID, true))
	if muted := waitFor[*events.NewsletterMuteChange](second); muted.Mute != types.NewsletterMuteOn {
		t.Errorf("the other companion heard %+v", muted)
	}
	followed, err := ben.GetSubscribedNewsletters(ctx)
	must(t, err)
	if len(followed) != 1 || followed[0].ViewerMeta.Mute != types.NewsletterMuteOn || followed[0].ThreadMeta.SubscriberCount != 2 {
		t.Errorf("ben follows %+v", followed)
	}
	must(t, ben.UnfollowNewsletter(ctx, made.ID))
	if left := waitFor[*events.NewsletterLeave](second); left.ID != made.ID || left.Role != types.NewsletterRoleGuest {
		t.Errorf("the other companion heard %+v", left)
	}
	if info, err := ben.GetNewsletterInfo(ctx, made.ID); err != nil || info.ViewerMeta.Role != types.NewsletterRoleGuest {
		t.Errorf("ben sees %+v, %v", info, err)
	}
	if _, err = ben.GetNewsletterInfo(ctx, types.NewJID("1", types.NewsletterServer)); err == nil {
		t.Error("a channel that is none is found")
	}
}

// Posts reach who follows, also later; signs and views are counted and told to who watches, and to who sets them.
func TestPosts(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	benPhone, ben := l.linked()
	_, carl := l.linked()
	made, err := anna.CreateNewsletter(ctx, whatsmeow.CreateNewsletterParams{Name: "news"})
	must(t, err)
	must(t, ben.FollowNewsletter(ctx, made.ID))
	first, serverID := anna.post(made.ID, "first")
	got := posted(ben)
	if got.Message.GetConversation() != "first" || got.Info.ID != first || got.Info.ServerID != serverID || got.Info.Chat != made.ID {
		t.Errorf("ben got %+v", got.Info)
	}
	l.eventually("ben has confirmed it", func() bool { return l.account(benPhone).Companions[0].Queue == 0 })
	if watched, err := anna.NewsletterSubscribeLiveUpdates(ctx, made.ID); err != nil || watched <= 0 {
		t.Errorf("watching for %s, %v", watched, err)
	}
	must(t, ben.NewsletterSendReaction(ctx, made.ID, serverID, "👍", ""))
	for _, c := range []*companion{anna, ben} {
		live := waitFor[*events.NewsletterLiveUpdate](c)
		if live.JID != made.ID || len(live.Messages) != 1 || live.Messages[0].ReactionCounts["👍"] != 1 {
			t.Errorf("heard %+v", live)
		}
	}
	must(t, ben.NewsletterMarkViewed(ctx, made.ID, []types.MessageServerID{serverID}))
	if live := waitFor[*events.NewsletterLiveUpdate](anna); live.Messages[0].ViewsCount != 1 {
		t.Errorf("heard %+v", live.Messages[0])
	}
	must(t, ben.NewsletterSendReaction(ctx, made.ID, serverID, "", ""))
	if live := waitFor[*events.NewsletterLiveUpdate](anna); len(live.Messages[0].ReactionCounts) != 0 {
		t.Errorf("heard %+v", live.Messages[0])
	}
	anna.post(made.ID, "second")
	listed, err := carl.GetNewsletterMessages(ctx, made.ID, &whatsmeow.GetNewsletterMessagesParams{Count: 10})
	must(t, err)
	if len(listed) != 2 || listed[0].Message.GetConversation() != "first" || listed[0].ViewsCount != 1 {
		t.Errorf("listed %+v", listed)
	}
	older, err := carl.GetNewsletterMessages(ctx, made.ID, &whatsmeow.GetNewsletterMessagesParams{Before: listed[1].MessageServerID})
	must(t, err)
	updates, err := carl.GetNewsletterMessageUpdates(ctx, made.ID, &whatsmeow.GetNewsletterUpdatesParams{Count: 1})
	must(t, err)
	if len(older) != 1 || older[0].MessageID != first || len(updates) != 1 || updates[0].Message != nil {
		t.Errorf("older %+v, updates %+v", older, updates)
	}
	if _, err = carl.SendMessage(ctx, made.ID, &waE2E.Message{Conversation: proto.String("mine")}); !refusedWith(err, "403") {
		t.Errorf("somebody else writes: %v", err)
	}
}

// A post can be written again and taken back.
func TestPostsChange(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	_, anna := l.linked()
	_, ben := l.linked()
	made, err := anna.CreateNewsletter(ctx, whatsmeow.CreateNewsletterParams{Name: "news"})
	must(t, err)
	must(t, ben.FollowNewsletter(ctx, made.ID))
	id, _ := anna.post(made.ID, "wrong")
	posted(ben)
	_, err = anna.SendMessage(ctx, made.ID, anna.BuildEdit(made.ID, id, &waE2E.Message{Conversation: proto.String("right")}), whatsmeow.SendRequestExtra{ID: id})
	must(t, err)
	if edited := posted(ben); edited.Info.ID != id || edited.Message.GetConversation() != "right" || edited.NewsletterMeta == nil || edited.NewsletterMeta.EditTS.IsZero() {
		t.Errorf("ben got %+v", edited)
	}
	_, err = anna.SendMessage(ctx, made.ID, anna.BuildRevoke(made.ID, types.EmptyJID, id), whatsmeow.SendRequestExtra{ID: id})
	must(t, err)
	if gone := posted(ben); gone.Info.ID != id || gone.Info.Edit != types.EditAttributeAdminRevoke {
		t.Errorf("ben got %+v", gone.Info)
	}
}

// Channels and their posts survive a restart of the server.
func TestNewslettersAreKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	_, anna := l.linked()
	made, err := anna.CreateNewsletter(context.Background(), whatsmeow.CreateNewsletterParams{Name: "news"})
	must(t, err)
	id, _ := anna.post(made.ID, "kept")
	anna.Disconnect()
	l.stop()
	l = newLab(t, keep)
	channel, ok := l.world.Rooms().Channels.Get(made.ID)
	if !ok || len(channel.Posts) != 1 || channel.Posts[0].ID != id {
		t.Errorf("kept %v %+v", ok, channel)
	}
}
