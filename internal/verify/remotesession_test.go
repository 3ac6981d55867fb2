package verify_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

type members = map[string]any

// sessionMember is the name of the session in the API's answer, and subjectMember that of its person's id.
func (p *product) sessionMember() string {
	if p.isB2B() {
		return "member_session"
	}
	return "session"
}

func (p *product) subjectMember() string {
	if p.isB2B() {
		return "member_id"
	}
	return "user_id"
}

// answerWith returns the API's answer with other members, and with other members of its session. Nil removes one.
func (f *fixture) answerWith(others, ofSession members) string {
	var answer members
	require.NoError(f.t, json.Unmarshal([]byte(f.authenticated), &answer))
	session := answer[f.sessionMember()].(members)
	answer[f.sessionMember()] = minttest.With(session, ofSession)
	return minttest.JSON(minttest.With(answer, others))
}

// wrongAnswers are answers to a request with a check that are not about the session or do not decide the check.
func (f *fixture) wrongAnswers() map[string]string {
	of := func(name string, value any) string { return f.answerWith(nil, members{name: value}) }
	beside := func(name string, value any) string { return f.answerWith(members{name: value}, nil) }
	otherClaims := func(others members) string { return f.key.Sign(minttest.With(f.claims(start), others)) }
	id := f.sessionMember() + "_id"
	answers := map[string]string{
		"no session":                 beside(f.sessionMember(), nil),
		"a session that is null":     f.answerWith(members{f.sessionMember(): (*int)(nil)}, nil),
		"an empty session":           beside(f.sessionMember(), members{}),
		"a session without an id":    of(id, nil),
		"another session":            of(id, "session-test-2"),
		"a session of nobody":        of(f.subjectMember(), nil),
		"another person's session":   of(f.subjectMember(), f.subject+"2"),
		"a session that has ended":   of("expires_at", start.Format(time.RFC3339)),
		"another person":             beside(map[bool]string{true: "member", false: "user"}[f.isB2B()], members{f.subjectMember(): "other"}),
		"another session token":      beside("session_token", "token-2"),
		"another session's JWT":      beside("session_jwt", otherClaims(members{minttest.SessionClaim: members{"id": "session-test-2"}})),
		"another person's JWT":       beside("session_jwt", otherClaims(members{"sub": f.subject + "2"})),
		"a JWT of the other product": beside("session_jwt", f.key.Sign(f.other(start))),
		"an access token as a JWT":   beside("session_jwt", f.accessToken(nil)),
		"no verdict":                 beside("verdict", nil),
		"a verdict that is null":     f.answerWith(members{"verdict": (*int)(nil)}, nil),
		"an empty verdict":           beside("verdict", members{}),
		"a denial":                   beside("verdict", members{"authorized": false}),
		"a denial with roles":        beside("verdict", members{"authorized": false, "granting_roles": []string{"editor"}}),
	}
	if f.isB2B() {
		answers["a session of no organization"] = of("organization_id", nil)
		answers["a session of another organization"] = of("organization_id", "organization-test-2")
		answers["another organization"] = beside("organization", members{"organization_id": "organization-test-2"})
		answers["another organization's JWT"] = beside("session_jwt",
			otherClaims(members{minttest.OrganizationClaim: members{"organization_id": "organization-test-2"}}))
	}
	return answers
}

func TestAuthenticateJWT_holdsTheAnswer(t *testing.T) {
	t.Parallel()
	check := on("documents", "edit")
	requests := func(f *fixture) map[string]*request {
		token := &request{SessionToken: new("token-1"), AuthorizationCheck: check}
		old := f.key.Sign(f.claims(start.Add(-time.Hour)))
		return map[string]*request{
			"a session token":               token,
			"an expired JWT":                {SessionJWT: old, AuthorizationCheck: check},
			"an expired JWT with its token": {SessionJWT: old, SessionToken: new("token-1"), AuthorizationCheck: check},
			"a JWT that is too old": {
				SessionJWT: f.sessionJWT(nil), MaxTokenAge: new(time.Duration(0)), AuthorizationCheck: check,
			},
		}
	}
	forEachProduct(t, "a wrong answer lets nobody in", func(f *fixture) {
		for name, answer := range f.wrongAnswers() {
			f.api.Serve(f.authenticatePath, answer)
			for asked, req := range requests(f) {
				if name == "another session token" && req.SessionToken == nil ||
					(name == "another session" || name == "another person's session") && req.SessionJWT == "" {
					continue // there is nothing to compare it with
				}
				s, err := f.authenticate(f.t.Context(), req)
				assert.Nil(f.t, s, "%s to %s", name, asked)
				require.Error(f.t, err, "%s to %s", name, asked)
				assert.NotZero(f.t, stytcherror.HTTPStatus(err))
				assert.NotContains(f.t, err.Error(), "eyJ")
			}
		}
	})
	forEachProduct(t, "a right answer is accepted", func(f *fixture) {
		for name, answer := range map[string]string{
			"as the API gives it": f.authenticated,
			"with the same JWT":   f.answerWith(members{"session_jwt": f.sessionJWT(nil)}, nil),
			"with its end":        f.answerWith(nil, members{"expires_at": start.Add(time.Second).Format(time.RFC3339)}),
			"with its token":      f.answerWith(members{"session_token": "token-1"}, nil),
		} {
			f.api.Serve(f.authenticatePath, answer)
			for asked, req := range requests(f) {
				s, err := f.authenticate(f.t.Context(), req)
				require.NoError(f.t, err, "%s to %s", name, asked)
				assert.True(f.t, s.remote)
			}
		}
	})
	forEachProduct(t, "without a check, no verdict is needed", func(f *fixture) {
		f.api.Serve(f.authenticatePath, f.answerWith(members{"verdict": nil}, nil))
		_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1")})
		require.NoError(f.t, err)
	})
	forEachProduct(t, "a denial and another organization are the errors of a local check", func(f *fixture) {
		req := &request{SessionToken: new("token-1"), AuthorizationCheck: check}
		op := f.name + ".sessions.authenticate_jwt"
		f.api.Serve(f.authenticatePath, f.answerWith(members{"verdict": members{"authorized": false}}, nil))
		_, err := f.authenticate(f.t.Context(), req)
		f.isDenial(err, op, "documents", "edit", "the API denies it")
		if !f.isB2B() {
			return
		}
		f.api.Serve(f.authenticatePath, f.answerWith(nil, members{"organization_id": "organization-test-2"}))
		_, err = f.authenticate(f.t.Context(), req)
		f.isDenial(err, op, "documents", "edit", tenancyMismatch)
	})
	forEachProduct(t, "without keys, the answer must be of the session that the JWT names", func(f *fixture) {
		f.api.Handle(minttest.Keys, minttest.Status(http.StatusBadGateway, ""))
		f.api.Serve(f.authenticatePath, f.authenticated)
		req := &request{SessionJWT: f.sessionJWT(nil), SessionToken: new("token-1")}
		_, err := f.authenticate(f.t.Context(), req)
		require.NoError(f.t, err)
		before := f.api.Requests(f.authenticatePath)
		req.SessionJWT = f.jwtOf("session-test-2")
		_, err = f.authenticate(f.t.Context(), req)
		isVerdict(f.t, err, f.name+".sessions.authenticate_jwt", wrongClaims)
		assert.Equal(f.t, before+1, f.api.Requests(f.authenticatePath))
		for _, text := range []string{f.key.Sign(f.other(start)), f.accessToken(nil), f.key.SignText(f.key.Header(), "{")} {
			req.SessionJWT = text
			_, err = f.authenticate(f.t.Context(), req)
			require.Error(f.t, err)
		}
		assert.Equal(f.t, before+1, f.api.Requests(f.authenticatePath), "what is no session's JWT is not asked about")
	})
	forEachProduct(t, "an answer that is unusable is a DecodeError with the request's id", func(f *fixture) {
		f.api.Serve(f.authenticatePath, f.answerWith(nil, members{f.sessionMember() + "_id": "session-test-2"}))
		_, err := f.authenticate(f.t.Context(), &request{SessionJWT: f.key.Sign(f.claims(start.Add(-time.Hour)))})
		refused := outermost[*stytcherror.DecodeError](f.t, err)
		assert.Equal(f.t, "request-id-1", refused.RequestID)
		assert.Equal(f.t, f.name+".sessions.authenticate", refused.Op)
		assert.Equal(f.t, http.StatusBadGateway, stytcherror.HTTPStatus(err))
	})
}
