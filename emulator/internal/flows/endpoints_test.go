package flows_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// endpoints are the responses of the endpoints that are no operations. Others than the SDK call them: browsers, identity
// providers and clients of OAuth2. So they are noted by the emulator's log.
var endpoints = &ledger{seen: map[string]map[string]bool{}}

// notImplemented are the endpoints that only say so.
var notImplemented = []*ops.Info{ops.SCIMMe, ops.SCIMBulk, ops.SCIMSearch}

// checkEndpoints complains about an endpoint that tests do not show to work and to refuse.
func (l *ledger) checkEndpoints() (failed int) {
	for _, e := range ops.Public {
		var works, refuses bool
		for outcome := range l.seen[e.ID] {
			works, refuses = works || outcome < "400", refuses || outcome >= "400"
		}
		if !refuses || !works && !slices.Contains(notImplemented, e) {
			fmt.Fprintf(os.Stderr, "no test shows that %s works, or none that it refuses\n", e.ID)
			failed = 1
		}
	}
	return failed
}

// callLog is the log of an emulator, from which it notes what endpoints answer.
type callLog struct{}

func (callLog) Enabled(context.Context, slog.Level) bool { return true }

func (l callLog) WithAttrs([]slog.Attr) slog.Handler { return l }

func (l callLog) WithGroup(string) slog.Handler { return l }

func (callLog) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]string{}
	r.Attrs(func(a slog.Attr) bool {
		attrs[a.Key] = a.Value.String()
		return true
	})
	for _, e := range ops.Public {
		if e.Method == attrs["method"] && isPathOf(attrs["path"], e.Path) {
			endpoints.add(e.ID, attrs["status"])
		}
	}
	return nil
}

// isPathOf reports whether a path is one of those that a pattern describes.
func isPathOf(path, pattern string) bool {
	return slices.EqualFunc(strings.Split(path, "/"), strings.Split(pattern, "/"), func(segment, wanted string) bool {
		return segment == wanted || strings.HasPrefix(wanted, "{") && segment != ""
	})
}
