package b2b

import (
	"context"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

var errOtherProvider = ops.ErrOIDCInvalidCallbackRequest.Because(
	"The connection leads to another identity provider than when the login began.")

// flowAtCallback is the flow that has a state, if the connection of the path is the one that it is for.
func flowAtCallback(tx *engine.Tx, q query) (*state.SSOFlow, error) {
	given := q.Get("state")
	if given == "" {
		return nil, ops.ErrMissingOIDCStateParam
	}
	f := tx.SSOFlows.Get(given)
	if f == nil {
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("There is no login with this state.")
	}
	c := tx.SSOConnections.Get(f.ConnectionID)
	wanted := c.ID()
	if f.CallbackURL != "" {
		wanted = tx.Referred(c).ID()
	}
	switch {
	case wanted != tx.Param("connection_id"):
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The login with this state is by another connection.")
	case f.Used:
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The login with this state has ended: begin another one.")
	case !tx.Now.Before(f.ExpiresAt):
		return nil, ops.ErrExpiredOIDCResponse
	}
	return f, nil
}

// authorizeSSO takes the form of the built-in provider.
func authorizeSSO(tx *engine.Tx, q query) (*engine.Reply, error) {
	f, err := flowAtCallback(tx, q)
	if err != nil {
		return nil, err
	}
	if f.CallbackURL != "" {
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The login with this state is at an OIDC provider.")
	}
	choice, err := readChoice(tx)
	if err != nil {
		return nil, err
	}
	var p *idp.Person
	if !choice.Denied {
		var problem string
		mapping := tx.Referred(tx.SSOConnections.Get(f.ConnectionID)).AttributeMapping()
		if p, problem = hosted.ParseSSOPerson(choice.Email, choice.Value, mapping); problem != "" {
			return ssoChooser(tx, tx.SSOConnections.Get(f.ConnectionID), f, choice.Email, choice.Value, problem)
		}
	}
	useFlow(tx, f)
	if choice.Denied {
		return ssoRedirects.refuseDenied(tx, f.LoginRedirectURL)
	}
	return endPlayed(tx, f, p)
}

// endPlayed ends a login at the built-in provider. For an OIDC connection that gives tokens too, of which the ID token
// is signed outside of the transaction, with the project's key.
func endPlayed(tx *engine.Tx, f *state.SSOFlow, p *idp.Person) (*engine.Reply, error) {
	c := tx.Referred(tx.SSOConnections.Get(f.ConnectionID)).OIDC
	if c == nil {
		return endSSO(tx, f, p, nil)
	}
	const lifetime = time.Hour
	tokens := &idp.Tokens{
		AccessToken: tx.Token(), Scope: c.CustomScopes, ExpiresIn: idp.Seconds(lifetime / time.Second),
	}
	if slices.Contains(strings.Fields(c.CustomScopes), "offline_access") {
		tokens.RefreshToken = tx.Token()
	}
	signed := sign.Signer(tx.Tx, sign.Claims{
		"iss": c.Issuer, "sub": p.Subject, "aud": c.ClientID, "email": p.Email, "email_verified": true,
		"iat": tx.Now.Unix(), "exp": tx.Now.Add(lifetime).Unix(),
	})
	return nil, engine.Outside(
		func(context.Context) (err error) {
			tokens.IDToken, err = signed()
			return err
		},
		func(tx *engine.Tx) (*engine.Reply, error) { return endSSO(tx, f, p, tokens) })
}

// useFlow notes that a login has ended.
func useFlow(tx *engine.Tx, f *state.SSOFlow) {
	used := *f
	used.Used = true
	tx.SSOFlows.Put(&used)
}

// endOIDC takes the answer of an OIDC provider: it exchanges the code for tokens, outside of the transaction.
func endOIDC(tx *engine.Tx, q query) (*engine.Reply, error) {
	f, err := flowAtCallback(tx, q)
	if err != nil {
		return nil, err
	}
	c := tx.Referred(tx.SSOConnections.Get(f.ConnectionID)).OIDC
	switch {
	case f.CallbackURL == "" || c == nil:
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The login with this state is not at an OIDC provider.")
	case f.Issuer != c.Issuer || f.TokenURL != c.TokenURL: // another one must not get the code (RFC 9700, section 4.4)
		return nil, errOtherProvider
	case !mayAsk(tx, c):
		return nil, ops.ErrOIDCAuthCodeError.Because("%s", errRemote.Text)
	}
	if err := checkFlowCookie(tx.Request(), f); err != nil {
		return nil, err
	}
	if issuer := q.Get("iss"); issuer != "" && issuer != c.Issuer { // RFC 9207
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The parameter iss is not the issuer of the connection.")
	}
	if code := q.Get("error"); code != "" {
		useFlow(tx, f)
		return ssoRedirects.refuse(tx, f.LoginRedirectURL, code, q.Get("error_description"))
	}
	code := q.Get("code")
	if code == "" {
		return nil, ops.ErrOIDCInvalidCallbackRequest.Because("The parameter code is missing.")
	}
	useFlow(tx, f)
	var person *idp.Person
	var tokens *idp.Tokens
	return nil, engine.Outside(
		func(ctx context.Context) error {
			var claims map[string]any
			var err error
			if tokens, claims, err = loginAt(c, f).Exchange(ctx, code); err != nil {
				return err
			}
			person, err = idp.PersonOf(claims, c.AttributeMapping)
			return err
		},
		func(tx *engine.Tx) (*engine.Reply, error) { return endSSO(tx, f, person, tokens) })
}

// checkFlowCookie checks that the browser is the one that has begun a login.
func checkFlowCookie(r *http.Request, f *state.SSOFlow) error {
	cookie, err := r.Cookie(cookiePrefix + f.State)
	switch {
	case err != nil:
		return ops.ErrMissingOIDCCSRFCookie
	case subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(f.Cookie)) != 1:
		return ops.ErrOIDCCSRFCookieMismatch
	}
	return nil
}

// endSSO leads the browser of a person who has logged in back with a token, to where it belongs now: what was
// configured may have changed since the login began. The tokens are those of an OIDC provider, nil for SAML.
func endSSO(tx *engine.Tx, f *state.SSOFlow, p *idp.Person, tokens *idp.Tokens) (*engine.Reply, error) {
	c := tx.SSOConnections.Get(f.ConnectionID)
	if c == nil || tx.Referred(c) == nil {
		return nil, ops.ErrSSOConnectionNotFound
	}
	if f.Issuer != tx.Referred(c).Issuer() {
		return nil, errOtherProvider
	}
	t := &state.SSOToken{
		Token: tx.Token(), ConnectionID: f.ConnectionID, Email: p.Email, Name: p.Name, Challenge: f.Challenge,
		ExpiresAt: tx.Now.Add(flowTokenLifetime),
		Account: state.Registration{
			Provider: tx.SSOProvider(c), ConnectionID: f.ConnectionID, Issuer: f.Issuer, Subject: p.Subject,
			Attributes: p.Attributes, Groups: p.Groups,
		},
	}
	if tokens != nil {
		setTokens(tx, &t.Account, tokens)
	}
	lead, to := ssoRedirects.signup, &f.SignupRedirectURL
	if login.KnowsSSO(tx.Tx, tx.Organizations.Get(c.Summary().OrganizationID), t) {
		lead, to = ssoRedirects.login, &f.LoginRedirectURL
	}
	target, err := lead(tx, to)
	if err != nil {
		return nil, err
	}
	tx.SSOTokens.Put(t)
	return engine.Redirect(factor.WithToken(target, shared.TokenTypeSSO, t.Token)), nil
}

// setTokens stores the tokens of an OIDC provider in a new account.
func setTokens(tx *engine.Tx, r *state.Registration, tokens *idp.Tokens) {
	r.IDToken, r.AccessToken, r.RefreshToken = tokens.IDToken, tokens.AccessToken, tokens.RefreshToken
	if lifetime := tokens.Lifetime(); lifetime > 0 {
		r.AccessTokenExpiresAt = tx.Now.Add(lifetime)
	}
	if list := strings.Fields(tokens.Scope); len(list) > 0 {
		r.Scopes = list[:min(len(list), state.MaxEntries)]
	}
}
