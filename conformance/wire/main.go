// Command wire makes every call of the API with this SDK and with Stytch's own for Node, with the same arguments and
// against the same server, whose responses have every field. Arguments and responses are made from the catalogue. It
// fails if what they send or return differs. Run it with make conformance, which installs the other SDK, or in the
// module's folder:
//
//	go run ./wire
//
// Accepted differences are in differences.json, with their reasons.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/conformance/catalog"
)

// timeout bounds the whole run, which normally takes seconds.
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

// run compares both SDKs. dir is the folder with record.mjs and the packages it uses.
func run(ctx context.Context, out io.Writer, dir string) error {
	facts, err := catalog.Load()
	if err != nil {
		return err
	}
	comparisons, err := load(facts)
	if err != nil {
		return err
	}
	known, err := loadKnown()
	if err != nil {
		return err
	}
	r := newRecorder(comparisons)
	defer r.close()
	ours, err := callOurs(ctx, r, comparisons)
	if err != nil {
		return err
	}
	node, methods, err := callNode(ctx, r, comparisons, dir)
	if err != nil {
		return err
	}
	s := summary{out: out, known: known}
	s.report(compareMethods(comparisons, methods))
	s.compare(comparisons, ours, node)
	return s.result()
}

// summary prints the differences and counts the calls without any.
type summary struct {
	out   io.Writer
	known knownDifferences

	differ      bool // whether there is a difference that is not known
	calls, same int
	operations  map[string]bool
	userAgent   string // of the other SDK
}

func (s *summary) compare(comparisons []comparison, ours, node map[string]outcome) {
	s.operations = map[string]bool{}
	for _, c := range comparisons {
		s.calls++
		s.operations[c.Operation] = true
		if s.report(compare(c, ours[c.Project], node[c.Project])) {
			s.same++
		}
		for _, request := range node[c.Project].sent {
			s.userAgent = request.userAgent
		}
	}
}

// report prints the differences that are not known, and reports whether there are none.
func (s *summary) report(found []difference) bool {
	unknown := s.known.unknown(found)
	for _, d := range unknown {
		_, _ = fmt.Fprintln(s.out, d)
	}
	s.differ = s.differ || len(unknown) > 0
	return len(unknown) == 0
}

// result prints the totals, and returns an error for differences that are not known and for known ones that are gone.
func (s *summary) result() error {
	_, _ = fmt.Fprintf(s.out, "%d of %d calls, of %d operations, are alike: ours and those of %q.\n",
		s.same, s.calls, len(s.operations), s.userAgent)
	_, _ = fmt.Fprintf(s.out, "%d known differences, see differences.json. On DELETE, {} and no body are the same.\n",
		len(s.known))
	unused := s.known.unused()
	switch {
	case s.differ:
		return errors.New("the two SDKs differ")
	case len(unused) > 0:
		return fmt.Errorf("differences.json has entries without a difference: %s", strings.Join(unused, ", "))
	}
	return nil
}
