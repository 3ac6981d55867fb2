package b2b

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// foreignSessionRoutes make sessions from what others have issued.
func foreignSessionRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BSessionsExchangeAccessToken, exchangeAccessToken),
		engine.Handle(ops.B2BSessionsAttest, attestSession),
		engine.Handle(ops.B2BSessionsMigrate, migrateSession),
	}
}

// maxAccessTokenAge is how old an access token may be that is exchanged for a session.
const maxAccessTokenAge = 5 * time.Minute

// exchangeAccessToken gives a session for an access token of a Connected App, once. The member must have authorized the
// app by a session, which may have ended since.
func exchangeAccessToken(
	tx *engine.Tx, req *sessions.ExchangeAccessTokenRequest,
) (*sessions.ExchangeAccessTokenResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
	})
	if err != nil {
		return nil, err
	}
	access, err := login.FindAccess(tx.Tx, req.AccessToken)
	if err != nil {
		return nil, err
	}
	token := access.Token
	l.Org, l.Member = access.Org, access.Member
	switch {
	case !slices.Contains(token.Scopes, state.FullAccess):
		return nil, ops.ErrOAuthAccessTokenExchangeMissingFullAccess
	case tx.Now.Sub(token.IssuedAt) > maxAccessTokenAge:
		return nil, ops.ErrOAuthAccessTokenExchangeTokenTooOld
	case access.Authorization != nil && !access.Authorization.BySession:
		return nil, ops.ErrIDPAccessTokenCouldNotBeExchanged
	case !tx.UseToken(req.AccessToken, token.ExpiresAt):
		return nil, ops.ErrOAuthAccessTokenExchangeTokenInvalidGrant
	}
	l.Factors = []login.Factor{factor.AccessToken(tx.Tx, token.ClientID)}
	r, err := login.CompleteAnyway(tx.Tx, l)
	if err != nil {
		return nil, err
	}
	return loggedIn[sessions.ExchangeAccessTokenResponse](tx, r), nil
}

// attestSession gives a session for a token of an issuer that the project trusts. Unverified: that a token can be used
// again until it expires.
func attestSession(tx *engine.Tx, req *sessions.AttestRequest) (*sessions.AttestResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
	})
	if err != nil {
		return nil, err
	}
	profile, err := trustedTokenProfile(tx, req.ProfileID)
	if err != nil {
		return nil, err
	}
	var token *sign.TrustedAuthToken
	now := tx.Now
	return nil, engine.Outside(func(context.Context) (err error) {
		token, err = sign.VerifyTrustedAuthToken(now, profile, req.Token)
		return err
	}, func(tx *engine.Tx) (*sessions.AttestResponse, error) {
		again, err := trustedTokenProfile(tx, req.ProfileID)
		switch {
		case err != nil:
			return nil, err
		case !reflect.DeepEqual(again, profile):
			return nil, ops.ErrInvalidTrustedAuthToken.Because("The profile has changed meanwhile.")
		}
		return logInByToken(tx, l, req.OrganizationID, profile, token)
	})
}

// logInByToken logs in whom a token of another issuer names.
func logInByToken(
	tx *engine.Tx, l *login.Login, organizationID *string,
	profile *state.TrustedTokenProfile, token *sign.TrustedAuthToken,
) (*sessions.AttestResponse, error) {
	org, err := attestedOrganization(tx, organizationID, profile, token)
	if err != nil {
		return nil, err
	}
	m, err := attestedMember(tx, org, profile, token)
	if err != nil {
		return nil, err
	}
	if err := l.Prove(tx.Tx, m, factor.TrustedAuthToken(tx.Tx, token.ID)); err != nil {
		return nil, err
	}
	r, err := login.CompleteAnyway(tx.Tx, l)
	if err != nil {
		return nil, err
	}
	resp := loggedIn[sessions.AttestResponse](tx, r)
	resp.MemberSession = *r.MemberSession
	return resp, nil
}

func trustedTokenProfile(tx *engine.Tx, id string) (*state.TrustedTokenProfile, error) {
	profiles := tx.Settings().TrustedTokenProfiles
	i := slices.IndexFunc(profiles, func(p state.TrustedTokenProfile) bool { return p.ProfileID == id })
	if i < 0 {
		return nil, ops.ErrTrustedTokenProfileNotFound
	}
	return &profiles[i], nil
}

// attestedOrganization is the organization of the request or, without one, of the token. If both name one, it must be
// the same. A token by which people become members must name one.
func attestedOrganization(
	tx *engine.Tx, id *string, profile *state.TrustedTokenProfile, token *sign.TrustedAuthToken,
) (*state.Organization, error) {
	if !token.HasOrganization && (!state.Given(id) || profile.CreatesMembers) {
		return nil, ops.ErrTokenMissingOrganizationIDClaim
	}
	org, err := login.FindOrganization(tx.Tx, cmp.Or(state.Text(id), token.OrganizationID))
	switch {
	case err != nil && !state.Given(id):
		return nil, ops.ErrInvalidTokenOrganizationIDClaim
	case err != nil:
		return nil, err
	case token.HasOrganization && tx.FindOrganization(token.OrganizationID) != org:
		return nil, ops.ErrInvalidTokenOrganizationIDClaim
	}
	return org, nil
}

// attestedMember is the member with the token's address, a new one if the profile allows that.
func attestedMember(
	tx *engine.Tx, org *state.Organization, profile *state.TrustedTokenProfile, token *sign.TrustedAuthToken,
) (*state.Member, error) {
	email, err := state.Email(token.Email)
	if err != nil {
		return nil, ops.ErrInvalidTrustedAuthToken.Because("The token has no e-mail address.")
	}
	if m := tx.MemberByEmail(org.OrganizationID, email); m != nil {
		return m, nil
	}
	if !profile.CreatesMembers {
		return nil, ops.ErrMemberNotFound
	}
	if err := login.CheckEmail(tx.Tx, org.OrganizationID, "", email); err != nil {
		return nil, err
	}
	return tx.NewMember(org.OrganizationID, email), nil
}

// migrateSession gives a session to the person whom another provider names for its token.
func migrateSession(tx *engine.Tx, req *sessions.MigrateRequest) (*sessions.MigrateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
	})
	if err != nil {
		return nil, err
	}
	if req.SessionToken == "" {
		return nil, ops.ErrBadRequest.Because("The parameter session_token is missing.")
	}
	if _, err := login.FindOrganization(tx.Tx, req.OrganizationID); err != nil {
		return nil, err
	}
	url := tx.Settings().UserInfoURL
	if url == "" {
		return nil, ops.ErrInvalidUserinfoURL.Because("The project has no userinfo URL.")
	}
	var email string
	return nil, engine.Outside(
		func(ctx context.Context) (err error) {
			email, err = fetchEmail(ctx, url, req.SessionToken)
			return err
		},
		func(tx *engine.Tx) (*sessions.MigrateResponse, error) {
			if l.Org, err = login.FindOrganization(tx.Tx, req.OrganizationID); err != nil {
				return nil, err
			}
			if l.Member = tx.MemberByEmail(l.Org.OrganizationID, email); l.Member == nil {
				return nil, ops.ErrMemberNotFound
			}
			l.Factors = []login.Factor{factor.Imported(tx.Tx)}
			r, err := login.CompleteAnyway(tx.Tx, l)
			if err != nil {
				return nil, err
			}
			return loggedIn[sessions.MigrateResponse](tx, r), nil
		})
}

// fetchEmail asks a userinfo URL for the address of the person whose token it is. Unverified: that one which the
// provider has not verified is refused.
func fetchEmail(ctx context.Context, url, token string) (string, error) {
	info, err := idp.UserInfo(ctx, url, token)
	if err != nil {
		return "", ops.ErrMigrateFromExternalUnexpectedResponse.Because("The userinfo cannot be used: %v.", err)
	}
	email, _ := info["email"].(string)
	if email == "" {
		return "", ops.ErrMigrateFromExternalMissingUserinfo
	}
	if verified, given := info["email_verified"]; given && verified != true && verified != "true" {
		return "", ops.ErrMigrateFromExternalMissingUserinfo.Because("email_verified is not true.")
	}
	return email, nil
}
