package main

import (
	"fmt"
	"strings"
)

// amendment replaces a piece of the library's source.
type amendment struct{ file, from, to string }

const circl = `"github.com/cloudflare/circl/dh/x25519"`

// amendments returns what the engine needs otherwise than the library has it.
func amendments() []amendment {
	return []amendment{
		// The contacts of a full sync are stored in one transaction also where the events of a full sync are told:
		// one by one, an address book is thousands of commits.
		{
			"appstate.go",
			"name == appstate.WAPatchCriticalUnblockLow && fullSync && !cli.EmitAppStateEventsOnFullSync",
			"name == appstate.WAPatchCriticalUnblockLow && fullSync",
		},
		// Memory that every client takes and an idle one never uses: 68 KiB for each number. A sent message that is no longer
		// among the last ones is read from the retry store; the queue is emptied at once, see session.libraryQueue.
		{"client.go", "make(map[recentMessageKey]RecentMessage, recentMessagesSize)", "make(map[recentMessageKey]RecentMessage)"},
		{"retry.go", "const recentMessagesSize = 256", "const recentMessagesSize = 16"},
		{"client.go", "const handlerQueueSize = 2048", "const handlerQueueSize = 256"},
		// The same results of X25519 in less than half the time: the library's function makes a public key for every secret that
		// it shares. A login makes three secrets and four key pairs, in 0.2 instead of 0.5 ms.
		{"socket/noisehandshake.go", `"golang.org/x/crypto/curve25519"`, circl},
		{
			"socket/noisehandshake.go",
			"secret, err := curve25519.X25519(priv[:], pub[:])\n\tif err != nil {\n\t\t" +
				`return fmt.Errorf("failed to do x25519 scalar multiplication: %w", err)` + "\n\t}\n\treturn nh.MixIntoKey(secret)",
			"var secret x25519.Key\n\tif !x25519.Shared(&secret, (*x25519.Key)(&priv), (*x25519.Key)(&pub)) {\n\t\t" +
				`return fmt.Errorf("failed to do x25519 scalar multiplication: low order point")` + "\n\t}\n\treturn nh.MixIntoKey(secret[:])",
		},
		{"util/keys/keypair.go", `"golang.org/x/crypto/curve25519"`, circl},
		{
			"util/keys/keypair.go", "curve25519.ScalarBaseMult(&pub, kp.Priv)",
			"x25519.KeyGen((*x25519.Key)(&pub), (*x25519.Key)(kp.Priv))",
		},
	}
}

// amend makes the amendments of a file. An error means that the library has changed there.
func amend(name, text string) (string, error) {
	for _, it := range amendments() {
		if it.file != name {
			continue
		}
		if found := strings.Count(text, it.from); found != 1 {
			return "", fmt.Errorf("%s has %d times %q, expected once: look at what has changed", name, found, it.from)
		}
		text = strings.Replace(text, it.from, it.to, 1)
	}
	return text, nil
}
