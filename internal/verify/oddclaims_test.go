package verify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// oddClaims are the values of a custom claim "plan" that strict decoding refuses, and what encoding/json makes of them.
var oddClaims = map[string]struct {
	text string
	want any
}{
	"half of an emoji":        {`"hi \ud83d"`, "hi \ufffd"},
	"the other half":          {`"\ude00"`, "\ufffd"},
	"a raw byte":              {"\"a\xffb\"", "a\ufffdb"},
	"a name twice":            {`{"a":1,"a":{"b":2},"c":"\ud83d"}`, map[string]any{"a": map[string]any{"b": 2.0}, "c": "\ufffd"}},
	"a name twice in a list":  {`[{"a":{"x":1},"a":{"y":9007199254740993}}]`, []any{map[string]any{"a": map[string]any{"y": json.Number("9007199254740993")}}}},
	"itself twice":            {`"free","plan":"pro"`, "pro"},
	"an object, then another": {`{"a":1},"plan":{"b":2}`, map[string]any{"b": 2.0}},
}

// odd returns claims in which "plan" is another text.
func odd(t *testing.T, claims, text string) string {
	t.Helper()
	for _, plan := range []string{`"plan":"pro"`, `"plan": "pro"`} {
		if strings.Contains(claims, plan) {
			return strings.Replace(claims, plan, `"plan":`+text, 1)
		}
	}
	require.Fail(t, "no such claim", claims)
	return ""
}

func TestCustomClaims_anyText(t *testing.T) {
	t.Parallel()
	for name, tt := range oddClaims {
		forEachProduct(t, "a custom claim that has "+name+" locks nobody out", func(f *fixture) {
			claims := minttest.JSON(minttest.With(f.claims(f.now()), map[string]any{"plan": "pro"}))
			text := f.key.SignText(f.key.Header(), odd(f.t, claims, tt.text))
			f.accepts(text)
			s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
			require.NoError(f.t, err)
			assert.Equal(f.t, tt.want, s.claims["plan"])

			f.api.Handle(introspectPath, minttest.Status(http.StatusOK, odd(f.t, f.introspection(), tt.text)))
			token, err := f.introspectNetwork(f.t.Context(), introspectionRequest())
			require.NoError(f.t, err)
			want := f.tokenClaims()
			want.CustomClaims = map[string]any{"plan": tt.want}
			assert.Equal(f.t, want, token)
		})
		forB2B(t, "a custom claim of a machine that has "+name+" locks it out neither", func(f *fixture) {
			claims := minttest.JSON(minttest.With(minttest.M2MToken(f.now()), map[string]any{"plan": "pro"}))
			text := f.key.SignText(f.key.Header(), odd(f.t, claims, tt.text))
			token, err := f.client.B2B.M2M.AuthenticateToken(f.t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: text})
			require.NoError(f.t, err)
			assert.Equal(f.t, tt.want, token.CustomClaims["plan"])
		})
	}
}

func TestCustomClaims_namedLikeThoseOfAccessTokens(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		`5`: 5.0, `{}`: map[string]any{}, `null`: nil, `["a"]`: []any{"a"}, `true`: true, `""`: "", `"a b"`: "a b",
		`"hi \ud83d"`: "hi \ufffd", `{"a":1,"a":2}`: map[string]any{"a": 2.0}, `["\ud83d"]`: []any{"\ufffd"}, "\"\xff\"": "\ufffd",
		`9007199254740993`: json.Number("9007199254740993"),
	}
	names := []string{"scope", "client_id", "active", "token_type", "scopes", "name", "request_id", "status_code", "act", "azp"}
	forEachProduct(t, "are a session's own: they may be anything", func(f *fixture) {
		for _, name := range names {
			for value, want := range values {
				text := f.key.SignText(f.key.Header(), replaced(f.claims(f.now()), name, value))
				f.accepts(text)
				s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
				require.NoError(f.t, err)
				assert.Equal(f.t, want, s.claims[name], "%s %s", name, value)
			}
			twice := f.key.SignText(f.key.Header(), replaced(f.claims(f.now()), name, `1,"`+name+`":2`))
			f.accepts(twice)
		}
	})
	forEachProduct(t, "are not in access tokens", func(f *fixture) {
		machine := func(text string) error {
			_, err := f.client.B2B.M2M.AuthenticateToken(f.t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: text})
			return err
		}
		app := func(text string) error {
			_, err := f.introspectLocal(f.t.Context(), &localRequest{Token: text})
			return err
		}
		for _, name := range []string{"scope", "client_id"} {
			for _, value := range []string{`5`, `{}`, `["a"]`, `true`, `"hi \ud83d"`, `"a","` + name + `":"b"`, `{"a":1,"a":2}`, "\"\xff\""} {
				of := func(claims map[string]any) string {
					return f.key.SignText(f.key.Header(), replaced(claims, name, value))
				}
				require.ErrorIs(f.t, app(of(minttest.AppToken(f.now(), f.isB2B()))), malformed, value)
				require.ErrorIs(f.t, machine(of(minttest.M2MToken(f.now()))), malformed, value)
			}
		}
	})
}

// TestSessionClaim_emptyTimes has times in Stytch's own claim of a session.
func TestSessionClaim_emptyTimes(t *testing.T) {
	t.Parallel()
	factor := func(name, value string) string {
		return fmt.Sprintf(`{"id":%q,"authentication_factors":[{"type":"otp",%q:%s}]}`, minttest.Session, name, value)
	}
	session := func(name, value string) string { return fmt.Sprintf(`{"id":%q,%q:%s}`, minttest.Session, name, value) }
	forEachProduct(t, "an empty time in a session is none", func(f *fixture) {
		for _, claim := range []string{
			factor("last_authenticated_at", `""`), factor("created_at", `""`), factor("updated_at", `""`), factor("created_at", "null"),
			session("started_at", `""`), session("last_accessed_at", `""`), session("expires_at", `""`),
			session("attributes", `{"user_agent":"\ud83d"},"started_at":""`),
		} {
			text := f.key.SignText(f.key.Header(), replaced(f.claims(f.now()), minttest.SessionClaim, claim))
			f.accepts(text)
			s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
			require.NoError(f.t, err)
			assert.Equal(f.t, f.now().Add(5*time.Minute), s.expiresAt, "that of the JWT")
		}
	})
	forEachProduct(t, "other text is no time, and an empty one no date of the token", func(f *fixture) {
		f.accepts(f.sessionJWT(nil))
		for _, value := range []string{`" "`, `"now"`, `0`, `{}`, `[]`, `false`, `"2026-01-02"`} {
			for _, claim := range []string{factor("created_at", value), session("started_at", value), session("expires_at", value)} {
				f.refuses(&request{SessionJWT: f.key.SignText(f.key.Header(), replaced(f.claims(f.now()), minttest.SessionClaim, claim))}, malformed)
			}
		}
		for _, name := range []string{"exp", "iat", "nbf"} {
			f.refuses(&request{SessionJWT: f.key.SignText(f.key.Header(), replaced(f.claims(f.now()), name, `""`))}, malformed)
		}
	})
}

func TestIntrospectTokenNetwork_ambiguous(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "what is checked in a response occurs once", func(f *fixture) {
		for _, member := range []string{
			`"sub":"a"`, `"iss":"a"`, `"aud":"a"`, `"exp":1`, `"iat":1`, `"nbf":1`, `"scope":"admin"`, `"client_id":"a"`, `"jti":"a"`,
			`"active":true`, `"token_type":"a"`, `"https://stytch.com/new":1`, `"https://stytch.com/session":1,"https://stytch.com/session":1`,
		} {
			for _, custom := range []string{`"pro"`, `"\ud83d"`} {
				body := odd(f.t, f.introspection(), custom)
				_, err := f.introspectAnswer(http.StatusOK, strings.Replace(body, "{", "{"+member+",", 1))
				e := outermost[*stytcherror.DecodeError](f.t, err)
				assert.NotEmpty(f.t, e.Reason)
			}
		}
		body := strings.Replace(f.introspection(), "{", `{"request_id":"a","plan":{},"b":1,"b":2,`, 1)
		_, err := f.introspectAnswer(http.StatusOK, body)
		require.NoError(f.t, err)
	}, noRetry)
}

func TestDecodeClaims_likeEncodingJSON(t *testing.T) {
	t.Parallel()
	type claims struct {
		Wait   time.Duration     `json:"wait"`
		Key    []byte            `json:"key"`
		Sum    [2]byte           `json:"sum"`
		Number json.Number       `json:"number"`
		Large  int64             `json:"large"`
		Quoted int               `json:"quoted,string"`
		Names  map[int]string    `json:"names"`
		Raw    json.RawMessage   `json:"raw"`
		Until  time.Time         `json:"until,omitempty"` //nolint:modernize // as users write it
		Text   *string           `json:"text"`
		Any    any               `json:"any"`
		Nested map[string]limits `json:"nested"`
	}
	given := map[string]any{
		"wait": 60e9, "key": "aGk=", "sum": []any{1.0, 2.0, 3.0}, "number": json.Number("9007199254740993"),
		"large": json.Number("9007199254740993"), "quoted": "7", "names": map[string]any{"1": "a"}, "raw": []any{1.0},
		"until": "2026-01-02T03:04:05Z", "text": "a\xff", "any": nil, "nested": map[string]any{"a": map[string]any{"A": 1.0}},
	}
	text, err := json.Marshal(given)
	require.NoError(t, err)
	var want claims
	require.NoError(t, json.Unmarshal(text, &want))
	got, err := verify.DecodeClaims[claims]("op", given)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

type limits struct{ A int }

func TestClaims_areAllStrict(t *testing.T) {
	t.Parallel()
	for claims, names := range map[reflect.Type][]string{
		reflect.TypeFor[verify.SessionClaims[any, any]](): nil,
		reflect.TypeFor[verify.AccessToken]():             new(verify.AccessToken).StrictClaims(),
	} {
		for f := range claims.Fields() {
			fields := []reflect.StructField{f}
			if f.Anonymous {
				fields = reflect.VisibleFields(f.Type)
			}
			for _, f := range fields {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if name == "" || name == "-" {
					continue
				}
				twice := fmt.Sprintf(`{"a":1,%q:1,"a":2,%[1]q:1}`, name)
				assert.False(t, jwt.Unambiguous([]byte(twice), names...), "%s of %s may occur twice", name, claims)
			}
		}
	}
	assert.True(t, jwt.Unambiguous([]byte(`{"a":1,"a":2}`)))
	_, strict := any(new(verify.SessionClaims[any, any])).(jwt.StrictClaimer)
	assert.False(t, strict, "a session has no further claims")
}
