package b2b

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/oauthproviders"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func memberProviderRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOrganizationsMembersOIDCProviders, oidcProviders),
		engine.Handle(ops.B2BOrganizationsMembersOAuthProvidersGoogle, googleProvider),
		engine.Handle(ops.B2BOrganizationsMembersOAuthProvidersMicrosoft, microsoftProvider),
		engine.Handle(ops.B2BOrganizationsMembersOAuthProvidersSlack, slackProvider),
		engine.Handle(ops.B2BOrganizationsMembersOAuthProvidersHubSpot, hubSpotProvider),
		engine.Handle(ops.B2BOrganizationsMembersOAuthProvidersGitHub, gitHubProvider),
	}
}

// accountsAt returns a member's accounts at a provider, oldest first, at least one. Access tokens that have expired are
// renewed, which takes a refresh token.
func accountsAt(tx *engine.Tx, organizationID, memberID, provider string) ([]*state.Registration, error) {
	_, m, err := findMember(tx, organizationID, memberID)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(tx.RegistrationsOf(m.MemberID), func(r *state.Registration) bool {
		return r.Provider != provider
	})
	notFound, noRefreshToken := ops.ErrMemberOAuthTokenNotFound, ops.ErrMissingOAuthRefreshToken
	if provider == state.ProviderOIDC {
		notFound, noRefreshToken = ops.ErrMemberOIDCTokenNotFound, ops.ErrMissingOIDCRefreshToken
	}
	if len(list) == 0 {
		return nil, notFound
	}
	for i, r := range list {
		switch {
		case r.AccessToken == "" || r.AccessTokenExpiresAt.IsZero() || tx.Now.Before(r.AccessTokenExpiresAt):
		case r.RefreshToken == "":
			return nil, noRefreshToken
		default:
			renewed := *r
			renewed.AccessToken = tx.Token()
			renewed.AccessTokenExpiresAt = tx.Now.Add(hosted.AccessTokenLifetime(provider))
			tx.Registrations.Put(&renewed)
			list[i] = &renewed
		}
	}
	return list, nil
}

// newestAccount returns the account of a member that was made last.
func newestAccount(tx *engine.Tx, organizationID, memberID, provider string) (*state.Registration, error) {
	list, err := accountsAt(tx, organizationID, memberID, provider)
	if err != nil {
		return nil, err
	}
	return list[len(list)-1], nil
}

// remaining is how long an access token is still valid, in seconds.
func remaining(tx *engine.Tx, r *state.Registration) int {
	return max(0, int(r.AccessTokenExpiresAt.Sub(tx.Now)/time.Second))
}

// refreshToken is the refresh token if it was asked for.
func refreshToken(r *state.Registration, include *bool) string {
	if !isTrue(include) {
		return ""
	}
	return r.RefreshToken
}

func oidcProviders(tx *engine.Tx, req *members.OIDCProvidersRequest) (*members.OIDCProvidersResponse, error) {
	list, err := accountsAt(tx, req.OrganizationID, req.MemberID, state.ProviderOIDC)
	resp := &members.OIDCProvidersResponse{}
	for _, r := range list {
		resp.Registrations = append(resp.Registrations, organizations.OIDCProviderInfo{
			ProviderSubject: r.Subject, IDToken: r.IDToken, AccessToken: r.AccessToken,
			AccessTokenExpiresIn: remaining(tx, r), Scopes: r.Scopes, ConnectionID: r.ConnectionID,
			RefreshToken: refreshToken(r, req.IncludeRefreshToken),
		})
	}
	return resp, err
}

func googleProvider(tx *engine.Tx, req *oauthproviders.GoogleRequest) (*oauthproviders.GoogleResponse, error) {
	r, err := newestAccount(tx, req.OrganizationID, req.MemberID, state.ProviderGoogle)
	if err != nil {
		return nil, err
	}
	return &oauthproviders.GoogleResponse{
		ProviderType: login.ProviderTypes[r.Provider], ProviderSubject: r.Subject, IDToken: r.IDToken, Scopes: r.Scopes,
		AccessToken: r.AccessToken, AccessTokenExpiresIn: remaining(tx, r),
		RefreshToken: refreshToken(r, req.IncludeRefreshToken),
	}, nil
}

func microsoftProvider(
	tx *engine.Tx, req *oauthproviders.MicrosoftRequest,
) (*oauthproviders.MicrosoftResponse, error) {
	r, err := newestAccount(tx, req.OrganizationID, req.MemberID, state.ProviderMicrosoft)
	if err != nil {
		return nil, err
	}
	return &oauthproviders.MicrosoftResponse{
		ProviderType: login.ProviderTypes[r.Provider], ProviderSubject: r.Subject, IDToken: r.IDToken, Scopes: r.Scopes,
		AccessToken: r.AccessToken, AccessTokenExpiresIn: remaining(tx, r),
		RefreshToken: refreshToken(r, req.IncludeRefreshToken),
	}, nil
}

func slackProvider(tx *engine.Tx, req *oauthproviders.SlackRequest) (*oauthproviders.SlackResponse, error) {
	list, err := accountsAt(tx, req.OrganizationID, req.MemberID, state.ProviderSlack)
	resp := &oauthproviders.SlackResponse{ProviderType: login.ProviderTypes[state.ProviderSlack]}
	for _, r := range list {
		resp.Registrations = append(resp.Registrations, organizations.SlackProviderInfo{
			ProviderSubject: r.Subject, ProviderTenantID: tenant(r), AccessToken: r.AccessToken, Scopes: r.Scopes,
			BotAccessToken: r.BotAccessToken, BotScopes: r.BotScopes,
		})
	}
	return resp, err
}

func hubSpotProvider(tx *engine.Tx, req *oauthproviders.HubSpotRequest) (*oauthproviders.HubSpotResponse, error) {
	list, err := accountsAt(tx, req.OrganizationID, req.MemberID, state.ProviderHubSpot)
	resp := &oauthproviders.HubSpotResponse{ProviderType: login.ProviderTypes[state.ProviderHubSpot]}
	for _, r := range list {
		resp.Registrations = append(resp.Registrations, organizations.HubSpotProviderInfo{
			ProviderSubject: r.Subject, ProviderTenantID: tenant(r), AccessToken: r.AccessToken,
			AccessTokenExpiresIn: remaining(tx, r), Scopes: r.Scopes,
			RefreshToken: refreshToken(r, req.IncludeRefreshToken),
		})
	}
	return resp, err
}

func gitHubProvider(tx *engine.Tx, req *oauthproviders.GitHubRequest) (*oauthproviders.GitHubResponse, error) {
	list, err := accountsAt(tx, req.OrganizationID, req.MemberID, state.ProviderGitHub)
	resp := &oauthproviders.GitHubResponse{ProviderType: login.ProviderTypes[state.ProviderGitHub]}
	for _, r := range list {
		resp.Registrations = append(resp.Registrations, organizations.GitHubProviderInfo{
			ProviderSubject: r.Subject, ProviderTenantIDs: r.TenantIDs, AccessToken: r.AccessToken, Scopes: r.Scopes,
		})
	}
	return resp, err
}

// tenant is the workspace of an account that has one.
func tenant(r *state.Registration) string {
	if len(r.TenantIDs) == 0 {
		return ""
	}
	return r.TenantIDs[0]
}
