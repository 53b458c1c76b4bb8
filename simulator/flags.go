package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"

	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/world"
)

type options struct {
	world.Options
	trustFile string
	parent    int
	level     slog.Level
}

func parse(arguments []string) (*options, error) {
	var parsed options
	flags := parsed.flags()
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w; see wasim --help", err)
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

// flags are the options with their defaults; help.go explains them.
func (o *options) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("wasim", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // a mistake is one line, which main writes
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "")
	flags.Int64Var(&o.Seed, "seed", 1, "")
	flags.StringVar(&o.StateDir, "state", "", "")
	flags.IntVar(&o.Transcript, "transcript", 4096, "")
	flags.StringVar(&o.TranscriptFile, "transcript-file", "", "")
	flags.BoolVar(&o.Strict, "strict", false, "")
	flags.TextVar(&o.Pause, "answer-delay", phone.UsualPause(), "")
	flags.StringVar(&o.trustFile, "trust-file", "", "")
	flags.IntVar(&o.parent, "parent-pid", 0, "")
	flags.TextVar(&o.level, "log-level", slog.LevelInfo, "")
	return flags
}
