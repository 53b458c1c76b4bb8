package account

import (
	"strconv"
	"strings"
)

// Scenario is how an account behaves in tests of privacy tokens. It is written into the push name with which the
// account is made: "restricted:<name>" or "scenario:<flag,flag=0|1,…>:<name>".
type Scenario struct {
	// Restricted refuses messages of strangers that carry no valid token.
	Restricted bool
	// NoTrusted and NoCold tell which kinds of token the account does not accept: of trusted contacts (tctoken), of
	// a first contact (cstoken).
	NoTrusted, NoCold bool
	// Props are the properties served to this account in place of the usual ones.
	Props map[string]string
	// SaltByHistory and SaltBySync tell how the phone gives the account's salt for first contacts to its companions.
	SaltByHistory, SaltBySync bool
}

// scenarioProps are the flags that stand for a served property.
var scenarioProps = map[string]string{"nct_send_ab": "24941", "nct_history_ab": "25189", "nct_syncd_ab": "25253"}

// scenarioFlags are the flags that change the account itself.
var scenarioFlags = map[string]func(*Scenario, bool){
	"restricted":           func(s *Scenario, on bool) { s.Restricted = on },
	"tc_enabled":           func(s *Scenario, on bool) { s.NoTrusted = !on },
	"cs_enabled":           func(s *Scenario, on bool) { s.NoCold = !on },
	"nct_history_delivery": func(s *Scenario, on bool) { s.SaltByHistory = on },
	"nct_syncd_delivery":   func(s *Scenario, on bool) { s.SaltBySync = on },
}

// ParseScenario reads the scenario out of a push name; a name without one, and flags that nobody knows, mean nothing.
func ParseScenario(name string) Scenario {
	kind, rest, ok := strings.Cut(name, ":")
	switch {
	case ok && kind == "restricted":
		return Scenario{Restricted: true}
	case ok && kind == "scenario":
		flags, _, _ := strings.Cut(rest, ":")
		return parseFlags(flags)
	default:
		return Scenario{}
	}
}

func parseFlags(flags string) Scenario {
	scenario := Scenario{}
	for flag := range strings.SplitSeq(flags, ",") {
		name, value, given := strings.Cut(strings.TrimSpace(flag), "=")
		on, err := strconv.ParseBool(value)
		if !given {
			on, err = true, nil
		}
		if err != nil {
			continue
		}
		if prop, ok := scenarioProps[name]; ok {
			if scenario.Props == nil {
				scenario.Props = map[string]string{}
			}
			scenario.Props[prop] = map[bool]string{true: "1", false: "0"}[on]
		} else if apply, ok := scenarioFlags[name]; ok {
			apply(&scenario, on)
		}
	}
	return scenario
}
