package vault

import (
	"context"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"
)

// The methods that decrypting and encrypting use: each only reports a failure and passes everything through.

func (s *guardedStore) HasSession(ctx context.Context, address string) (bool, error) {
	has, err := s.AllSessionSpecificStores.HasSession(ctx, address)
	return has, s.watch.note(ctx, err)
}

func (s *guardedStore) DeleteAllSessions(ctx context.Context, phone string) error {
	return s.watch.note(ctx, s.AllSessionSpecificStores.DeleteAllSessions(ctx, phone))
}

func (s *guardedStore) DeleteSession(ctx context.Context, address string) error {
	return s.watch.note(ctx, s.AllSessionSpecificStores.DeleteSession(ctx, address))
}

func (s *guardedStore) GetPreKey(ctx context.Context, id uint32) (*keys.PreKey, error) {
	key, err := s.AllSessionSpecificStores.GetPreKey(ctx, id)
	return key, s.watch.note(ctx, err)
}

func (s *guardedStore) RemovePreKey(ctx context.Context, id uint32) error {
	return s.watch.note(ctx, s.AllSessionSpecificStores.RemovePreKey(ctx, id))
}

func (s *guardedStore) MarkPreKeysAsUploaded(ctx context.Context, upToID uint32) error {
	return s.watch.note(ctx, s.AllSessionSpecificStores.MarkPreKeysAsUploaded(ctx, upToID))
}

func (s *guardedStore) PutSenderKey(ctx context.Context, group, user string, session []byte) error {
	return s.watch.note(ctx, s.AllSessionSpecificStores.PutSenderKey(ctx, group, user, session))
}

func (s *guardedStore) GetSenderKey(ctx context.Context, group, user string) ([]byte, error) {
	key, err := s.AllSessionSpecificStores.GetSenderKey(ctx, group, user)
	return key, s.watch.note(ctx, err)
}

func (s *guardedStore) PutAppStateSyncKey(ctx context.Context, id []byte, key store.AppStateSyncKey) error {
	return s.watch.changed(s.watch.note(ctx, s.AllSessionSpecificStores.PutAppStateSyncKey(ctx, id, key)))
}

// enoughPreKeys is more than the library's threshold for making new ones.
const enoughPreKeys = 16

const countUploadedQuery = `
	SELECT COUNT(*) FROM (SELECT 1 FROM whatsmeow_pre_keys WHERE jid=$1 AND uploaded=true LIMIT $2)
`

// UploadedPreKeyCount counts no further than it matters: the library asks at every login whether there are fewer than
// five, and counting all of them reads (and decrypts) most of an idle session's file.
//
// Source: whatsmeow 35ae40906e74, handleConnectSuccess and MinPreKeyCount.
func (s *guardedStore) UploadedPreKeyCount(ctx context.Context) (count int, err error) {
	err = s.count(ctx, &count, countUploadedQuery, s.jid, enoughPreKeys)
	return count, s.watch.note(ctx, err)
}
