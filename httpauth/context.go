package httpauth

import "context"

// contextKey is the key of the *authenticated in the context of a request that a guard let through.
type contextKey struct{}

// authenticated is what a guard knows of a request that it let through.
type authenticated struct {
	guard     *Guard
	principal *Principal
	// credential is how the API can be asked about the session again. Its text is empty for access tokens, and
	// for a Principal that a test made.
	credential credential
	// fromCookie is set if the credential came in a cookie.
	fromCookie bool
	// remote is set if the API was asked for this request alone, as Remote wants.
	remote bool
	// givenByTest is set by WithPrincipal for a Principal that a test made.
	givenByTest bool
}

func fromContext(ctx context.Context) *authenticated {
	a, _ := ctx.Value(contextKey{}).(*authenticated)
	return a
}

// FromContext returns who sends the request with the context, and whether that is known: nil and false for nobody, and
// where no guard stands before the handler.
func FromContext(ctx context.Context) (*Principal, bool) {
	if a := fromContext(ctx); a != nil && a.principal != nil {
		return a.principal, true
	}
	return nil, false
}

// Must returns who sends the request with the context. It panics if nobody was found: where no guard with Require
// stands before the handler.
func Must(ctx context.Context) *Principal {
	p, ok := FromContext(ctx)
	if !ok {
		panic("httpauth: Must: no principal in the context: no guard with Require stands before the handler")
	}
	return p
}

// WithPrincipal returns a context in which a principal stands for who sends the request; nil stands for nobody. It is
// for what [Guard.Check] returned, as in an interceptor of gRPC, and for tests of handlers, without tokens. Guards of g
// hold the principal to their rules. One that a test made needs a Kind; the API cannot be asked about it, so unless it
// is Stale, it is as fresh as [MaxAge] and [Remote] want.
func (g *Guard) WithPrincipal(ctx context.Context, p *Principal) context.Context {
	a := &authenticated{guard: g, principal: p, givenByTest: p == nil || !p.isVerified}
	if p != nil {
		a.credential = p.own()
	}
	return context.WithValue(ctx, contextKey{}, a)
}
