package httpauth

import (
	"errors"
	"net/http"
	"time"
)

// session returns the session of a request by its cookies. Without one it answers the request and returns false.
func (l *Login) session(w http.ResponseWriter, r *http.Request) (*authenticated, bool) {
	o := l.identify(r)
	l.guard.apply(w, r, &o)
	if o.denial != nil {
		l.guard.reject(w, r, o.denial)
		return nil, false
	}
	return o.who, true
}

// identify says whose cookies a request has.
func (l *Login) identify(r *http.Request) outcome {
	o, isBearer := l.guard.identify(r, newRules(nil))
	if o.denial == nil && isBearer {
		o.denial = l.guard.deny(ReasonRequest, errors.New("a bearer token, where only cookies count"))
	}
	if o.denial == nil && o.who.principal.Stale {
		o.denial = l.guard.unavailable(errors.New("the API cannot be reached"))
	}
	return o
}

// logout ends the session. The cookies are expired whatever comes of it; Config.OnEvent is told if the API could not be
// asked to revoke it.
func (l *Login) logout(w http.ResponseWriter, r *http.Request) {
	if _, err := input(w, r); err != nil {
		l.fail(w, r, err)
		return
	}
	_ = l.guard.SignOut(w, r) // it is reported
	l.clearSteps(w, r)
	l.proceed(w, r, l.config.Home, &Page{Name: "done", Next: l.config.Home})
}

// showSession says whose session it is, for scripts of a page.
func (l *Login) showSession(w http.ResponseWriter, r *http.Request) {
	p := Must(r.Context())
	writeJSON(w, http.StatusOK, sessionJSON{
		Kind: p.Kind, ID: p.ID, OrganizationID: p.OrganizationID, OrganizationSlug: p.OrganizationSlug,
		Roles: append([]string{}, p.Roles...), ExpiresAt: p.ExpiresAt,
	})
}

// sessionJSON is what the route session answers.
type sessionJSON struct {
	Kind             Kind      `json:"kind"`
	ID               string    `json:"id"`
	OrganizationID   string    `json:"organization_id,omitempty"`
	OrganizationSlug string    `json:"organization_slug,omitempty"`
	Roles            []string  `json:"roles"`
	ExpiresAt        time.Time `json:"expires_at"`
}
