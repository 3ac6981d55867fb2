package project

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// refreshTokenLifetime is how long a refresh token works. Unverified: the API's.
const refreshTokenLifetime = 365 * 24 * time.Hour

var errNoApp = ops.ErrUnauthorizedClient.Because("An M2M client acts for itself, not for a member.")

// redeemAuthorizationCode issues tokens for an authorization code, once: whatever is wrong with the request, no other
// one gets tokens for the code, and a code that is sent again revokes the tokens that it was redeemed for.
func redeemAuthorizationCode(tx *engine.Tx, c *oauthClient, form engine.Form) (*tokenResponse, error) {
	if c.app == nil {
		return nil, errNoApp
	}
	if form["code"] == "" {
		return nil, ops.ErrInvalidRequest.Because("The parameter code is missing.")
	}
	code, a := tx.AppToken(state.AuthorizationCode, form["code"])
	switch {
	case !a.Owned(c.app):
		return nil, ops.ErrIDPAuthCodeNotFound
	case a.Revoked:
		return nil, ops.ErrConnectedAppConsentRevoked
	case code.Used:
		tx.DeleteAuthorization(a.ID)
		return nil, ops.ErrIDPAuthCodeNotFound.Because(
			"The code was used before, if only by a request that was refused. What tokens it gave are revoked.",
		).Committed()
	case !tx.Now.Before(code.ExpiresAt):
		return nil, ops.ErrIDPAuthCodeExpired
	}
	used := *code
	used.Used = true
	tx.AppTokens.Put(&used)
	if form["redirect_uri"] != a.RedirectURI {
		return nil, ops.ErrInvalidGrant.Because(
			"redirect_uri is not that of the authorization request.").Committed()
	}
	if bad, is := errors.AsType[*ops.Error](checkVerifier(a.Challenge, form["code_verifier"])); is {
		return nil, bad.Committed()
	}
	return issueForMember(tx, c.app, a, a.Scopes, a.Nonce)
}

// checkVerifier compares a code verifier with the challenge of the authorization request. Without a challenge there
// must be no verifier: an app that sends one believes that the code is protected.
func checkVerifier(challenge, verifier string) error {
	return cmp.Or(factor.CheckVerifier(&verifier), factor.CheckPKCE(challenge, &verifier))
}

// redeemRefreshToken issues tokens for a refresh token, which the next one replaces. One that was replaced before has
// been stolen from somebody: it ends the authorization (RFC 9700, section 4.14.2).
func redeemRefreshToken(tx *engine.Tx, c *oauthClient, form engine.Form) (*tokenResponse, error) {
	if c.app == nil {
		return nil, errNoApp
	}
	if form["refresh_token"] == "" {
		return nil, ops.ErrInvalidRequest.Because("The parameter refresh_token is missing.")
	}
	token, a := tx.AppToken(state.RefreshToken, form["refresh_token"])
	switch {
	case !a.Owned(c.app):
		return nil, ops.ErrIDPRefreshTokenNotFound
	case a.Revoked:
		return nil, ops.ErrConnectedAppConsentRevoked
	case token.Used:
		tx.DeleteAuthorization(a.ID)
		return nil, ops.ErrIDPRefreshTokenAlreadyUsed.Because(
			"The refresh token was used before. The tokens of its authorization are revoked.").Committed()
	case !tx.Now.Before(token.ExpiresAt):
		return nil, ops.ErrIDPRefreshTokenExpired
	}
	scopes := a.Scopes
	if asked := scopesOf(form); len(asked) > 0 {
		if !contains(a.Scopes, asked) {
			return nil, ops.ErrInvalidScope.Because("One of the scopes was not granted.")
		}
		scopes = asked
	}
	used := *token
	used.Used = true
	tx.AppTokens.Put(&used)
	return issueForMember(tx, c.app, a, scopes, "")
}

// issueForMember issues the tokens of an authorization that some of its scopes are for.
func issueForMember(
	tx *engine.Tx, app *state.ConnectedApp, a *state.Authorization, scopes []string, nonce string,
) (*tokenResponse, error) {
	org, m := tx.Organizations.Get(a.OrganizationID), tx.Members.Get(a.MemberID)
	if m.IsDeleted() || !org.Admits(app) {
		return nil, ops.ErrInvalidGrant.Because("The app has no access to the member.")
	}
	scopes = login.StillGrantable(tx.Tx, m, app, state.Distinct(scopes))
	if len(scopes) == 0 {
		return nil, ops.ErrInvalidScope.Because("The member can grant none of the scopes any more.")
	}
	resp := &tokenResponse{
		ExpiresIn: int(sign.AccessTokenLifetime(app).Seconds()), Scope: strings.Join(scopes, " "),
	}
	access := sign.AccessToken{
		ID: tx.ID("access-token"), App: app, Org: org, MemberID: m.MemberID, Scopes: scopes, Resources: a.Resources,
	}
	keep := func(kind state.AppTokenKind, token string, lifetime time.Duration) {
		tx.AppTokens.Put(&state.AppToken{
			Token: token, Kind: kind, AuthorizationID: a.ID, ExpiresAt: tx.Now.Add(lifetime),
		})
	}
	keep(state.AccessToken, access.ID, sign.AccessTokenLifetime(app))
	access.Sign(tx.Tx, &resp.AccessToken)
	if slices.Contains(a.Scopes, state.OfflineAccess) {
		resp.RefreshToken = tx.Token()
		keep(state.RefreshToken, resp.RefreshToken, refreshTokenLifetime)
	}
	if slices.Contains(scopes, state.OpenID) {
		person := login.Person(tx.Tx, m, a, scopes)
		if nonce != "" {
			person["nonce"] = nonce
		}
		sign.IDToken(tx.Tx, issuer(tx), app, person, &resp.IDToken)
	}
	return resp, nil
}
