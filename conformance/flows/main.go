// Command flows runs checks of the emulator that are written with Stytch's own SDK for Node, unchanged: each operation
// that the emulator implements, and a product from its first customer on. It fails if a check does, if a response
// differs from the catalogue, or if an operation is not seen to work and to refuse. Run it with make conformance, which
// installs the other SDK, or in the module's folder:
//
//	go run ./flows
//
// The checks are in the folder checks, a file per service.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"time"

	"github.com/seed75add069/stytch-go/conformance/catalog"
	"github.com/seed75add069/stytch-go/emulator"
)

// timeout bounds the whole run, which normally takes seconds.
const timeout = 2 * time.Minute

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := run(ctx, os.Stdout, "flows")
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "flows:", err)
		os.Exit(1)
	}
}

// run runs all checks. dir is the folder with run.mjs.
func run(ctx context.Context, out io.Writer, dir string) error {
	facts, err := catalog.Load()
	if err != nil {
		return err
	}
	em, err := emulator.New(emulator.Config{})
	if err != nil {
		return err
	}
	seen, err := newObserver(ctx, facts)
	if err != nil {
		return err
	}
	server := httptest.NewServer(seen.observe(em))
	defer server.Close()
	s := summary{out: out}
	if err := s.node(ctx, dir, server.URL, em.Project()); err != nil {
		return err
	}
	return s.result(seen)
}

// summary prints what fails, and counts checks.
type summary struct {
	out          io.Writer
	checks, hold int
}

// node runs run.mjs against an emulator.
func (s *summary) node(ctx context.Context, dir, url string, project *emulator.Project) error {
	cmd := exec.CommandContext(ctx, "node", "run.mjs")
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, os.Stderr, time.Second
	cmd.Env = append(os.Environ(),
		"STYTCH_BASE_URL="+url, "STYTCH_PROJECT_ID="+project.ID(), "STYTCH_SECRET="+project.Secret(),
		"STYTCH_PUBLIC_TOKEN="+project.PublicToken())
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("node run.mjs: %w", err)
	}
	readErr := s.read(stdout)
	if readErr != nil {
		_ = cmd.Process.Kill()
	}
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return fmt.Errorf("node run.mjs: %w", err)
	}
	return nil
}

// read reads the output of run.mjs, a line of JSON for each check.
func (s *summary) read(stdout io.Reader) error {
	lines := json.NewDecoder(stdout)
	for lines.More() {
		var line struct {
			Check string `json:"check"`
			Error string `json:"error"`
		}
		if err := lines.Decode(&line); err != nil {
			return err
		}
		s.checks++
		if line.Error == "" {
			s.hold++
			continue
		}
		_, _ = fmt.Fprintf(s.out, "%s: %s\n", line.Check, line.Error)
	}
	return nil
}

// result prints what the calls have shown and the totals, and returns an error if anything is wrong.
func (s *summary) result(seen *observer) error {
	missing, complaints := seen.missing(), seen.complaints()
	for _, text := range append(complaints, missing...) {
		_, _ = fmt.Fprintln(s.out, text)
	}
	_, _ = fmt.Fprintf(s.out, "%d of %d checks of the emulator hold, by %q: %d calls of %d operations.\n",
		s.hold, s.checks, seen.userAgent, seen.calls, seen.built())
	switch {
	case s.checks == 0:
		return errors.New("there was no check")
	case s.hold < s.checks:
		return fmt.Errorf("%d checks fail", s.checks-s.hold)
	case len(complaints) > 0:
		return errors.New("responses differ from the catalogue")
	case len(missing) > 0:
		return errors.New("checks are missing")
	}
	return nil
}
