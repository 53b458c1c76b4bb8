// Command holdfast-engine holds the connections to WhatsApp. It carries and translates; it decides nothing.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"holdfast/engine/internal/home"
)

const usage = `holdfast-engine holds connections to WhatsApp for one Holdfast node.

  holdfast-engine serve --data DIR [options]   hold the sessions under DIR until SIGTERM
  holdfast-engine version                      print the build
  holdfast-engine --help                       print this

Options of serve:
  --data DIR         data folder; one engine per folder
  --lab TRUST.json   talk to the simulator that wrote this file, not to WhatsApp
  --grace 60s        without a gateway for so long, connections are parked: nothing is acknowledged to WhatsApp
  --park-limit 10m   parked for so long, the engine ends by itself
  --pace 1           with --lab: every wait of the engine's own is divided by this
  --log FILE         write the log (JSON lines) here instead of standard error

Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 3 another engine holds the data folder.
`

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitLocked = 3
)

// errUsage marks errors that the caller of the program can avoid by reading the help.
var errUsage = errors.New("usage")

func main() {
	// Session files, logs and the socket are for their owner alone, whoever starts this program.
	syscall.Umask(0o077)
	home.NoDumps()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		_, _ = fmt.Fprint(stderr, usage)
		return exitUsage
	}
	var err error
	switch args[0] {
	case "serve":
		err = serveCommand(args[1:])
	case "version", "--version":
		_, err = fmt.Fprintln(stdout, "holdfast-engine", build(), "protocol", protocolVersion)
	case "help", "-h", "--help":
		_, err = fmt.Fprint(stdout, usage)
	default:
		err = fmt.Errorf("%w: unknown command %q; next step: holdfast-engine --help", errUsage, args[0])
	}
	return explain(err, stderr)
}

// explain prints an error as one line and answers the exit code that fits it.
func explain(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	_, _ = fmt.Fprintln(stderr, "holdfast-engine:", err)
	var locked *home.LockedError
	switch {
	case errors.As(err, &locked):
		return exitLocked
	case errors.Is(err, errUsage):
		return exitUsage
	default:
		return exitFailed
	}
}
