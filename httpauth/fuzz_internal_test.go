package httpauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wellFormedBearer is what an Authorization header of RFC 6750 (section 2.1) is, and anyBearer one of its scheme.
var (
	wellFormedBearer = regexp.MustCompile(`^ *(?i:bearer) +([A-Za-z0-9\-._~+/]+=*) *$`)
	anyBearer        = regexp.MustCompile(`^ *(?i:bearer)($|[^A-Za-z0-9!#$%&'*+\-.^_` + "`" + `|~])`)
)

func FuzzBearer(f *testing.F) {
	for _, line := range []string{
		"Bearer abc", "bearer  a.b-c_d~e+f/g==", "Bearer", "Bearer ", "Bearer =", "Bearer a b", "Bearer a,b", "Bearer\tabc",
		"Bearer: abc", "Bearerabc", "Bearer-x abc", "Basic YTpi", "", " Bearer abc ", "Bearer abc\x00", "Bearer é", "DPoP a",
		"Bearer a=b", "BEARER abc", "Bearer abc\nBasic x",
	} {
		f.Add(line, "Basic YTpi")
		f.Add(line, "Bearer abc")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		lines := []string{first, second}
		token, state := bearerOf(http.Header{"Authorization": lines})
		isBearer := func(line string) bool { return anyBearer.MatchString(strings.ToValidUTF8(line, "?")) }
		bearers := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !isBearer(line) })
		switch len(bearers) {
		case 0:
			assert.Equal(t, noBearer, state)
		case 1:
			want := wellFormedBearer.FindStringSubmatch(bearers[0])
			if want == nil {
				assert.True(t, state == badBearer || !isB64Token(token), "a request is refused for either")
				break
			}
			assert.True(t, isB64Token(token))
			assert.Equal(t, oneBearer, state)
			assert.Equal(t, want[1], token)
		default:
			assert.Equal(t, badBearer, state)
		}
		if state != oneBearer {
			assert.Empty(t, token)
		}
	})
}

// spaceBeforeEquals is what browsers neither store nor send (RFC 6265, section 4.1.1), but net/http reads.
var spaceBeforeEquals = regexp.MustCompile(`[ \t\r\n]=`)

// FuzzCookies says that every value that net/http reads of a valid cookie is read: a second value that stayed unseen
// would not be refused.
func FuzzCookies(f *testing.F) {
	const session, jwt = "__Host-stytch_session", "__Host-stytch_session_jwt"
	for _, line := range []string{
		session + "=abc; " + jwt + "=a.b.c", session + "=abc;" + session + "=def", session + `="quoted"`, session + "=",
		session, "; ;" + session + "=a ; x=y", strings.ToLower(session) + "=a", "a=b; " + session + "=c=d",
		session + "=a\tb", "\t" + session + "=a", session + "=a,b", session + "=é", session + `="a;b"`, "$Version=1; " + session + "=a",
		session + `="`, session + `="a`, "\u00a0" + session + "=a", "\v" + session + "=a",
	} {
		f.Add(line, "")
		f.Add("x=y", line)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		h := http.Header{"Cookie": {first, second}}
		if spaceBeforeEquals.MatchString(first + "\f" + second) {
			return
		}
		tokens, jwts := cookiesOf(h, session, jwt)
		for name, got := range map[string]*cookieValues{session: &tokens, jwt: &jwts} {
			assert.LessOrEqual(t, got.n, maxValues)
			want := map[string]bool{}
			for _, c := range (&http.Request{Header: h}).CookiesNamed(name) {
				if c.Value != "" {
					assert.True(t, got.present)
					want[c.Value] = true
				}
			}
			if len(want) > maxValues {
				assert.Equal(t, maxValues, got.n)
				continue
			}
			for value := range want {
				if got.n < maxValues {
					assert.Contains(t, got.list(), value)
				}
			}
			for i, value := range got.list() {
				assert.NotEmpty(t, value)
				assert.NotContains(t, got.list()[:i], value, "each value counts once")
			}
		}
	})
}

func FuzzInput(f *testing.F) {
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for _, body := range []string{
		"", "email=ada%40example.com&next=%2Fnotes", "a=1&a=2", "a=%zz", "a=%ff", "a", "&&", "a;b=c", `{"email":"ada@example.com"}`,
		`{"a":1}`, `{"a":null}`, `{"a":"b","a":"c"}`, `[]`, `null`, `{"a":{"b":"c"}}`, `{`, "{}{}", `{"a":"` + "\xff" + `"}`,
		strings.Repeat("a=1&", 100), `{"A":"b"}`,
	} {
		for _, media := range []string{form, object, form + "; charset=utf-8", "text/plain", "", "application/json; x"} {
			f.Add(body, media)
		}
	}
	f.Fuzz(func(t *testing.T, body, media string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		fields, err := input(httptest.NewRecorder(), r)
		if err != nil {
			assert.Nil(t, fields)
			var failed *failure
			require.ErrorAs(t, err, &failed)
			assert.Contains(t, []int{400, 413, 415}, failed.status)
			return
		}
		require.NotNil(t, fields)
		for name, value := range fields {
			assert.True(t, utf8.ValidString(value), "%q", name)
		}
		if !strings.HasPrefix(media, form) {
			return
		}
		values, err := url.ParseQuery(body)
		require.NoError(t, err)
		assert.Len(t, fields, len(values))
		for name, list := range values {
			require.Len(t, list, 1)
			assert.Equal(t, list[0], fields[name])
		}
	})
}
