package verify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
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
		answers["a member of another organization"] = beside("member", members{"member_id": f.subject, "organization_id": "organization-test-2"})
		answers["a deleted member"] = beside("member", members{"member_id": f.subject, "status": "deleted"})
		answers["another organization"] = beside("organization", members{"organization_id": "organization-test-2"})
		answers["another organization's JWT"] = beside("session_jwt",
			otherClaims(members{minttest.OrganizationClaim: members{"organization_id": "organization-test-2"}}))
	}
	for name, value := range map[string]any{
		"null": (*int)(nil), "left out": nil, "empty": "", "year one": "0001-01-01T00:00:00Z", "1970": "1970-01-01T00:00:00Z",
		"just past": start.Add(-time.Second).Format(time.RFC3339), "now, elsewhere": start.In(time.FixedZone("", 3600)).Format(time.RFC3339),
	} {
		answers["an end that is "+name] = of("expires_at", value)
	}
	for _, status := range []int{-1, 1, 199, 300, 302, 304, 399, 401, 500} {
		answers[fmt.Sprint("status_code ", status)] = beside("status_code", status)
	}
	answers["an error_type with an escape"] = strings.Replace(f.authenticated, "{", `{"error_\u0074ype":"session_not_found",`, 1)
	for _, value := range []any{"session_not_found", "x", members{}, 5, []any{"x"}} {
		answers[fmt.Sprint("error_type ", value)] = beside("error_type", value)
	}
	for name, others := range map[string]members{
		"has expired": {"exp": start.Unix()}, "expired long ago": {"exp": 1, "iat": 0}, "is of another project": {"aud": []string{"project-test-2"}},
		"is of a live project": {"aud": strings.Replace(minttest.Project, "test", "live", 1)}, "is of another issuer": {"iss": "https://evil.example"},
		"has a further audience": {"aud": []string{minttest.Project, "other"}}, "has no audience": {"aud": nil}, "has no exp": {"exp": nil},
		"has no iat": {"iat": nil}, "has no session": {minttest.SessionClaim: nil},
		"has a session that has ended": {minttest.SessionClaim: members{"id": minttest.Session, "expires_at": start.Format(time.RFC3339)}},
	} {
		answers["a JWT that "+name] = beside("session_jwt", otherClaims(others))
	}
	good := f.sessionJWT(nil)
	for name, text := range map[string]string{
		"a word": "fresh", "a space": " ", "three parts": "a.b.c", "cut short": good[:len(good)-1], "without a signature": good[:len(good)-300],
		"with a line break": good + "\n", "in quotes": `"` + good + `"`, "twice": good + good, "with none": "Bearer " + good,
	} {
		answers["a JWT that does not decode, "+name] = beside("session_jwt", text)
	}
	return answers
}

// doubledAnswers are answers in which a name occurs twice, so that two sessions or verdicts would be merged.
func (f *fixture) doubledAnswers() map[string]string {
	session, verdict := `"`+f.sessionMember()+`":{`, `"verdict":{`
	answers := map[string]string{}
	for name, tt := range map[string]struct{ before, insert string }{
		"a session":               {session, session + `"roles":["admin"],"custom_claims":{"admin":true}},`},
		"a session, null":         {session, `"` + f.sessionMember() + `":null,`},
		"a session, once escaped": {session, strings.Replace(session, "session", `\u0073ession`, 1) + `"custom_claims":{"admin":true}},`},
		"a verdict":               {verdict, verdict + `"authorized":false},`},
		"request_id":              {session, `"request_id":"r",`},
		"status_code":             {session, `"status_code":200,`},
		"session_jwt":             {session, `"session_jwt":"",`},
		"session_token":           {session, `"session_token":"",`},
		"an unknown name":         {session, `"x":1,"x":1,`},
	} {
		answers[name] = strings.Replace(f.authenticated, tt.before, tt.insert+tt.before, 1)
	}
	for _, member := range []string{
		`"` + f.subjectMember() + `":"other"`, `"` + f.sessionMember() + `_id":"other"`, `"roles":["admin"]`, `"expires_at":"` + sessionEnd.Format(time.RFC3339) + `"`,
		`"custom_claims":{"admin":true},"custom_claims":{}`, `"new":1,"new":2`,
	} {
		answers["in the session, "+member] = strings.Replace(f.authenticated, session, session+member+",", 1)
	}
	answers["in the verdict"] = strings.Replace(f.authenticated, verdict, verdict+`"authorized":false,`, 1)
	answers["in another object"] = strings.Replace(f.authenticated, session, `"member":{"organization_id":"a","organization_id":""},`+session, 1)
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
	forEachProduct(t, "nor does one with two readings", func(f *fixture) {
		for name, answer := range f.doubledAnswers() {
			require.NotEqual(f.t, f.authenticated, answer, name)
			for _, odd := range []string{`"x\ud83d":1`, `"new":0`} {
				f.api.Serve(f.authenticatePath, "{"+odd+","+strings.TrimPrefix(answer, "{"))
				for asked, req := range requests(f) {
					_, err := f.authenticate(f.t.Context(), req)
					assert.NotEmpty(f.t, outermost[*stytcherror.DecodeError](f.t, err).Reason, "%s to %s", name, asked)
				}
			}
		}
	})
	forEachProduct(t, "a right answer is accepted", func(f *fixture) {
		in := func(name, member string) string { // another member of the answer or of an object in it
			return strings.Replace(f.authenticated, name, name+member+",", 1)
		}
		session := `"` + f.sessionMember() + `":{`
		ahead := f.key.Sign(minttest.With(f.claims(start.Add(time.Hour)), members{"plan": nil}))
		for name, answer := range map[string]string{
			"with no JWT":                         f.answerWith(members{"session_jwt": nil}, nil),
			"with an empty JWT":                   f.answerWith(members{"session_jwt": ""}, nil),
			"with a JWT that is null":             f.answerWith(members{"session_jwt": (*int)(nil)}, nil),
			"with a JWT, while our clock is slow": f.answerWith(members{"session_jwt": ahead}, nil),
			"with a JWT of another key":           f.answerWith(members{"session_jwt": minttest.NewKey("jwk-test-next").Sign(f.claims(start))}, nil),
			"without a status_code":               f.answerWith(members{"status_code": nil}, nil),
			"with status_code 201":                f.answerWith(members{"status_code": 201}, nil),
			"with an empty error_type":            f.answerWith(members{"error_type": ""}, nil),
			"with an error_type that is null":     f.answerWith(members{"error_type": (*int)(nil)}, nil),
			"with error_type further down":        in(session, `"custom_claims":{"error_type":"x","authorized":false}`),
			"with a member":                       f.answerWith(members{"member": members{"status": "active"}}, nil),
			"with a member of a new status":       f.answerWith(members{"member": members{"status": "frozen"}}, nil),
			"with half of an emoji":               in(session, `"custom_claims":{"bio":"\ud83d"}`),
			"with a name twice in claims":         in(session, `"custom_claims":{"a":{"b":1,"b":2},"a":1}`),
			"with a name twice in metadata":       in("{", `"member":{"trusted_metadata":{"a":1,"a":2}},"user":{"trusted_metadata":{"a":1,"a":2}}`),
			"after a byte order mark":             "\ufeff" + f.authenticated,
			"with an empty time":                  in(session, `"started_at":""`),
			"as the API gives it":                 f.authenticated,
			"with the same JWT":                   f.answerWith(members{"session_jwt": f.sessionJWT(nil)}, nil),
			"with its end":                        f.answerWith(nil, members{"expires_at": start.Add(time.Second).Format(time.RFC3339)}),
			"with its token":                      f.answerWith(members{"session_token": "token-1"}, nil),
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
		for _, answer := range []string{
			f.answerWith(nil, members{f.sessionMember() + "_id": "session-test-2"}), f.answerWith(nil, members{"expires_at": nil}),
			f.answerWith(members{"session_jwt": "fresh"}, nil), f.answerWith(members{"status_code": 302}, nil),
			f.answerWith(members{"error_type": "x"}, nil), strings.Replace(f.authenticated, "{", `{"session_jwt":"",`, 1),
		} {
			f.api.Serve(f.authenticatePath, answer)
			_, err := f.authenticate(f.t.Context(), &request{SessionJWT: f.key.Sign(f.claims(start.Add(-time.Hour)))})
			refused := outermost[*stytcherror.DecodeError](f.t, err)
			assert.Equal(f.t, "request-id-1", refused.RequestID)
			assert.Equal(f.t, f.name+".sessions.authenticate", refused.Op)
			assert.Equal(f.t, http.StatusBadGateway, stytcherror.HTTPStatus(err))
		}
		f.api.Serve(f.authenticatePath, f.answerWith(nil, members{"expires_at": start.Format(time.RFC3339)}))
		_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1")})
		isVerdict(f.t, err, f.name+".sessions.authenticate_jwt", stytcherror.ErrTokenExpired)
	})
}
