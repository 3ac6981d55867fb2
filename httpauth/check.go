package httpauth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// recheckAfter is how old an answer of the API may be for Recheck.
const recheckAfter = time.Minute

// checkScopes holds machines and apps to the scopes of the rules.
func (g *Guard) checkScopes(p *Principal, rules *rules) *Denial {
	var want []string
	switch p.Kind {
	case KindMachine:
		want = rules.machines
	case KindApp:
		want = rules.apps
	case KindMember, KindUser:
		return nil
	}
	if missing := rbac.MissingScopes(p.Scopes, want); len(missing) > 0 {
		return g.deny(ReasonScope, missingScopes(missing))
	}
	return nil
}

func (g *Guard) checkOrganization(r *http.Request, p *Principal, rules *rules) *Denial {
	if len(rules.organizations)+len(rules.organizationIDs) == 0 {
		return nil
	}
	if p.OrganizationID == "" {
		return g.deny(ReasonOrganization, errNoOrganization)
	}
	for _, id := range rules.organizationIDs {
		if id != p.OrganizationID {
			return g.deny(ReasonOrganization, errOtherOrganization)
		}
	}
	for _, of := range rules.organizations {
		switch name := of(r); {
		case name == "":
			return g.deny(ReasonOrganization, errUnnamedOrganization)
		case name == p.OrganizationID:
		case name != p.OrganizationSlug || isOrganizationID(name):
			return g.deny(ReasonOrganization, errOtherOrganization)
		}
	}
	return nil
}

// isOrganizationID reports whether a name has the form of an organization's id. It is not compared with slugs: somebody
// could give an organization the id of another one as its slug.
func isOrganizationID(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "organization-")
}

func (g *Guard) checkPermission(ctx context.Context, p *Principal, of permission) *Denial {
	if p.Kind == KindMachine {
		return g.deny(ReasonPermission, errMachine)
	}
	err := g.product.allow(ctx, p, of)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*stytcherror.PermissionError](err); ok {
		return g.deny(ReasonPermission, err)
	}
	return g.unavailable(err) // it is not decided
}

// denialOf returns an error of the application as a denial.
func (g *Guard) denialOf(err error) *Denial {
	if d, ok := errors.AsType[*Denial](err); ok && d != nil {
		return d
	}
	return g.deny(ReasonPermission, err)
}

// Check verifies a bearer token without a request, as for gRPC or a queue, and returns who has it. The word Bearer may
// stand before it. The error is a *[Denial], with [ReasonLogin] for an empty token, or a *stytcherror.ArgumentError for
// a nil context and for rules that need a request: InOrganization and Allow.
func (g *Guard) Check(ctx context.Context, bearer string, rules ...Rule) (*Principal, error) {
	list := newRules(rules)
	switch {
	case ctx == nil:
		return nil, argumentError("Check", "ctx", "is nil")
	case len(list.organizations) > 0:
		return nil, argumentError("Check", "rules", "have InOrganization, which needs a request: use InOrganizationID")
	case len(list.allow) > 0:
		return nil, argumentError("Check", "rules", "have Allow, which needs a request")
	}
	o := g.identifyBearer(ctx, bearer, list)
	if o.denial == nil {
		o.denial = g.check(ctx, nil, o.who.principal, list)
	}
	e := Event{Kind: EventAdmitted, Remote: o.waited}
	if o.who != nil {
		e.Principal = o.who.principal
	}
	if o.denial != nil {
		e.Kind, e.Reason, e.Err = EventDenied, o.denial.Reason, o.denial.Err
		g.report(ctx, e)
		return nil, o.denial
	}
	g.report(ctx, e)
	return o.who.principal, nil
}

func (g *Guard) identifyBearer(ctx context.Context, bearer string, rules *rules) outcome {
	if bearer == "" {
		return outcome{denial: g.deny(ReasonLogin, nil)}
	}
	token := bearer
	if rest, ok := cutBearer(bearer); ok {
		token = rest
	}
	if !isB64Token(token) {
		return outcome{denial: g.deny(ReasonRequest, errBadBearer)}
	}
	return g.fromBearer(ctx, token, rules)
}

// Recheck asks the API whether the session of a request still lasts, for answers that take long. It asks at most once a
// minute for a session, and never for access tokens, of which it checks the end. The error is a *[Denial] with
// [ReasonToken] if the session has ended, or with [ReasonUnavailable] if that is not known, or an
// *stytcherror.ArgumentError if the context has nobody whom a guard of g has found.
func (g *Guard) Recheck(ctx context.Context) error {
	if ctx == nil {
		return argumentError("Recheck", "ctx", "is nil")
	}
	a := fromContext(ctx)
	if a == nil || a.guard != g || a.principal == nil {
		return argumentError("Recheck", "ctx", "has nobody whom this Guard has found")
	}
	p, now := a.principal, g.now()
	switch {
	case ctx.Err() != nil:
		return g.unavailable(context.Cause(ctx))
	case p.SessionID != "" && g.remote.ended.hasSession(p.SessionID, now):
		return g.deny(ReasonToken, errEnded)
	case !p.ExpiresAt.IsZero() && !now.Before(p.ExpiresAt) && a.credential.text == "":
		return g.deny(ReasonToken, errExpired)
	case a.credential.text == "", g.isLatelyChecked(p, now):
		return nil
	}
	q := question{
		credential: a.credential, sessionID: p.SessionID, maxAge: recheckAfter,
		extend: a.fromCookie && !a.credential.isJWT,
	}
	if _, waited, err := g.remote.ask(ctx, q); err != nil {
		return g.remoteError(err, waited).denial
	}
	return nil
}

func (g *Guard) isLatelyChecked(p *Principal, now time.Time) bool {
	return !p.Stale && now.Sub(p.CheckedAt) < recheckAfter && now.Before(p.ExpiresAt) &&
		!g.remote.isForgotten(p.SessionID, p.CheckedAt)
}

// Ready returns nil if there are keys to verify JWTs with, and fetches them if there are none. Call it at start, or
// from a health check. The error is that of Sessions.Ready: see stytcherror.Temporary.
func (g *Guard) Ready(ctx context.Context) error { return g.product.ready(ctx) }

// Forget drops what is remembered of a session, so that the API is asked about it again: call it when a webhook says
// that a session was revoked, or that roles have changed. A JWT is still accepted until it expires.
func (g *Guard) Forget(sessionID string) { g.remote.forget(sessionID) }
