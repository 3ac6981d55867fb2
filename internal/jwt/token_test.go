package jwt_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
)

func TestAccepts(t *testing.T) {
	t.Parallel()
	good := goodClaims()
	several := `["https://api.example","` + project + `"]`
	for name, c := range map[string]struct {
		header string
		claims object
	}{
		"what the issuer writes":      {},
		"the project's own domain":    {claims: good.with("iss", `"`+domain+`"`)},
		"an audience without a list":  {claims: good.with("aud", `"`+project+`"`)},
		"several audiences":           {claims: good.with("aud", several)},
		"no nbf":                      {claims: good.without("nbf")},
		"nbf 0":                       {claims: good.with("nbf", "0")},
		"the latest date possible":    {claims: good.with("exp", "253402300799")},
		"custom claims of any type":   {claims: good.with("a", "null", "b", "[1e999,-0.0]", "c", `{"exp":"never"}`, "d", `"\ud83d\ude00"`)},
		"custom claims in capitals":   {claims: good.with("EXP", `"no date"`, "Aud", "1")},
		"escaped names":               {claims: good.without("exp").add(`\u0065xp`, good[1].value)},
		"a session with a new member": {claims: good.with("https://stytch.com/session", `{"id":"s","roles":[],"later":{}}`)},
		"no session":                  {claims: good.without("https://stytch.com/session")},
		"no type":                     {header: `{"alg":"RS256","kid":"jwk-test-1"}`},
		"a null for type":             {header: `{"alg":"RS256","kid":"jwk-test-1","typ":null}`},
		"the type in lower case":      {header: `{"alg":"RS256","kid":"jwk-test-1","typ":"jwt"}`},
		"another order and spaces":    {header: "{ \"typ\":\"JWT\",\r\n\t\"kid\" : \"jwk-test-1\", \"alg\":\"RS256\" } "},
		"thumbprints and new names":   {header: `{"alg":"RS256","kid":"jwk-test-1","x5t":"AAAA","x5t#S256":"BBBB","stytch":{"v":1}}`},
		"refused names in capitals":   {header: `{"alg":"RS256","kid":"jwk-test-1","JKU":"https://evil.example","Crit":["x"]}`},
		"refused names in an object":  {header: `{"alg":"RS256","kid":"jwk-test-1","x":{"jku":"https://evil.example"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.header == "" {
				c.header = goodHeader
			}
			if c.claims == nil {
				c.claims = good
			}
			text := mint(ourKey(), c.header, c.claims.String())
			claims, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
			require.NoError(t, err)
			assert.Equal(t, "member-test-1", claims.Subject)
			compareGolangJWT(t, text, claims)
		})
	}
}

func TestAccepts_largerKeys(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{3072, 4096} {
		key := newKey(t, bits)
		_, err := check(mint(key, goodHeader, goodClaims().String()), new(jwt.HeaderCache), &key.PublicKey, expected())
		require.NoError(t, err, bits)
	}
}

func TestAccepts_whatGolangJWTSigns(t *testing.T) {
	t.Parallel()
	minted := gojwt.NewWithClaims(gojwt.SigningMethodRS256, gojwt.RegisteredClaims{
		Issuer: issuer, Subject: "user-test-1", Audience: gojwt.ClaimStrings{project},
		IssuedAt: gojwt.NewNumericDate(now), ExpiresAt: gojwt.NewNumericDate(now.Add(time.Hour)),
	})
	minted.Header["kid"] = kid
	text, err := minted.SignedString(ourKey())
	require.NoError(t, err)
	claims, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
	require.NoError(t, err)
	assert.Equal(t, jwt.Registered{
		Issuer: issuer, Subject: "user-test-1", Audience: jwt.Audience{project},
		IssuedAt: jwt.Date{Seconds: now.Unix(), Set: true}, Expires: jwt.Date{Seconds: now.Unix() + 3600, Set: true},
	}, claims.Registered)
	assert.Equal(t, now.Add(time.Hour), claims.Expires.Time())
	assert.Equal(t, time.UTC, claims.Expires.Time().Location())
}

// A kid is only compared with others, so that it may have any text.
func TestParse_acceptsAnyTextAsKID(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"../../etc/passwd", "/dev/null", "https://evil.example/jwks.json", "x' OR '1'='1", "\x00", "a\nb", "ключ", strings.Repeat("k", 256),
	} {
		quoted, err := json.Marshal(name)
		require.NoError(t, err)
		token, err := jwt.Parse(mint(ourKey(), `{"alg":"RS256","kid":`+string(quoted)+`}`, goodClaims().String()), new(jwt.HeaderCache))
		require.NoError(t, err)
		assert.Equal(t, name, token.KID)
	}
}

func TestVerify_returnsWhatWasSigned(t *testing.T) {
	t.Parallel()
	token, err := jwt.Parse(goodToken(), new(jwt.HeaderCache))
	require.NoError(t, err)
	for range 2 {
		payload, err := token.Payload(&ourKey().PublicKey)
		require.NoError(t, err)
		assert.Equal(t, goodClaims().String(), string(payload))
		clear(payload)
		_ = append(payload, "more"...)
	}
}

func TestDecode_acceptsObjectsOnly(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", " ", "null", "1", `"x"`, "[]", "true", "{", "{}{}", "x", `{"sub":"a","sub":"a"}`} {
		var anything any
		isVerdict(t, jwt.Decode([]byte(payload), &anything), malformed, payload)
		var value jsontext.Value
		require.ErrorIs(t, jwt.Decode([]byte(payload), &value), malformed, payload)
		pointer := new(sessionClaims)
		require.ErrorIs(t, jwt.Decode([]byte(payload), &pointer), malformed, payload)
	}
	var claims map[string]any
	require.NoError(t, jwt.Decode([]byte(` {"a":1} `), &claims))
	assert.Equal(t, map[string]any{"a": 1.0}, claims)
}

func TestDecode_replacesTheAudience(t *testing.T) {
	t.Parallel()
	var claims jwt.Registered
	for audience, want := range map[string]jwt.Audience{
		`["project-test-1"]`: {project}, `["a","b"]`: {"a", "b"}, `"c"`: {"c"}, `[]`: nil,
	} {
		require.NoError(t, jwt.Decode([]byte(`{"aud":`+audience+`}`), &claims))
		assert.Equal(t, want, claims.Audience)
	}
}

// aged are claims with dates in seconds from now.
func aged(issued, notBefore, expires int) *jwt.Registered {
	at := func(seconds int) jwt.Date { return jwt.Date{Seconds: now.Unix() + int64(seconds), Set: true} }
	return &jwt.Registered{
		Issuer: issuer, Subject: "user-test-1", Audience: jwt.Audience{project},
		IssuedAt: at(issued), NotBefore: at(notBefore), Expires: at(expires),
	}
}

func TestCheck_toTheSecond(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for _, c := range []struct {
		name                       string
		issued, notBefore, expires int
		leeway, maxAge, later      time.Duration
		verdict                    error
	}{
		{"a second left", -299, -299, 1, 0, 0, 0, nil},
		{"a nanosecond left", -299, -299, 1, 0, 0, second - 1, nil},
		{"the second it ends", -300, -300, 0, 0, 0, 0, expired},
		{"long after", -9000, -9000, -8700, 0, 0, 0, expired},
		{"within leeway", -329, -329, -29, 30 * second, 0, 0, nil},
		{"a nanosecond of leeway left", -329, -329, -29, 30 * second, 0, second - 1, nil},
		{"the second the leeway ends", -330, -330, -30, 30 * second, 0, 0, expired},
		{"leeway of half a second", -300, -300, 0, second / 2, 0, second/2 - 1, nil},
		{"leeway of half a second, expired", -300, -300, 0, second / 2, 0, second / 2, expired},
		{"issued a year ago", -31_536_000, -31_536_000, 1, 0, 0, 0, nil},

		{"issued within the skew", 5, 5, 300, 0, 0, 0, nil},
		{"issued beyond the skew", 6, 0, 300, 0, 0, 0, malformed},
		{"nbf beyond the skew", 0, 6, 300, 0, 0, 0, malformed},
		{"a nanosecond beyond the skew", 6, 6, 300, 0, 0, second - 1, malformed},
		{"within the skew a second later", 6, 6, 300, 0, 0, second, nil},
		{"a leeway below the skew", 5, 5, 300, second, 0, 0, nil},
		{"issued within the leeway", 30, 30, 300, 30 * second, 0, 0, nil},
		{"beyond the leeway", 31, 31, 300, 30 * second, 0, 0, malformed},
		{"nbf after exp", -10, 60, 30, 0, 0, 0, malformed},
		{"iat after exp", 60, -10, -30, 0, 0, 0, malformed},

		{"as old as allowed", -60, -60, 240, 0, 60 * second, 0, nil},
		{"a nanosecond older", -60, -60, 240, 0, 60 * second, 1, tooOld},
		{"a second older", -61, -61, 239, 0, 60 * second, 0, tooOld},
		{"leeway makes it no younger", -61, -61, 239, 30 * second, 60 * second, 0, tooOld},
		{"a token of the future is not old", 5, 5, 300, 0, second, 0, nil},
		{"an age bound of a nanosecond", 0, 0, 300, 0, 1, 0, nil},
		{"an age bound of a nanosecond, a second old", -1, -1, 300, 0, 1, 0, tooOld},
		{"no age bound", -290, -290, 10, 0, 0, 0, nil},
		{"expired comes before too old", -400, -400, -100, 0, 60 * second, 0, expired},
		{"within leeway, and too old", -310, -310, -10, 30 * second, 60 * second, 0, tooOld},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := expected()
			want.Now, want.Leeway, want.MaxAge = now.Add(c.later), c.leeway, shared.NonZero(c.maxAge)
			for _, zone := range []*time.Location{time.UTC, time.FixedZone("far", 14*3600)} {
				want.Now = want.Now.In(zone)
				err := aged(c.issued, c.notBefore, c.expires).Check(want)
				require.ErrorIs(t, err, c.verdict)
			}
		})
	}
}

// A maximum age of zero refuses every token, even if our clock is behind the issuer's.
func TestCheck_ageOfZero(t *testing.T) {
	t.Parallel()
	want := expected()
	want.MaxAge = new(time.Duration(0))
	for _, later := range []time.Duration{-time.Hour, -3 * time.Second, 0, time.Minute} {
		want.Now = now.Add(later)
		require.ErrorIs(t, aged(0, 0, 300).Check(want), tooOld)
	}
}

// The API may be asked about expired tokens and those that are too old, so no other token may be called either.
func TestCheck_checksTheAgeLast(t *testing.T) {
	t.Parallel()
	for _, end := range []struct {
		name    string
		verdict error
		claims  object
		maxAge  time.Duration
	}{
		{"expired", expired, goodClaims().with("exp", strconv.FormatInt(now.Unix(), 10)), 0},
		{"too old", tooOld, goodClaims(), time.Second},
	} {
		for name, c := range map[string]struct {
			text    string
			verdict error
		}{
			"valid otherwise":     {mint(ourKey(), goodHeader, end.claims.String()), end.verdict},
			"another key":         {mint(newKey(t, 2048), goodHeader, end.claims.String()), badSignature},
			"another issuer":      {mint(ourKey(), goodHeader, end.claims.with("iss", `"evil"`).String()), wrongClaims},
			"another audience":    {mint(ourKey(), goodHeader, end.claims.with("aud", `"evil"`).String()), wrongClaims},
			"no subject":          {mint(ourKey(), goodHeader, end.claims.without("sub").String()), malformed},
			"no date of issue":    {mint(ourKey(), goodHeader, end.claims.without("iat").String()), malformed},
			"begins in future":    {mint(ourKey(), goodHeader, end.claims.with("nbf", "4000000000").String()), malformed},
			"a name twice":        {mint(ourKey(), goodHeader, end.claims.add("sub", `"evil"`).String()), malformed},
			"another algorithm":   {mint(ourKey(), headerOf(`"RS512"`), end.claims.String()), malformed},
			"a zero as signature": {encode(goodHeader) + "." + encode(end.claims.String()) + "." + encode(make([]byte, 256)), badSignature},
		} {
			want := expected()
			want.MaxAge = shared.NonZero(end.maxAge)
			_, err := check(c.text, new(jwt.HeaderCache), &ourKey().PublicKey, want)
			require.ErrorIs(t, err, c.verdict, "%s, %s", end.name, name)
			wellFormed(t, err, c.text)
		}
	}
}

func TestExpireBy_onlyShortens(t *testing.T) {
	t.Parallel()
	for end, left := range map[time.Time]int64{
		{}: 60, now.Add(time.Hour): 60, now.Add(61 * time.Second): 60, now.Add(59 * time.Second): 59,
		now.Add(59*time.Second - 1): 58, now: 0, now.Add(-time.Hour): -3600,
	} {
		claims := aged(-60, -60, 60)
		claims.ExpireBy(end)
		assert.Equal(t, now.Unix()+left, claims.Expires.Seconds, end)
	}
	none := new(jwt.Registered)
	none.ExpireBy(now)
	assert.False(t, none.Expires.Set)
}
