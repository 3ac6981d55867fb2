// Command wire makes every call of the API with this SDK and with Stytch's own for Node, with the same arguments and
// against the same server, and fails where what they send or return differs. Run it through make conformance, which
// installs the other SDK, or from the module's folder:
//
//	go run ./wire
//
// A difference that stays is in differences.json, with its reason.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// timeout bounds everything; it takes seconds.
const timeout = 2 * time.Minute

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := run(ctx, os.Stdout, "wire")
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "wire:", err)
		os.Exit(1)
	}
}

// run compares both sides; dir is where record.mjs and the package it uses are.
func run(ctx context.Context, out io.Writer, dir string) error {
	trials, err := load()
	if err != nil {
		return err
	}
	known, err := loadLedger()
	if err != nil {
		return err
	}
	r := newRecorder(trials)
	defer r.close()
	ours, err := playOurs(ctx, r, trials)
	if err != nil {
		return err
	}
	node, methods, err := playNode(ctx, r, trials, dir)
	if err != nil {
		return err
	}
	s := summary{out: out, known: known}
	s.judge(compareMethods(trials, methods))
	s.compare(trials, ours, node)
	return s.verdict()
}

// summary prints what differs and counts what does not.
type summary struct {
	out   io.Writer
	known ledger

	differ      bool
	calls, same int
	operations  map[string]bool
	other       string
}

func (s *summary) compare(trials []trial, ours, node map[string]outcome) {
	s.operations = map[string]bool{}
	for _, t := range trials {
		s.calls++
		s.operations[t.Operation] = true
		if s.judge(compare(t, ours[t.Project], node[t.Project])) {
			s.same++
		}
		for _, request := range node[t.Project].sent {
			s.other = request.userAgent
		}
	}
}

// judge prints the differences that are not known, and reports whether there are none.
func (s *summary) judge(found []difference) bool {
	unknown := s.known.unknown(found)
	for _, d := range unknown {
		_, _ = fmt.Fprintln(s.out, d)
	}
	s.differ = s.differ || len(unknown) > 0
	return len(unknown) == 0
}

func (s *summary) verdict() error {
	_, _ = fmt.Fprintf(s.out, "%d of %d calls, of %d operations, are alike: ours and those of %q.\n",
		s.same, s.calls, len(s.operations), s.other)
	_, _ = fmt.Fprintf(s.out, "%d known differences, see differences.json. On DELETE, {} and no body are the same.\n",
		len(s.known))
	unused := s.known.unused()
	switch {
	case s.differ:
		return errors.New("the two differ")
	case len(unused) > 0:
		return fmt.Errorf("differences.json names what does not differ: %s", strings.Join(unused, ", "))
	}
	return nil
}
