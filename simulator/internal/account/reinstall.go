package account

import (
	"crypto/sha256"

	signal "go.mau.fi/whatsmeow/util/keys"
)

// installation is what changes when the phone is set up again.
type installation struct {
	// identity is the phone's Signal identity; it also signs the account's companions.
	identity *signal.KeyPair
	// rawID distinguishes this account's device lists from those after a reinstall.
	rawID uint32
}

// Identity is the phone's Signal identity; it also signs the account's companions.
func (a *Account) Identity() *signal.KeyPair { return a.installed.Load().identity }

// RawID distinguishes this account's device lists from those after a reinstall.
func (a *Account) RawID() uint32 { return a.installed.Load().rawID }

func (a *Account) install(identity *signal.KeyPair, rawID uint32) {
	a.installed.Store(&installation{identity: identity, rawID: rawID})
}

// Reinstall gives the account another identity, which follows from its present one. Companions that are linked stay
// listed until the caller unlinks them: their device identities hold no more.
func (a *Account) Reinstall() {
	present := a.installed.Load()
	private := sha256.Sum256(append(append([]byte(nil), present.identity.Priv[:]...), "reinstalled"...))
	private[0] &= 248
	private[31] = private[31]&127 | 64
	a.install(signal.NewKeyPairFromPrivateKey(private), present.rawID+1)
}
