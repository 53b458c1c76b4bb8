package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"holdfast/simulator/internal/world"
)

const usage = `wasim is an offline WhatsApp: one TLS port that clients pair with and talk through, with simulated
phones behind it and an admin API (GET / on the same port). It never talks to the real service.

When it is ready it prints one line of JSON to stdout: its address, the root key that clients must trust
in place of WhatsApp's, and the certificate of its TLS port. Logs are JSON lines on stderr.

`

type options struct {
	world.Options
	trustFile string
	parent    int
	level     slog.Level
}

func parse(arguments []string) (*options, error) {
	var parsed options
	flags := flag.NewFlagSet("wasim", flag.ContinueOnError)
	flags.StringVar(&parsed.Listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	flags.Int64Var(&parsed.Seed, "seed", 1, "seed of every number, key and choice of the server")
	flags.StringVar(&parsed.StateDir, "state", "", "folder that keeps accounts, keys and queues over restarts (default: in memory)")
	flags.IntVar(&parsed.Transcript, "transcript", 4096, "how many stanzas the transcript remembers; 0 switches it off")
	flags.StringVar(&parsed.TranscriptFile, "transcript-file", "", "file that gets every stanza as a line of JSON, as it happens")
	flags.BoolVar(&parsed.Strict, "strict", false, "answer unknown queries with error 501 and malformed ones with 400, not with an empty result")
	flags.StringVar(&parsed.trustFile, "trust-file", "", "file to write address, root_key and ca_pem to")
	flags.IntVar(&parsed.parent, "parent-pid", 0, "exit when this process is gone")
	flags.TextVar(&parsed.level, "log-level", slog.LevelInfo, "lowest level that is logged")
	flags.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q; see wasim --help", flags.Arg(0))
	}
	var err error
	parsed.TypingLife, err = typingLife(os.Getenv("CHATSTATE_TTL_SECS"))
	return &parsed, err
}

// typingLife reads how long a typing notice waits for who is away; "" leaves it as it is.
func typingLife(seconds string) (time.Duration, error) {
	if seconds == "" {
		return 0, nil
	}
	number, err := strconv.ParseFloat(seconds, 64)
	if err != nil || number <= 0 {
		return 0, fmt.Errorf("CHATSTATE_TTL_SECS must be a number of seconds above 0, not %q", seconds)
	}
	return time.Duration(number * float64(time.Second)), nil
}
