package admin

import (
	"net/http"
	"strconv"

	"holdfast/simulator/internal/faults"
)

func faultRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/faults", summary: "Faults in force, the names that there are, and what rules can do.", call: answers(listFaults)},
		{method: "POST", path: "/admin/faults", summary: "Puts a fault in force, by name or as a rule, or does it at once.", call: takes(addFault)},
		{method: "DELETE", path: "/admin/faults", summary: "Ends every fault.", call: answers(clearFaults)},
		{method: "DELETE", path: "/admin/faults/{id}", summary: "Ends one fault.", call: answers(endFault)},
	}
}

type faultsView struct {
	Items []faults.View `json:"items" doc:"in force"`
	// Names and Actions explain in one line each.
	Names   map[string]string `json:"names" doc:"ready-made faults and what each does"`
	Actions map[string]string `json:"actions" doc:"what rules can do"`
	Seed    int64             `json:"seed" doc:"what every decision follows from"`
}

type faultView struct {
	// Fault is what was asked for; a fault that is done at once is in force no more.
	Fault faults.View `json:"fault"`
	Hit   int         `json:"hit" doc:"how many connections, companions or messages were struck at once"`
	IDs   []string    `json:"ids,omitempty" doc:"crafted-dm: ids of the messages"`
	From  string      `json:"from,omitempty" doc:"crafted-dm: phone that they come from"`
}

func listFaults(rooms *Rooms, _ *http.Request) (faultsView, error) {
	items := []faults.View{}
	for _, rule := range rooms.Faults.All() {
		items = append(items, rule.View())
	}
	return faultsView{Items: items, Names: faults.Explained(), Actions: faults.Actions(), Seed: rooms.Source.Number()}, nil
}

func clearFaults(rooms *Rooms, r *http.Request) (faultsView, error) {
	rooms.Faults.Clear()
	return listFaults(rooms, r)
}

func endFault(rooms *Rooms, r *http.Request) (faultsView, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return faultsView{}, badRequest("the id must be a number")
	}
	if err = rooms.Faults.Remove(id); err != nil {
		return faultsView{}, err
	}
	return listFaults(rooms, r)
}

// addFault puts a fault in force. What can be done to open connections is done at once and counted as "hit"; what
// is left of the count waits for the next occasion, if the fault is one that waits.
func addFault(rooms *Rooms, _ *http.Request, order faults.Order) (faultView, error) {
	rule, ttl, err := order.Rule()
	if err != nil {
		return faultView{}, err
	}
	if rule.Match.Account != "" {
		if _, err := rooms.accountOf(rule.Match.Account); err != nil {
			return faultView{}, err
		}
	}
	if order.From != "" {
		rule.Args.From = order.From
	}
	rule = rooms.Faults.Put(rule, ttl)
	done, waits, err := rooms.strike(&rule)
	if err != nil || !waits {
		_ = rooms.Faults.Remove(rule.ID) // its count may have ended it already
	}
	if left, inForce := rooms.Faults.Find(rule.ID); inForce {
		done.Fault = left.View()
	} else {
		rule.Strikes, rule.Left = done.Hit, 0
		done.Fault = rule.View()
	}
	return done, err
}
