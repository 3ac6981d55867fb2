package flows_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
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
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	connectedappclients "github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

const (
	goodPassword = "correct horse battery 42 staple"
	redirectURI  = "https://app.example/callback"
	basePath     = "http://localhost:1"
)

// federate makes the connections and the app that all sequences begin with.
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

// browse leads a browser to a start URL with a hint, or begins an impersonation: what no client of the API does.
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

// alive draws a session that has not ended, nil if there is none.
func (s *sequence) alive(t *rapid.T) *knownSession {
	now := s.project.Clock.Now()
	list := slices.DeleteFunc(slices.Clone(s.known.sessions), func(k *knownSession) bool {
		return k.isDead(now) || len(k.tokens) == 0
	})
	if len(list) == 0 {
		return nil
	}
	return one(t, list...)
}

// enrol adds a second factor to a session, and recovers from its loss.
func (s *sequence) enrol(t *rapid.T) {
	k := s.alive(t)
	if k == nil {
		return
	}
	org, member, token := k.organizationID, k.memberID, new(k.tokens[0])
	if one(t, true, false) {
		s.step(presenting(*token, do("sms.send", s.api.B2B.OTPs.SMS.Send, &sms.SendRequest{
			OrganizationID: org, MemberID: member, MFAPhoneNumber: new(phone), SessionToken: token,
		})))
		c := presenting(*token, do("sms.authenticate", s.api.B2B.OTPs.SMS.Authenticate, &sms.AuthenticateRequest{
			OrganizationID: org, MemberID: member, Code: s.code(t, phone), SessionToken: token,
		}))
		s.step(c)
		return
	}
	s.step(presenting(*token, do("totps.create", s.api.B2B.TOTPs.Create,
		&totps.CreateRequest{OrganizationID: org, MemberID: member, SessionToken: token})))
	secrets := s.known.secrets[member]
	if len(secrets) == 0 {
		return
	}
	code, _ := factor.TOTPCode(secrets[len(secrets)-1], s.project.Clock.Now())
	c := presenting(*token, do("totps.authenticate", s.api.B2B.TOTPs.Authenticate,
		&totps.AuthenticateRequest{OrganizationID: org, MemberID: member, Code: code, SessionToken: token}))
	c.code = "totp " + member + code
	s.step(c)
	recovery := one(t, s.known.recoveryCodes[member]...)
	c = presenting(*token, do("recovery_codes.recover", s.api.B2B.RecoveryCodes.Recover, &recoverycodes.RecoverRequest{
		OrganizationID: org, MemberID: member, RecoveryCode: recovery, SessionToken: token,
	}))
	c.code = "recovery " + member + recovery
	s.step(c)
}

// presenting notes the token of the session that a call presents.
func presenting(token string, c *call) *call {
	c.token = token
	return c
}

// signIn sets somebody's password, and logs in with it.
func (s *sequence) signIn(t *rapid.T) {
	org, person := s.org(t), one(t, people...)
	sum := md5.Sum([]byte(goodPassword))
	s.step(do("passwords.migrate", s.api.B2B.Passwords.Migrate, &passwords.MigrateRequest{
		OrganizationID: org, EmailAddress: person, HashType: "md_5", Hash: hex.EncodeToString(sum[:]),
	}))
	s.step(do("passwords.authenticate", s.api.B2B.Passwords.Authenticate,
		&passwords.AuthenticateRequest{OrganizationID: org, EmailAddress: person, Password: goodPassword}))
}

// authorize lets an app act for somebody, with a code, a refresh token and a session.
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

// redeem redeems a code of an app.
func (s *sequence) redeem(code string) *call {
	c := s.endpoint("oauth2.token", "token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "client_id": {s.known.app},
		"code_verifier": {verifier},
	})
	c.link, c.revokes = "app "+code, true
	return c
}

// refresh redeems a refresh token of an app.
func (s *sequence) refresh(token string) *call {
	c := s.endpoint("oauth2.refresh", "token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {s.known.app},
	})
	c.link, c.revokes = "app "+token, true
	return c
}

// exchangeAccess exchanges an access token of an app for a session.
func (s *sequence) exchangeAccess(token string) *call {
	c := do("sessions.exchange_access_token", s.api.B2B.Sessions.ExchangeAccessToken,
		&sessions.ExchangeAccessTokenRequest{AccessToken: token})
	c.link = "exchange " + token
	return c
}

// endpoint is a call of an endpoint of OAuth2 by a public app.
func (s *sequence) endpoint(name, path string, form url.Values) *call {
	return s.raw(name, http.MethodPost, basePath+"/v1/public/"+s.project.ID+"/oauth2/"+path,
		"application/x-www-form-urlencoded", "", form.Encode())
}

// redirected is the token with which a start URL leads a browser back, empty if it does not.
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

// provision calls the SCIM server.
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

// raw is a call that the SDK does not make.
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

func (s *sequence) passwordDraws() map[string]func(*rapid.T) *call {
	password := func(t *rapid.T) string { return one(t, goodPassword, goodPassword, "x", "another horse 43 battery") }
	return map[string]func(*rapid.T) *call{
		"passwords.migrate": func(t *rapid.T) *call {
			sum := md5.Sum([]byte(password(t)))
			return do("passwords.migrate", s.api.B2B.Passwords.Migrate, &passwords.MigrateRequest{
				OrganizationID: s.org(t), EmailAddress: one(t, people...), HashType: "md_5", Hash: hex.EncodeToString(sum[:]),
			})
		},
		"passwords.authenticate": func(t *rapid.T) *call {
			req := &passwords.AuthenticateRequest{
				OrganizationID: s.org(t), EmailAddress: one(t, people...), Password: password(t),
				IntermediateSessionToken: one(t, nil, nil, new(s.ist(t))),
			}
			c := do("passwords.authenticate", s.api.B2B.Passwords.Authenticate, req)
			c.ist = text(req.IntermediateSessionToken)
			return c
		},
		"passwords.reset_start": func(t *rapid.T) *call {
			return do("passwords.reset_start", s.api.B2B.Passwords.Email.ResetStart,
				&passwordsemail.ResetStartRequest{OrganizationID: s.org(t), EmailAddress: one(t, people...)})
		},
		"passwords.reset": func(t *rapid.T) *call {
			token := s.token(t)
			c := do("passwords.reset", s.api.B2B.Passwords.Email.Reset,
				&passwordsemail.ResetRequest{PasswordResetToken: token, Password: password(t)})
			c.link = "link " + token
			return c
		},
		"passwords.sessions.reset": func(t *rapid.T) *call {
			req := &passwordssessions.ResetRequest{OrganizationID: s.org(t), Password: password(t)}
			req.SessionToken, req.SessionJWT = s.session(t)
			c := do("passwords.sessions.reset", s.api.B2B.Passwords.Sessions.Reset, req)
			c.token, c.jwt = text(req.SessionToken), text(req.SessionJWT)
			if own := s.known.session(c.token + c.jwt); own != nil {
				c.ends = func(k *knownSession) bool { return k.memberID == own.memberID && k != own }
			}
			return c
		},
	}
}

func (s *sequence) secondFactorDraws() map[string]func(*rapid.T) *call {
	// proof draws what an enrolment or a login goes on with.
	proof := func(t *rapid.T, c *call) (ist, token, jwt *string) {
		if one(t, true, false) {
			ist = new(s.ist(t))
		} else {
			token, jwt = s.session(t)
		}
		c.ist, c.token, c.jwt = text(ist), text(token), text(jwt)
		return ist, token, jwt
	}
	return map[string]func(*rapid.T) *call{
		"sms.send": func(t *rapid.T) *call {
			req := &sms.SendRequest{MFAPhoneNumber: maybe(t, phone, "1")}
			req.OrganizationID, req.MemberID = s.pair(t)
			c := do("sms.send", s.api.B2B.OTPs.SMS.Send, req)
			req.IntermediateSessionToken, req.SessionToken, req.SessionJWT = proof(t, c)
			return c
		},
		"sms.authenticate": func(t *rapid.T) *call {
			req := &sms.AuthenticateRequest{Code: s.code(t, phone), SetMFAEnrollment: maybe(t, "enroll", "unenroll", "x")}
			req.OrganizationID, req.MemberID = s.pair(t)
			c := do("sms.authenticate", s.api.B2B.OTPs.SMS.Authenticate, req)
			c.code = "sms " + req.MemberID + req.Code
			req.IntermediateSessionToken, req.SessionToken, req.SessionJWT = proof(t, c)
			return c
		},
		"totps.create": func(t *rapid.T) *call {
			req := &totps.CreateRequest{ExpirationMinutes: maybe(t, 5, 4, 60)}
			req.OrganizationID, req.MemberID = s.pair(t)
			c := do("totps.create", s.api.B2B.TOTPs.Create, req)
			req.IntermediateSessionToken, req.SessionToken, req.SessionJWT = proof(t, c)
			return c
		},
		"totps.authenticate": func(t *rapid.T) *call {
			req := &totps.AuthenticateRequest{Code: "000000"}
			req.OrganizationID, req.MemberID = s.pair(t)
			if secrets := s.known.secrets[req.MemberID]; len(secrets) > 0 {
				req.Code, _ = factor.TOTPCode(one(t, secrets...), s.project.Clock.Now())
			}
			c := do("totps.authenticate", s.api.B2B.TOTPs.Authenticate, req)
			c.code = "totp " + req.MemberID + req.Code
			req.IntermediateSessionToken, req.SessionToken, req.SessionJWT = proof(t, c)
			return c
		},
		"recovery_codes.recover": func(t *rapid.T) *call {
			req := &recoverycodes.RecoverRequest{}
			req.OrganizationID, req.MemberID = s.pair(t)
			req.RecoveryCode = one(t, append(slices.Clone(s.known.recoveryCodes[req.MemberID]), "aaaa-bbbb-cccc")...)
			c := do("recovery_codes.recover", s.api.B2B.RecoveryCodes.Recover, req)
			c.code = "recovery " + req.MemberID + req.RecoveryCode
			req.IntermediateSessionToken, req.SessionToken, req.SessionJWT = proof(t, c)
			return c
		},
		"recovery_codes.rotate": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return do("recovery_codes.rotate", s.api.B2B.RecoveryCodes.Rotate,
				&recoverycodes.RotateRequest{OrganizationID: org, MemberID: member})
		},
	}
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
