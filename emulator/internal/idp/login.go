package idp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Login is a login at an OIDC provider.
type Login struct {
	Connection *sso.OIDCConnection
	// CallbackURL is where the provider leads. State, Nonce and Verifier, that of PKCE, are random texts.
	CallbackURL, State, Nonce, Verifier string
}

// URL is where a browser begins the login (OpenID Connect Core 1.0, section 3.1.2.1). The hint may be empty.
func (l *Login) URL(scopes []string, hint string) (string, error) {
	u, err := state.ParseRedirectURL(l.Connection.AuthorizationURL)
	if err != nil {
		return "", err
	}
	query := u.Query()
	for name, value := range map[string]string{
		"client_id": l.Connection.ClientID, "redirect_uri": l.CallbackURL, "response_type": "code",
		"scope": strings.Join(scopes, " "), "state": l.State, "nonce": l.Nonce,
		"code_challenge": state.Challenge(l.Verifier), "code_challenge_method": "S256",
	} {
		query.Set(name, value)
	}
	if hint != "" {
		query.Set("login_hint", hint)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Tokens are what a provider's token endpoint answers with.
type Tokens struct {
	IDToken      string `json:"id_token"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
	TokenType    string `json:"token_type"`
	// ExpiresIn is how many seconds the access token is valid, 0 if the provider does not say that.
	ExpiresIn Seconds `json:"expires_in"`
}

// Seconds are a number. Some providers send it as text.
type Seconds int

var errSeconds = errors.New("expires_in is not a number of seconds")

// UnmarshalJSON takes an integer, as a number or as text.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(data), `"`))
	if err != nil && string(data) != "null" {
		return errSeconds
	}
	*s = Seconds(n)
	return nil
}

// maxExpiry bounds how long an access token is valid.
const maxExpiry = 10 * 365 * 24 * time.Hour

// Lifetime is how long the access token is valid, 0 if the provider does not say that.
func (t *Tokens) Lifetime() time.Duration {
	return time.Duration(max(0, min(t.ExpiresIn, Seconds(maxExpiry/time.Second)))) * time.Second
}

// Exchange exchanges a code for tokens, verifies the ID token, and asks who the person is. It returns the tokens and
// the claims of the ID token and of the userinfo endpoint, of which the latter count.
func (l *Login) Exchange(ctx context.Context, code string) (*Tokens, map[string]any, error) {
	tokens, err := askTokens(ctx, l.Connection, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {l.CallbackURL},
		"code_verifier": {l.Verifier},
	})
	if err != nil {
		return nil, nil, err
	}
	keys, err := fetchKeys(ctx, l.Connection.JWKSURL)
	if err != nil {
		return nil, nil, ops.ErrOIDCInvalidIDToken.Because("The provider's keys cannot be used: %v.", err)
	}
	claims, err := l.verify(tokens.IDToken, keys)
	if err != nil {
		return nil, nil, ops.ErrOIDCInvalidIDToken.Because("The ID token is refused: %v.", err)
	}
	info, err := l.userInfo(ctx, tokens.AccessToken)
	if err != nil {
		return nil, nil, err
	}
	if info["sub"] != claims["sub"] {
		return nil, nil, ops.ErrOIDCResponseSubjectMismatch
	}
	return tokens, merged(claims, info, claimOf(l.Connection.AttributeMapping, "email", "email")), nil
}

// merged are the claims of an ID token and of the userinfo, of which the latter count. Whether the address is verified
// is what the document says that the address is of, or else one with the same address.
func merged(token, info map[string]any, email string) map[string]any {
	of, other := token, info
	if _, has := info[email]; has {
		of, other = info, token
	}
	verified, has := of[emailVerified]
	if !has && text(other[email]) == text(of[email]) {
		verified, has = other[emailVerified]
	}
	claims := maps.Clone(token)
	maps.Copy(claims, info)
	delete(claims, emailVerified)
	if has {
		claims[emailVerified] = verified
	}
	return claims
}

// askTokens asks the token endpoint, with the client's secret in the header (RFC 6749, section 2.3.1).
func askTokens(ctx context.Context, c *sso.OIDCConnection, form url.Values) (*Tokens, error) {
	credentials := url.QueryEscape(c.ClientID) + ":" + url.QueryEscape(c.ClientSecret)
	body, err := send(ctx, http.MethodPost, c.TokenURL, http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))},
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"Accept":        {"application/json"},
	}, strings.NewReader(form.Encode()))
	if refused, ok := errors.AsType[*statusError](err); ok && refused.oauth != "" {
		err = fmt.Errorf("%w, and the error %s", err, refused.oauth)
	}
	if err != nil {
		return nil, ops.ErrOIDCAuthCodeError.Because("The token endpoint gives no tokens: %v.", err)
	}
	tokens := &Tokens{}
	err = json.Unmarshal(body, tokens)
	switch {
	case errors.Is(err, errSeconds):
		return nil, ops.ErrOIDCAuthCodeError.Because("The response of the token endpoint is refused: %v.", errSeconds)
	case err != nil || tokens.AccessToken == "":
		return nil, ops.ErrOIDCAuthCodeError.Because("The response of the token endpoint is not one with tokens.")
	case !strings.EqualFold(tokens.TokenType, "Bearer"): // OpenID Connect Core 1.0, section 3.1.3.3
		return nil, ops.ErrOIDCAuthCodeError.Because("The token_type is not Bearer.")
	case len(tokens.Scope) > state.MaxText:
		return nil, ops.ErrOIDCAuthCodeError.Because("The scope is longer than %d bytes.", state.MaxText)
	case max(len(tokens.IDToken), len(tokens.AccessToken), len(tokens.RefreshToken)) > state.MaxToken:
		return nil, ops.ErrOIDCAuthCodeError.Because("A token is longer than %d bytes.", state.MaxToken)
	}
	return tokens, nil
}

// userInfo asks who the person is (OpenID Connect Core 1.0, section 5.3).
func (l *Login) userInfo(ctx context.Context, accessToken string) (map[string]any, error) {
	body, err := get(ctx, l.Connection.UserinfoURL, bearer(accessToken))
	if err != nil {
		return nil, ops.ErrOIDCInvalidUserinfo.Because("The userinfo endpoint cannot be used: %v.", err)
	}
	info, err := ParseObject(body)
	if err != nil {
		return nil, ops.ErrOIDCInvalidUserinfo.Because("The userinfo is refused: %v.", err)
	}
	return info, nil
}
