package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"go.mau.fi/whatsmeow"

	"holdfast/engine/internal/blackbox"
	"holdfast/engine/internal/files"
	"holdfast/engine/internal/home"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/lab"
	"holdfast/engine/internal/link"
	"holdfast/engine/internal/session"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

const (
	protocolVersion = link.MaxVersion
	stopTimeout     = 8 * time.Second
	vanishCheck     = time.Second
	maxPace         = 100
)

// options are the switches of serve.
type options struct {
	data      string
	lab       string
	grace     time.Duration
	parkLimit time.Duration
	pace      float64
	logFile   string
}

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.data, "data", "", "")
	flags.StringVar(&o.lab, "lab", "", "")
	flags.DurationVar(&o.grace, "grace", 60*time.Second, "")
	flags.DurationVar(&o.parkLimit, "park-limit", 10*time.Minute, "")
	flags.Float64Var(&o.pace, "pace", 1, "")
	flags.StringVar(&o.logFile, "log", "", "")
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("%w: %w; next step: holdfast-engine --help", errUsage, err)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%w: unexpected %q; next step: holdfast-engine --help", errUsage, flags.Arg(0))
	}
	if o.data == "" {
		return o, fmt.Errorf("%w: --data is missing; next step: holdfast-engine serve --data DIR", errUsage)
	}
	if o.grace <= 0 || o.parkLimit <= 0 {
		return o, fmt.Errorf("%w: --grace and --park-limit must be longer than 0", errUsage)
	}
	if o.pace < 1 || o.pace > maxPace || (o.pace != 1 && o.lab == "") {
		return o, fmt.Errorf("%w: --pace must be within 1 and %d, and needs --lab", errUsage, maxPace)
	}
	o.grace, o.parkLimit = session.Shortened(o.grace, o.pace), session.Shortened(o.parkLimit, o.pace)
	return o, nil
}

func serveCommand(args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	log, closeLog, err := openLog(o.logFile)
	if err != nil {
		return err
	}
	defer closeLog()
	var trust *lab.Trust
	if o.lab != "" {
		if trust, err = lab.Read(o.lab); err != nil {
			return err
		}
	}
	house, err := home.Hold(o.data)
	if err != nil {
		return err
	}
	defer house.Release()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	// The starter's terminal may go away: an engine outlives it.
	signal.Ignore(syscall.SIGHUP)
	return serve(ctx, o, house, trust, log)
}

func openLog(path string) (*slog.Logger, func(), error) {
	if path == "" {
		return slog.New(slog.NewJSONHandler(os.Stderr, nil)), func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w; next step: choose another with --log", err)
	}
	return slog.New(slog.NewJSONHandler(file, nil)), func() { _ = file.Close() }, nil
}

// serve wires the rooms and runs until it is told to stop.
func serve(ctx context.Context, o options, house *home.Home, trust *lab.Trust, log *slog.Logger) error {
	kill := killpoint.New("")
	if trust != nil {
		// The one variable of the library that decides whom it believes; set before any client exists.
		whatsmeow.WACertPubKey = trust.RootKey
		kill = killpoint.New(house.KillPoints())
		log.Warn("engine.lab_mode", "address", trust.Address, "meaning", "this engine talks to a simulator, not to WhatsApp")
	}
	media, err := files.NewFolder(house.Media())
	if err != nil {
		return fmt.Errorf("media folder: %w; next step: make it writable for this user", err)
	}
	listener, err := listen(house)
	if err != nil {
		return err
	}
	defer house.LeaveSocket()
	box, err := blackbox.Open(house.BlackBox())
	if err != nil {
		log.Warn("engine.no_black_box", "error", err.Error())
	}
	defer box.Remove() //nolint:errcheck // whatever is left is written over
	server := link.NewServer(link.Identity{EngineID: rand.Text(), Build: build(), Lab: trust != nil}, log,
		func() { kill.Pass(killpoint.HandedOver) })
	levels := newLevelSender(server)
	registry := session.NewRegistry(session.Deps{
		Gateway: server, Folders: vault.NewFolders(house), Media: media, Dialer: wire.NewDialer(trust), Kill: kill, Log: log, Box: box,
		Timing: session.DefaultTiming().Faster(o.pace), LevelChanged: levels.changed,
	})
	levels.registry = registry
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	keeper := newKeeper(o, registry, log, cancel)
	go registry.Watch(running)
	go levels.run(running)
	go (&processors{}).run(running)
	if trust != nil {
		go watchFolder(running, house, log, cancel)
	}
	log.Info("engine.started", "pid", os.Getpid(), "data", house.Dir, "build", build(), "lab", trust != nil)
	err = server.Serve(running, listener, keeper)
	return errors.Join(err, shutDown(registry, log))
}

// listen takes the socket and announces it. The lock is held: a socket file that is left over has no owner.
func listen(house *home.Home) (net.Listener, error) {
	path, err := house.SocketPath()
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	if err = os.Chmod(path, 0o600); err == nil {
		err = house.Announce(path)
	}
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("socket %s: %w", filepath.Base(path), err)
	}
	return listener, nil
}

func shutDown(registry *session.Registry, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	err := registry.Close(ctx)
	if err != nil {
		log.Error("engine.stop_incomplete", "error", err.Error())
	}
	log.Info("engine.stopped", "pid", os.Getpid())
	return err
}

// watchFolder ends a lab engine whose data folder is gone: a test that was killed leaves no process behind.
func watchFolder(ctx context.Context, house *home.Home, log *slog.Logger, stop func()) {
	ticker := time.NewTicker(vanishCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if house.Gone() {
				log.Warn("engine.data_folder_gone")
				stop()
				return
			}
		}
	}
}
