package httpauth

import (
	"context"
	"errors"
	"net/http"
	"net/mail"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// loginCalls are a product's calls to log in by e-mail.
type loginCalls interface {
	// tokenTypes has every stytch_token_type of the product, with the method that it belongs to; "" if that is not
	// implemented.
	tokenTypes() map[string]Method
	// sendLink sends a link that leads to redirectURL. challenge is that of PKCE, or nil.
	sendLink(ctx context.Context, address, redirectURL string, challenge *string) error
	// spendLink exchanges a link's token.
	spendLink(ctx context.Context, token string, verifier *string, minutes *int) (*progress, error)
}

// organizationCalls are those of B2B, where a login leads to an organization.
type organizationCalls interface {
	listOrganizations(ctx context.Context, intermediate string, c credential) ([]PageOrganization, error)
	enter(ctx context.Context, intermediate, organizationID string, minutes *int) (*progress, error)
	create(ctx context.Context, intermediate, name, slug string, minutes *int) (*progress, error)
	exchange(ctx context.Context, c credential, organizationID string, minutes *int) (*progress, error)
}

// progress is how far a login has come.
type progress struct {
	// arrival and tokens are set once there is a session.
	arrival *Arrival
	tokens  Tokens
	// address is the e-mail address that a link was sent to.
	address string
	// intermediate is the token for the next step, and organizations those to choose from.
	intermediate  string
	organizations []PageOrganization
	// wants is the factor that an organization wants beside: "primary" or "mfa".
	wants string
}

var errNoSession = errors.New("the API's response has neither a session nor a next step")

// newArrival returns the progress of a login that has a session.
func newArrival(p *Principal, a *Arrival, t Tokens) *progress {
	p.authorization = shared.Authorization{SessionToken: t.SessionToken}
	a.Principal = p
	return &progress{arrival: a, tokens: t}
}

// call makes a call to the API within the bounds of the guard. It outlasts the request, since a token that was spent is
// of no use again.
func (l *Login) call(r *http.Request, f func(context.Context) (*progress, error)) (*progress, error) {
	release, err := l.guard.remote.budget.reserve(false)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), l.guard.config.RemoteTimeout)
	defer cancel()
	return f(ctx)
}

// showLogin shows the form for an address, or that a link was sent.
func (l *Login) showLogin(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Has("step_up") {
		l.fail(w, r, failNotImplemented)
		return
	}
	f, _ := l.stepCookies(r)
	if f != nil && f.Address != "" && query.Has("sent") {
		l.show(w, r, l.sentPage(f))
		return
	}
	if f == nil && r.Method == http.MethodGet { // so that a form that is sent twice asks for links of one login
		l.setFlow(w, &flow{Verifier: newVerifier()})
	}
	l.show(w, r, l.loginPage(ReturnPath(query.Get("next"))))
}

func (l *Login) loginPage(next string) *Page {
	return &Page{
		Name: "login", Action: l.config.Prefix + "start", Methods: l.config.Methods,
		Fields: map[string]string{"method": string(MethodEmailLink), "next": next},
	}
}

func (l *Login) sentPage(f *flow) *Page { return &Page{Name: "sent", Action: l.URL(f.Next)} }

// start sends a link. The answer does not tell whether the address is known.
func (l *Login) start(w http.ResponseWriter, r *http.Request) {
	fields, err := input(w, r)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	method := Method(fields["method"])
	if method == "" {
		method = MethodEmailLink
	}
	next := ReturnPath(fields["next"])
	switch {
	case r.URL.Query().Has("step_up"), method != MethodEmailLink:
		l.fail(w, r, failNotImplemented)
		return
	case !isAddress(fields["email"]):
		l.showLoginAgain(w, r, next, failAddress)
		return
	}
	f, _ := l.stepCookies(r)
	if f == nil {
		f = &flow{Verifier: newVerifier()}
	}
	f.Method, f.Address, f.Next = method, fields["email"], next // with the verifier of links that were asked for before
	switch err := l.sendLink(r, f); {
	case errors.Is(err, failAddress):
		l.showLoginAgain(w, r, next, failAddress.because(err))
		return
	case err != nil:
		l.fail(w, r, err)
		return
	}
	l.setFlow(w, f)
	l.proceed(w, r, l.config.Prefix+"login?sent=1", l.sentPage(f))
}

// showLoginAgain shows the form for an address again, with what is wrong with the one that was entered.
func (l *Login) showLoginAgain(w http.ResponseWriter, r *http.Request, next string, f *failure) {
	l.reportFailure(r, f)
	l.show(w, r, f.on(l.loginPage(next)))
}

// isAddress reports whether text is an e-mail address alone.
func isAddress(text string) bool {
	if len(text) > 254 { // RFC 5321, section 4.5.3.1.3
		return false
	}
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}

func (l *Login) sendLink(r *http.Request, f *flow) error {
	var challenge *string
	if l.config.SameBrowser {
		challenge = new(f.challenge())
	}
	_, err := l.call(r, func(ctx context.Context) (*progress, error) {
		return nil, l.guard.product.login.sendLink(ctx, f.Address, l.callbackURL(), challenge)
	})
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return temporary(err)
	case apiErr.Code == stytcherror.CodeInvalidEmail || apiErr.Code == stytcherror.CodeInvalidEmailDomain:
		return failAddress.because(err)
	}
	switch status := stytcherror.HTTPStatus(err); {
	case apiErr.Code == stytcherror.CodeInactiveEmail, status == http.StatusForbidden, status == http.StatusNotFound:
		// It is about this address: the answer is the same as for others.
		l.guard.report(r.Context(), Event{Kind: EventDenied, Reason: ReasonPermission, Err: err, Pattern: r.Pattern})
		return nil
	case status == http.StatusTooManyRequests, apiErr.StatusCode == http.StatusNotImplemented:
		return failureOf(err, failLimit)
	}
	return temporary(err)
}

func (l *Login) callbackURL() string { return l.guard.config.Origin + l.config.Prefix + "callback" }

// discard revokes a session that nobody gets.
func (l *Login) discard(r *http.Request, p *progress) {
	if p.tokens.SessionToken == "" {
		return
	}
	c := credential{text: p.tokens.SessionToken}
	l.guard.remote.end(p.arrival.Principal.SessionID, c)
	if err := l.guard.revoke(r.Context(), c, true); err != nil {
		l.guard.report(r.Context(), Event{
			Kind: EventLogout, Principal: p.arrival.Principal, Err: err, Pattern: r.Pattern,
		})
	}
}

// admit asks OnLogin about somebody who has logged in. If that refuses or panics, the session is revoked.
func (l *Login) admit(r *http.Request, p *progress) (_ *progress, err error) {
	if p.arrival == nil || l.config.OnLogin == nil {
		return p, nil
	}
	isAdmitted := false
	defer func() {
		if !isAdmitted {
			l.discard(r, p)
		}
	}()
	err = l.config.OnLogin(r, p.arrival)
	if err == nil {
		isAdmitted = true
		return p, nil
	}
	if d, ok := errors.AsType[*Denial](err); ok && d != nil {
		return nil, d
	}
	return nil, failRefused.because(err)
}

// complete sets the cookies of a new session and leads back to where the login began. isFirst is false for a form that
// was sent again.
func (l *Login) complete(w http.ResponseWriter, r *http.Request, p *progress, isFirst bool, f *flow) {
	g, who := l.guard, p.arrival.Principal
	if g.remote.ended.hasSession(who.SessionID, g.now()) { // it was logged out since the form was sent first
		l.fail(w, r, failStep)
		return
	}
	if isFirst {
		g.remote.learn(p.tokens, who)
		g.replaceSession(w, r, p.tokens, who)
		g.report(r.Context(), Event{Kind: EventLogin, Principal: who, Pattern: r.Pattern})
	} else {
		g.setCookies(w, p.tokens)
		g.expireOtherScopes(w)
	}
	l.clearSteps(w, r)
	next := l.config.Home
	if f != nil && f.Next != "" && f.Next != "/" {
		next = f.Next
	}
	l.proceed(w, r, next, &Page{Name: "done", Next: next})
}
