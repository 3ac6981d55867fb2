package b2b

import (
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Lifetimes of logins by OAuth and SSO. Unverified: the API's.
const (
	// flowLifetime is how long somebody may take to choose an account.
	flowLifetime = 10 * time.Minute
	// flowTokenLifetime is how long the token that a login ends with can be authenticated.
	flowTokenLifetime = 10 * time.Minute
)

// browserRoute binds a handler to an endpoint for browsers, which shows errors as a page.
func browserRoute(
	info *ops.Info, project engine.Finder, run func(*engine.Tx, query) (*engine.Reply, error),
) engine.Route {
	return engine.Endpoint{
		Info: info, Project: project, Failure: hosted.Failure,
		Run: func(tx *engine.Tx) (*engine.Reply, error) {
			q, err := readQuery(tx)
			if err != nil {
				return nil, err
			}
			return run(tx, q)
		},
	}.Route()
}

// query are the parameters of a URL for browsers. An empty one is as if absent.
type query struct{ url.Values }

// readQuery reads the query of a request, in which no parameter occurs twice. Unknown ones are ignored, as browsers and
// their libraries add some.
func readQuery(tx *engine.Tx) (query, error) {
	values, err := tx.Query()
	if err != nil {
		return query{}, err
	}
	if !state.IsUTF8(values) {
		return query{}, ops.ErrBadRequest.Because("The query is malformed.")
	}
	for name, list := range values {
		if len(list) > 1 {
			return query{}, ops.ErrBadRequest.Because("The parameter %.128q occurs twice.", name)
		}
	}
	return query{values}, nil
}

// given is a parameter, nil if it is absent.
func (q query) given(name string) *string {
	if value := q.Get(name); value != "" {
		return &value
	}
	return nil
}

// provider is a parameter for the provider.
func (q query) provider(name string) string { return q.Get("provider_" + name) }

// checkPerson refuses parameters for the provider that are none of the fields which describe a person.
func (q query) checkPerson(fields []hosted.Field) error {
	for parameter := range q.Values {
		name, isForProvider := strings.CutPrefix(parameter, "provider_")
		if isForProvider && !slices.ContainsFunc(fields, func(f hosted.Field) bool { return f.Name == name }) {
			return ops.ErrBadRequest.Because("There is no parameter %.128q.", parameter)
		}
	}
	return nil
}

// challenge is the PKCE challenge, empty if there is none.
func (q query) challenge() (string, error) {
	given := q.given("pkce_code_challenge")
	return state.Text(given), factor.CheckChallenge(given)
}

// maxScopes bounds the scopes that a login asks for besides those that it needs.
const maxScopes = 100

// customScopeForm is that of a provider's scope (RFC 6749, section 3.3), which may be longer than one of the project.
var customScopeForm = regexp.MustCompile(`^[!#-\[\]-~]{1,256}$`)

// customScopes are the scopes that a login asks for besides those that it needs.
func (q query) customScopes() ([]string, error) {
	custom := strings.Fields(q.Get("custom_scopes"))
	isNone := func(scope string) bool { return !customScopeForm.MatchString(scope) }
	if len(custom) > maxScopes || slices.ContainsFunc(custom, isNone) {
		return nil, ops.ErrOAuthInvalidScopeRequested
	}
	return custom, nil
}

// redirects are the errors for redirect URLs of a kind of login: that of a member, that of somebody who becomes one,
// and one that is not registered.
type redirects struct{ badLogin, badSignup, unregistered *ops.Error }

// login is where a login of a member leads.
func (r redirects) login(tx *engine.Tx, given *string) (*url.URL, error) {
	return factor.CheckRedirectURL(tx.Tx, given, r.badLogin, r.unregistered)
}

// signup is where a login of somebody leads who becomes a member.
func (r redirects) signup(tx *engine.Tx, given *string) (*url.URL, error) {
	return factor.CheckRedirectURL(tx.Tx, given, r.badSignup, r.unregistered)
}

// read checks both redirect URLs of a start URL, and returns them, or the project's default for one that is absent.
func (r redirects) read(tx *engine.Tx, q query) (login, signup string, err error) {
	givenLogin, givenSignup := q.given("login_redirect_url"), q.given("signup_redirect_url")
	if _, err := r.login(tx, givenLogin); err != nil {
		return "", "", err
	}
	if _, err := r.signup(tx, givenSignup); err != nil {
		return "", "", err
	}
	return factor.RedirectURL(tx.Tx, givenLogin), factor.RedirectURL(tx.Tx, givenSignup), nil
}

// refuse leads a browser back to where a member is led, with an error of OAuth2 (RFC 6749, section 4.1.2.1).
func (r redirects) refuse(tx *engine.Tx, loginURL, code, description string) (*engine.Reply, error) {
	target, err := r.login(tx, &loginURL)
	if err != nil {
		return nil, err
	}
	return engine.Redirect(factor.WithQuery(target, map[string]string{
		"error": code, "error_description": description,
	})), nil
}

// refuseDenied is refuse for somebody who has denied the login on the provider's page.
func (r redirects) refuseDenied(tx *engine.Tx, loginURL string) (*engine.Reply, error) {
	return r.refuse(tx, loginURL, "access_denied", "The person has denied the login.")
}

// readChoice reads the form of a provider's page.
func readChoice(tx *engine.Tx) (*hosted.Choice, error) {
	form, err := tx.Form()
	if err != nil {
		return nil, err
	}
	return hosted.ParseChoice(form)
}

// maxOffered bounds the addresses that a provider's page offers.
const maxOffered = 20

// offered are the addresses that a provider's page offers: those of the oldest members.
func offered(members iter.Seq2[uint64, *state.Member]) []string {
	var emails []string
	for _, m := range members {
		if len(emails) == maxOffered {
			break
		}
		if !m.IsDeleted() && !slices.Contains(emails, m.EmailAddress) {
			emails = append(emails, m.EmailAddress)
		}
	}
	return emails
}
