// Command stytch-emulator is an offline Stytch: see package emulator. It prints its base URL on the first line, then
// the environment variables of a client, one NAME=value a line.
//
//	stytch-emulator --addr 127.0.0.1:4100
//
// It logs calls and messages on standard error, and shows the messages at /_emulator/.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed75add069/stytch-go/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "stytch-emulator:", err)
		os.Exit(1)
	}
}

// run parses the arguments and serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("stytch-emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:4100", "address to listen on; port 0 chooses a free one")
	projectID := flags.String("project-id", "", "project id; generated if empty")
	secret := flags.String("secret", "", "project secret; generated if empty")
	redirect := flags.String("redirect-url", "", "where magic links lead by default")
	snapshot := flags.String("snapshot", "", "file with a snapshot to restore at the start")
	seed := flags.Uint64("seed", 0, "makes ids, tokens and codes the same in every run; 0 makes them random")
	quiet := flags.Bool("quiet", false, "log nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	config := emulator.Config{ProjectID: *projectID, Secret: *secret, RedirectURL: *redirect, Seed: *seed}
	if !*quiet {
		config.Logger = slog.New(slog.NewTextHandler(stderr, nil))
	}
	em, err := emulator.New(config)
	if err != nil {
		return err
	}
	if *snapshot != "" {
		data, err := os.ReadFile(*snapshot)
		if err != nil {
			return err
		}
		if err := em.Project().Restore(data); err != nil {
			return err
		}
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	project := em.Project()
	_, err = fmt.Fprintf(stdout,
		"%s\nSTYTCH_PROJECT_ID=%s\nSTYTCH_SECRET=%s\nSTYTCH_BASE_URL=%s\nSTYTCH_FRAUD_BASE_URL=%s\n",
		base, project.ID(), project.Secret(), base, base)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, em)
}

// serve serves until ctx ends, and then waits five seconds at most for the calls in progress.
func serve(ctx context.Context, listener net.Listener, em *emulator.Emulator) error {
	server := &http.Server{Handler: em, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
