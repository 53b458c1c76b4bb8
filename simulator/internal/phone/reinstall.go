package phone

import (
	signal "go.mau.fi/whatsmeow/util/keys"
)

// Reinstall makes the phone one that was set up again: it has the account's present identity, and no session, sender key
// or one-time key of before. What it has on its screen comes back from its backup.
func (p *Phone) Reinstall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signal.renew(p.Account.Identity())
	clear(p.shared)
}

// renew forgets every secret but the number of the next one-time key, which must not repeat.
func (m *memory) renew(pair *signal.KeyPair) {
	m.keyLock.Lock()
	defer m.keyLock.Unlock()
	m.identity = pair
	m.signed = &signal.PreKey{KeyPair: m.signed.KeyPair, KeyID: m.signed.KeyID, Signature: pair.Sign(&m.signed.KeyPair)}
	clear(m.sessions)
	clear(m.identities)
	clear(m.senderKeys)
	clear(m.preKeys)
}
