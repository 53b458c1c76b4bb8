package admin

import (
	"net/http"

	"holdfast/simulator/internal/faults"
)

func faultRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/faults", summary: "Faults in force, and the names that there are.", call: answers(listFaults)},
		{method: "POST", path: "/admin/faults", summary: "Puts a fault in force, or does it at once.", call: takes(addFault)},
		{method: "DELETE", path: "/admin/faults", summary: "Ends every fault.", call: answers(clearFaults)},
	}
}

func listFaults(rooms *Rooms, _ *http.Request) (any, error) {
	return map[string]any{"items": list(rooms.Faults.All()), "names": faults.Names()}, nil
}

func clearFaults(rooms *Rooms, _ *http.Request) (any, error) {
	rooms.Faults.Clear()
	return map[string]any{"items": []faults.Fault{}}, nil
}

type faultOrder struct {
	Name    string `json:"name"`
	Account string `json:"account"`
	Count   int    `json:"count"`
	// From is the phone that a crafted message comes from; without it, one that the victim never met.
	From string `json:"from"`
}

// addFault puts a fault in force. What can be done to live connections is done at once and counted as "hit";
// what is left of the count waits for the next occasion.
func addFault(rooms *Rooms, _ *http.Request, order faultOrder) (any, error) {
	if order.Account != "" {
		if _, err := rooms.accountOf(order.Account); err != nil {
			return nil, err
		}
	}
	switch order.Name {
	case faults.EmptyFrame, faults.MalformedNode, faults.GarbageFrame, faults.InflateBomb:
		return map[string]any{"hit": rooms.Gate.Strike(order.Name, order.Account, max(order.Count, 1))}, nil
	case faults.CraftedDM:
		return rooms.sendCrafted(order)
	case faults.PreKeysDrained:
		return rooms.drainPreKeys(order)
	case faults.Silent503:
		return rooms.addWaning(order, max(order.Count, 1))
	case faults.BlackHole:
		return rooms.addWaning(order, order.Count)
	default:
		fault, err := rooms.Faults.Add(order.Name, order.Account, order.Count)
		return map[string]any{"fault": fault, "hit": 0}, err
	}
}

// addWaning strikes live connections first; only what they leave of the count stays in force.
func (rooms *Rooms) addWaning(order faultOrder, limit int) (any, error) {
	hit := rooms.Gate.Strike(order.Name, order.Account, limit)
	if limit > 0 && hit >= limit {
		return map[string]any{"hit": hit}, nil
	}
	if limit > 0 {
		limit -= hit
	}
	fault, err := rooms.Faults.Add(order.Name, order.Account, limit)
	return map[string]any{"fault": fault, "hit": hit}, err
}

// sendCrafted lets a phone send the crafted message to every companion of the account.
func (rooms *Rooms) sendCrafted(order faultOrder) (any, error) {
	victim, err := rooms.accountOf(order.Account)
	if err != nil {
		return nil, err
	}
	from, _, err := rooms.Accounts.Open(order.From, "")
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for range max(order.Count, 1) {
		for _, companion := range victim.Companions() {
			id, err := rooms.Phones.Of(from).SendCrafted(companion)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
	}
	return map[string]any{"hit": len(ids), "ids": ids, "from": from.Phone}, nil
}

// drainPreKeys takes the one-time keys of every companion of the account, and tells the companions.
func (rooms *Rooms) drainPreKeys(order faultOrder) (any, error) {
	victim, err := rooms.accountOf(order.Account)
	if err != nil {
		return nil, err
	}
	companions := victim.Companions()
	for _, companion := range companions {
		companion.Keys.Drain()
		rooms.Router.TellPreKeys(companion, 0)
	}
	return map[string]any{"hit": len(companions)}, nil
}
