package main

import (
	"fmt"
	"strings"
)

// amendment replaces a piece of the library's source.
type amendment struct{ from, to string }

// amendments returns what the engine needs otherwise than the library has it, by file.
func amendments() map[string]amendment {
	return map[string]amendment{
		// The contacts of a full sync are stored in one transaction also where the events of a full sync are told:
		// one by one, an address book is thousands of commits.
		"appstate.go": {
			"name == appstate.WAPatchCriticalUnblockLow && fullSync && !cli.EmitAppStateEventsOnFullSync",
			"name == appstate.WAPatchCriticalUnblockLow && fullSync",
		},
	}
}

// amend makes the amendment of a file, if it has one. An error means that the library has changed there.
func amend(name, text string) (string, error) {
	it, ok := amendments()[name]
	if !ok {
		return text, nil
	}
	if found := strings.Count(text, it.from); found != 1 {
		return "", fmt.Errorf("%s has %d times %q, expected once: look at what has changed", name, found, it.from)
	}
	return strings.Replace(text, it.from, it.to, 1), nil
}
