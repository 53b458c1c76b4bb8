// Command wasim is Holdfast's offline WhatsApp simulator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"holdfast/simulator/internal/world"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Print(help)
			return
		}
		fmt.Fprintln(os.Stderr, "wasim: "+err.Error())
		os.Exit(1)
	}
}

func run(arguments []string) error {
	options, err := parse(arguments)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: options.level}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if options.parent > 0 {
		ctx = watchParent(ctx, options.parent)
	}
	simulation, err := world.New(options.Options, log)
	if err != nil {
		return err
	}
	if err = announce(simulation, options.trustFile); err != nil {
		return errors.Join(err, simulation.Close())
	}
	return errors.Join(simulation.Serve(ctx), simulation.Close())
}
