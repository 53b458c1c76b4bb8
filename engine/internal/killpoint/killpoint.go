// Package killpoint lets the shipped self-test kill the engine at named places. What enters is a name; what leaves is
// either nothing or the end of this process by SIGKILL. It never does anything outside lab mode.
package killpoint

import (
	"os"
	"path/filepath"
	"syscall"
)

// The places of the engine where a kill is interesting: between two steps that must survive it.
const (
	Decrypted   = "decrypted"    // after the decrypting transaction, before handing over
	HandedOver  = "handed_over"  // the delivery's frame is written to the gateway
	Confirmed   = "confirmed"    // confirmation received, WhatsApp not yet acknowledged
	Sent        = "sent"         // the stanza is written, its acknowledgement not yet processed
	PairSuccess = "pair_success" // the phone counts the device as linked, nothing is renamed yet
)

// Points kills this process at a named place when the file of that name lies in its folder.
type Points struct {
	folder string
	die    func()
}

// New returns points armed by files in folder; an empty folder name gives points that never strike.
func New(folder string) *Points {
	return &Points{folder: folder, die: dieNow}
}

// Pass strikes if the place is armed. The successful unlink is the claim: of several processes or goroutines one dies.
func (p *Points) Pass(name string) {
	if p == nil || p.folder == "" {
		return
	}
	if os.Remove(filepath.Join(p.folder, name)) == nil {
		p.die()
	}
}

func dieNow() {
	// SIGKILL cannot be delivered late: the call does not return to a running program.
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}
