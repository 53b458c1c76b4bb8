package admin

import (
	"errors"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
)

// strike does at once what can be done at once, and tells whether the rest of the fault stays in force.
func (rooms *Rooms) strike(rule *faults.Rule) (done faultView, waits bool, err error) {
	switch rule.Name {
	case faults.CraftedDM:
		done, err = rooms.sendCrafted(rule)
	case faults.PreKeysDrained:
		done.Hit, err = rooms.strikeCompanions(rule, func(companion *account.Companion) {
			companion.Keys.Drain()
			rooms.Router.TellPreKeys(companion, 0)
		})
	case faults.IdentityChange:
		done.Hit, err = rooms.strikeAccount(rule, rooms.reinstall)
	case faults.ServerRestart:
		done.Hit = rooms.restart(rule)
	case faults.CodesExpired:
		done.Hit = rooms.Gate.ExpireCodes(rule)
	default:
		now, stays := rule.Now()
		if now {
			done.Hit = rooms.Gate.Strike(rule)
		}
		return done, stays || !now, nil
	}
	return done, false, err
}

// restart closes every connection and, if asked to, lets nobody in for a while.
func (rooms *Rooms) restart(rule *faults.Rule) (hit int) {
	if down := time.Duration(rule.Args.DownMS) * time.Millisecond; down > 0 {
		rooms.Faults.Put(faults.Rule{
			Name: rule.Name, Action: faults.HTTP, Left: faults.Forever, Match: faults.Match{Tag: faults.Upgrade}, Args: faults.Args{Status: 503},
		}, down)
	}
	return rooms.Gate.Restart(rule)
}

// strikeCompanions does something to the companions of the fault's account, as far as its count goes for each.
func (rooms *Rooms) strikeCompanions(rule *faults.Rule, do func(*account.Companion)) (hit int, err error) {
	victim, err := rooms.accountOf(rule.Match.Account)
	if err != nil {
		return 0, err
	}
	for _, companion := range victim.Companions() {
		occasion := faults.Occasion{Point: rule.Name, Account: victim.Phone, Device: companion.Device}
		if !rule.Match.Concerns(&occasion) {
			continue
		}
		do(companion)
		hit++
	}
	rooms.Faults.Hit(rule.ID, faults.Occasion{Point: rule.Name, Account: victim.Phone})
	return hit, nil
}

// strikeAccount does something to the fault's account.
func (rooms *Rooms) strikeAccount(rule *faults.Rule, do func(*account.Account)) (hit int, err error) {
	victim, err := rooms.accountOf(rule.Match.Account)
	if err != nil {
		return 0, err
	}
	do(victim)
	rooms.Faults.Hit(rule.ID, faults.Occasion{Point: rule.Name, Account: victim.Phone})
	return 1, nil
}

// reinstall sets the account's phone up again: it has another identity, its companions are unlinked, and everybody
// who knows the account is told.
func (rooms *Rooms) reinstall(owner *account.Account) {
	for _, companion := range owner.Companions() {
		rooms.Gate.Unlink(owner, companion.Device, account.ByServer)
	}
	owner.Reinstall()
	rooms.Phones.Of(owner).Reinstall()
	rooms.Router.IdentityChanged(owner)
}

// sendCrafted lets a phone send the crafted message to every companion of the account.
func (rooms *Rooms) sendCrafted(rule *faults.Rule) (done faultView, err error) {
	from, _, err := rooms.Accounts.Open(rule.Args.From, "")
	if err != nil {
		return done, err
	}
	done.From = from.Phone
	for range max(rule.Left, 1) {
		var failed error
		hit, err := rooms.strikeCompanions(rule, func(companion *account.Companion) {
			id, err := rooms.Phones.Of(from).SendCrafted(companion)
			if err != nil {
				failed = err
				return
			}
			done.IDs = append(done.IDs, id)
		})
		if err != nil || failed != nil {
			return done, errors.Join(err, failed)
		}
		done.Hit += hit
	}
	return done, nil
}
