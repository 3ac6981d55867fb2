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
	// EventAdmitted: a guard let a request through. One inside another of the same Guard does not report it again.
	EventAdmitted EventKind = "admitted"
	// EventDenied: a guard, a Login or Check refused a request, or a Login sent no link, which its answer does not
	// tell.
	EventDenied EventKind = "denied"
	// EventRefreshed: the answer to a request renews its cookies. EventAdmitted or EventDenied follows, unless the
	// guard stands inside another one.
	EventRefreshed EventKind = "refreshed"
	// EventLogin: somebody has logged in, by Login or SignIn, or switched to another organization.
	EventLogin EventKind = "login"
	// EventLogout: a session has ended, by SignOut or because a login took its place. Err is set if it was not revoked.
	EventLogout EventKind = "logout"
)

// An Event is something that happened, for logs and counters. It has no tokens.
type Event struct {
	Kind EventKind
	// Principal is who sends the request. It is nil if that is nobody, or not known.
	Principal *Principal
	// Reason is set for EventDenied.
	Reason Reason
	// Err is the cause of a refusal, why somebody is nobody for [Guard.Optional], or why a session was not revoked.
	Err error
	// Pattern is http.Request.Pattern. It is empty if the guard stands outside the http.ServeMux.
	Pattern string
	// Remote is how long the request waited for answers of the API about the session; zero if none was needed.
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
