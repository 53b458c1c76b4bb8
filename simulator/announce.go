package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"holdfast/simulator/internal/world"
)

type trust struct {
	Event   string `json:"event,omitempty"`
	Address string `json:"address"`
	RootKey string `json:"root_key"`
	CAPEM   string `json:"ca_pem"`
}

// announce tells clients where the simulation is and what to trust: on stdout, and in a file if asked.
func announce(simulation *world.World, path string) error {
	root := simulation.Authority.RootKey()
	facts := trust{Address: simulation.Address(), RootKey: hex.EncodeToString(root[:]), CAPEM: simulation.Authority.CAPEM()}
	if path != "" {
		if err := writeTrust(path, facts); err != nil {
			return err
		}
	}
	facts.Event = "wasim.ready"
	return json.NewEncoder(os.Stdout).Encode(facts)
}

// writeTrust replaces the file in one step, so that a reader never sees half of it.
func writeTrust(path string, facts trust) error {
	encoded, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".trust-*")
	if err != nil {
		return fmt.Errorf("cannot write the trust file: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.Write(append(encoded, '\n'))
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write the trust file: %w", err)
	}
	return nil
}
