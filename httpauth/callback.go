package httpauth

import (
	"context"
	"net/http"
	"strings"
)

// link is what the query or the form of a callback names.
type link struct{ tokenType, token string }

// check returns the method that a link is of, or a *failure.
func (l *Login) check(k link) (Method, error) {
	method, isKnown := l.guard.product.login.tokenTypes()[k.tokenType]
	switch {
	case !isKnown || !isToken(k.token):
		return "", failRequest
	case method == "":
		return "", failNotImplemented
	}
	return method, nil
}

// showCallback is where a link leads. It logs in if this browser has asked for the link. Otherwise it asks before that:
// so a link can be opened on another device, programs that scan mail spend none, and nobody is logged in as somebody
// else by a link.
func (l *Login) showCallback(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	k := link{query.Get("stytch_token_type"), query.Get("token")}
	method, err := l.check(k)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	f, _ := l.stepCookies(r)
	isBegun := f != nil && f.Method == method && f.Address != ""
	switch {
	case l.config.SameBrowser && !isBegun:
		l.fail(w, r, failBrowser)
	case isBegun && r.Method == http.MethodGet && !isPrefetch(r.Header):
		l.spend(w, r, k, f, f.Address)
	default:
		if f == nil && r.Method == http.MethodGet { // tells this browser's form from others
			l.setFlow(w, &flow{Verifier: newVerifier()})
		}
		l.show(w, r, &Page{
			Name: "confirm", Action: l.config.Prefix + "callback",
			Fields: map[string]string{"stytch_token_type": k.tokenType, "token": k.token},
		})
	}
}

// isPrefetch reports whether a browser loads a page that nobody has opened yet.
func isPrefetch(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"} {
		if v := strings.ToLower(h.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "preview") {
			return true
		}
	}
	return false
}

// postCallback is the form of the page that asks.
func (l *Login) postCallback(w http.ResponseWriter, r *http.Request) {
	fields, err := input(w, r)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	k := link{fields["stytch_token_type"], fields["token"]}
	method, err := l.check(k)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	f, _ := l.stepCookies(r)
	if l.config.SameBrowser && (f == nil || f.Method != method) {
		l.fail(w, r, failBrowser)
		return
	}
	l.spend(w, r, k, f, "")
}

// spend exchanges a link's token. If an address is given, the link must have been sent to it.
func (l *Login) spend(w http.ResponseWriter, r *http.Request, k link, f *flow, address string) {
	p, isFirst, err := l.onceFor(r, f, func() (*progress, error) {
		var verifier *string
		if l.config.SameBrowser {
			verifier = &f.Verifier
		}
		p, err := l.call(r, func(ctx context.Context) (*progress, error) {
			return l.guard.product.login.spendLink(ctx, k.token, verifier, l.guard.config.minutes())
		})
		if err != nil {
			return nil, failureOf(err, failLink)
		}
		if address != "" && !f.isFor(p.address) {
			l.discard(r, p)
			return nil, failOtherAddress
		}
		if p.arrival != nil {
			p.arrival.TokenType = k.tokenType
		}
		return l.admit(r, p)
	}, "callback", k.tokenType, k.token)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	if p.arrival != nil {
		l.complete(w, r, p, isFirst, f)
		return
	}
	l.choose(w, r, p, k.tokenType, f)
}

// onceFor does f once for a form, however often the browser sends it within ten seconds. Without a cookie that tells
// browsers apart, it does it each time.
func (l *Login) onceFor(
	r *http.Request, f *flow, do func() (*progress, error), parts ...string,
) (p *progress, isFirst bool, err error) {
	if f == nil {
		p, err = do()
		return p, true, err
	}
	return l.once.do(r.Context(), formKey(append(parts, f.Verifier)...), do)
}
