package flows_test

import (
	"crypto/md5"
	"encoding/hex"
	"slices"

	"pgregory.net/rapid"

	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
)

const (
	goodPassword = "correct horse battery 42 staple"
	redirectURI  = "https://app.example/callback"
	basePath     = "http://localhost:1"
)

// federate makes the connections and the app that all sequences begin with.
// browse leads a browser to a start URL with a hint, or begins an impersonation: what no client of the API does.
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
// redeem redeems a code of an app.
// refresh redeems a refresh token of an app.
// exchangeAccess exchanges an access token of an app for a session.
// endpoint is a call of an endpoint of OAuth2 by a public app.
// redirected is the token with which a start URL leads a browser back, empty if it does not.
// provision calls the SCIM server.
// raw is a call that the SDK does not make.
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
