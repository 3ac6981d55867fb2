package httpauth

import (
	"context"
	"log/slog"
	"time"
)

// EventKind is the kind of an [Event].
type EventKind string

// The kinds of events.
const (
	// EventAdmitted: a guard let a request through. A guard inside another one of the same Guard reports refusals only.
	EventAdmitted EventKind = "admitted"
	// EventDenied: a guard or a Login refused a request.
	EventDenied EventKind = "denied"
	// EventRefreshed: new cookies were set, after the API was asked. EventAdmitted or EventDenied follows.
	EventRefreshed EventKind = "refreshed"
	// EventLogin: somebody has logged in, by Login or SignIn.
	EventLogin EventKind = "login"
	// EventLogout: a session has ended, by SignOut or because a login took its place. Err is set if it was not revoked.
	EventLogout EventKind = "logout"
)

// An Event is something that happened, for logs and counters. It has no tokens.
type Event struct {
	Kind      EventKind
	Principal *Principal // nil: nobody, or not known
	Reason    Reason     // of EventDenied
	Err       error      // the cause
	Pattern   string     // http.Request.Pattern, as far as it was set when the event happened
	// Remote is how long the API was waited for.
	Remote time.Duration
}

// LogValue returns what of the event is set.
func (e Event) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", string(e.Kind))}
	if e.Principal != nil {
		attrs = append(attrs, slog.Any("principal", e.Principal))
	}
	if e.Reason != "" {
		attrs = append(attrs, slog.String("reason", string(e.Reason)))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	if e.Pattern != "" {
		attrs = append(attrs, slog.String("pattern", e.Pattern))
	}
	if e.Remote > 0 {
		attrs = append(attrs, slog.Duration("remote", e.Remote))
	}
	return slog.GroupValue(attrs...)
}

func (g *Guard) report(ctx context.Context, e Event) {
	if g.config.OnEvent != nil {
		g.config.OnEvent(ctx, e)
	}
}
