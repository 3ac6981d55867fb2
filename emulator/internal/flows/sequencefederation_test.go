package flows_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed75add069/stytch-go/b2b/idp/oauth"
	"github.com/seed75add069/stytch-go/b2b/impersonation"
	b2boauth "github.com/seed75add069/stytch-go/b2b/oauth"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/connectedapps"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	connectedappclients "github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

func (s *sequence) federate() {
	acme, ctx := s.known.orgs[0], context.Background()
	created, err := s.api.B2B.SSO.SAML.CreateConnection(ctx, &saml.CreateConnectionRequest{OrganizationID: acme})
	require.NoError(s.t, err)
	_, err = s.api.B2B.SSO.SAML.UpdateConnection(ctx, &saml.UpdateConnectionRequest{
		OrganizationID: acme, ConnectionID: created.Connection.ConnectionID, IDPSSOURL: new("https://idp.example/sso"),
		IDPEntityID: new("https://idp.example"), X509Certificate: inPEM("CERTIFICATE", newCertificate(s.t, "idp", certificateEnd)),
		AttributeMapping: map[string]any{"email": "email", "full_name": "name"},
	})
	require.NoError(s.t, err)
	scim, err := s.api.B2B.SCIM.Connection.Create(ctx, &connection.CreateRequest{OrganizationID: acme})
	require.NoError(s.t, err)
	app, err := s.api.B2C.ConnectedApp.Clients.Create(ctx, &connectedappclients.CreateRequest{
		ClientType: connectedapp.ClientTypeFirstPartyPublic, RedirectURLs: []string{redirectURI}, FullAccessAllowed: new(true),
	})
	require.NoError(s.t, err)
	s.known.connection, s.known.app = created.Connection.ConnectionID, app.ConnectedApp.ClientID
	s.known.scimURL, s.known.scimToken = scim.Connection.BaseURL, scim.Connection.BearerToken
}

func (s *sequence) browse(t *rapid.T) {
	person := one(t, people[:4]...)
	hint := url.Values{"public_token": {s.project.PublicToken()}, "provider_login_hint": {person}, "login_hint": {person}}
	path := one(t, "/v1/b2b/public/oauth/google/discovery/start", "/v1/b2b/public/oauth/slack/start",
		"/v1/b2b/public/oauth/google/start", "/v1/public/sso/start", "")
	if strings.HasSuffix(path, "/sso/start") {
		hint.Set("connection_id", s.known.connection)
	} else if !strings.Contains(path, "discovery") {
		hint.Set("organization_id", s.org(t))
	}
	before := len(s.known.tokens)
	if path == "" {
		_ = s.project.Do(func(tx *state.Tx) error {
			token, _, err := login.StartImpersonation(tx, s.member(t), login.Impersonator{Email: "support@example.org"})
			if err == nil {
				s.known.tokens = append(s.known.tokens, token)
			}
			return err
		})
	} else if token := s.redirected(path + "?" + hint.Encode()); token != "" {
		s.known.tokens = append(s.known.tokens, token)
	}
	require.Less(t, s.status, 500, "%s", s.body)
	s.snapshot = s.take()
	if len(s.known.tokens) == before {
		return
	}
	token := s.known.tokens[before]
	switch {
	case path == "":
		s.step(s.byImpersonation(token))
	case strings.HasSuffix(path, "/sso/start"):
		s.step(s.bySSO(token))
	case strings.HasSuffix(path, "/discovery/start"):
		s.step(s.byDiscovery(token))
	default:
		s.step(s.byOAuth(token, nil))
	}
}

func (s *sequence) byOAuth(token string, ist *string) *call {
	c := do("oauth.authenticate", s.api.B2B.OAuth.Authenticate,
		&b2boauth.AuthenticateRequest{OAuthToken: token, IntermediateSessionToken: ist})
	c.link, c.ist = "token "+token, text(ist)
	return c
}

func (s *sequence) byDiscovery(token string) *call {
	c := do("oauth.discovery.authenticate", s.api.B2B.OAuth.Discovery.Authenticate,
		&oauthdiscovery.AuthenticateRequest{DiscoveryOAuthToken: token})
	c.link = "token " + token
	return c
}

func (s *sequence) bySSO(token string) *call {
	c := do("sso.authenticate", s.api.B2B.SSO.Authenticate, &sso.AuthenticateRequest{SSOToken: token})
	c.link = "token " + token
	return c
}

func (s *sequence) byImpersonation(token string) *call {
	c := do("impersonation.authenticate", s.api.B2B.Impersonation.Authenticate,
		&impersonation.AuthenticateRequest{ImpersonationToken: token})
	c.link = "token " + token
	return c
}

func (s *sequence) authorize(t *rapid.T) {
	k := s.alive(t)
	if k == nil {
		return
	}
	s.step(presenting(k.tokens[0], do("idp.authorize", s.api.B2B.IDP.OAuth.Authorize, &oauth.AuthorizeRequest{
		ConsentGranted: true, ClientID: s.known.app, RedirectURI: redirectURI, ResponseType: "code", SessionToken: &k.tokens[0],
		Scopes: []string{"openid", "offline_access", "full_access"}, CodeChallenge: new(challengeOf(verifier)),
	})))
	for _, next := range []func(string) *call{s.redeem, s.refresh, s.exchangeAccess} {
		if n := len(s.known.appTokens); n > 0 {
			s.step(next(one(t, s.known.appTokens[max(0, n-2):]...)))
		}
	}
}

func (s *sequence) redeem(code string) *call {
	c := s.endpoint("oauth2.token", "token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "client_id": {s.known.app},
		"code_verifier": {verifier},
	})
	c.link, c.revokes = "app "+code, true
	return c
}

func (s *sequence) refresh(token string) *call {
	c := s.endpoint("oauth2.refresh", "token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {s.known.app},
	})
	c.link, c.revokes = "app "+token, true
	return c
}

func (s *sequence) exchangeAccess(token string) *call {
	c := do("sessions.exchange_access_token", s.api.B2B.Sessions.ExchangeAccessToken,
		&sessions.ExchangeAccessTokenRequest{AccessToken: token})
	c.link = "exchange " + token
	return c
}

func (s *sequence) endpoint(name, path string, form url.Values) *call {
	return s.raw(name, http.MethodPost, basePath+"/v1/public/"+s.project.ID+"/oauth2/"+path,
		"application/x-www-form-urlencoded", "", form.Encode())
}

func (s *sequence) redirected(path string) string {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, basePath+path, http.NoBody)
	require.NoError(s.t, err)
	resp := s.serve(r)
	defer func() { _ = resp.Body.Close() }()
	to, err := resp.Location()
	if err != nil {
		return ""
	}
	return to.Query().Get("token")
}

func (s *sequence) provision(t *rapid.T) {
	c := s.raw("scim", one(t, http.MethodPost, http.MethodGet, http.MethodPatch, http.MethodDelete), s.known.scimURL+"/Users",
		"application/scim+json", "Bearer "+one(t, s.known.scimToken, s.known.scimToken, s.known.scimToken, "x"),
		`{"schemas": ["`+userURN+`"], "userName": "`+one(t, people...)+`", "active": `+one(t, "true", "false")+`}`)
	before := s.snapshot
	err := s.make(c)
	s.snapshot = s.take()
	require.True(t, s.status < 500, "%s", s.body)
	if err != nil {
		require.Equal(t, string(before), string(s.snapshot), "%s", s.body)
	}
}

func (s *sequence) raw(name, method, url, contentType, authorization, body string) *call {
	return &call{name: name, do: func(ctx context.Context, _ ...shared.RequestOption) error {
		r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", contentType)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		_ = s.serve(r).Body.Close()
		if s.status >= http.StatusBadRequest {
			return errors.New(string(s.body))
		}
		return nil
	}}
}

func (s *sequence) federationDraws() map[string]func(*rapid.T) *call {
	// waiting draws a token with which a browser has come back.
	waiting := func(t *rapid.T) string { return one(t, append(slices.Clone(s.known.tokens), "x")...) }
	return map[string]func(*rapid.T) *call{
		"oauth.authenticate": func(t *rapid.T) *call {
			return s.byOAuth(waiting(t), one(t, nil, nil, new(s.ist(t))))
		},
		"oauth.discovery.authenticate": func(t *rapid.T) *call { return s.byDiscovery(waiting(t)) },
		"sso.authenticate":             func(t *rapid.T) *call { return s.bySSO(waiting(t)) },
		"impersonation.authenticate":   func(t *rapid.T) *call { return s.byImpersonation(waiting(t)) },
		"sso.delete_connection": func(t *rapid.T) *call {
			return s.caller(t, do("sso.delete_connection", s.api.B2B.SSO.DeleteConnection,
				&sso.DeleteConnectionRequest{OrganizationID: s.org(t), ConnectionID: s.known.connection}))
		},
		"scim.delete": func(t *rapid.T) *call {
			id := s.known.scimURL[strings.LastIndexByte(s.known.scimURL, '/')+1:]
			return s.caller(t, do("scim.delete", s.api.B2B.SCIM.Connection.Delete,
				&connection.DeleteRequest{OrganizationID: s.org(t), ConnectionID: id}))
		},
	}
}

func (s *sequence) appDraws() map[string]func(*rapid.T) *call {
	token := func(t *rapid.T) string { return one(t, append(slices.Clone(s.known.appTokens), "x")...) }
	return map[string]func(*rapid.T) *call{
		"idp.authorize": func(t *rapid.T) *call {
			req := &oauth.AuthorizeRequest{
				ConsentGranted: one(t, true, true, false), ClientID: s.known.app, RedirectURI: redirectURI, ResponseType: "code",
				Scopes: one(t, []string{"openid"}, []string{"openid", "offline_access", "full_access"}), CodeChallenge: new(challengeOf(verifier)),
			}
			req.SessionToken, req.SessionJWT = s.session(t)
			c := do("idp.authorize", s.api.B2B.IDP.OAuth.Authorize, req)
			c.token, c.jwt = text(req.SessionToken), text(req.SessionJWT)
			return c
		},
		"oauth2.token":                   func(t *rapid.T) *call { return s.redeem(token(t)) },
		"oauth2.refresh":                 func(t *rapid.T) *call { return s.refresh(token(t)) },
		"sessions.exchange_access_token": func(t *rapid.T) *call { return s.exchangeAccess(token(t)) },
		"oauth2.revoke": func(t *rapid.T) *call {
			return s.endpoint("oauth2.revoke", "revoke", url.Values{"token": {token(t)}, "client_id": {s.known.app}})
		},
		"members.connected_apps.revoke": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.connected_apps.revoke", s.api.B2B.Organizations.Members.ConnectedApps.Revoke,
				&connectedapps.RevokeRequest{OrganizationID: org, MemberID: member, ConnectedAppID: s.known.app}))
		},
	}
}
