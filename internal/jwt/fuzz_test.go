package jwt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// FuzzParse verifies any text.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", ".", "..", "...", "a.b.c", goodToken(), goodToken() + "=", goodToken() + "\n", " " + goodToken(),
		mint(ourKey(), goodHeader, goodClaims().with("exp", "1").String()), strings.Repeat(".", 100_000),
		mint(ourKey(), `{"alg":"none","kid":"jwk-test-1"}`, goodClaims().String()),
		mint(ourKey(), `{"alg":"RS256","kid":"jwk-test-1","jku":null}`, goodClaims().String()),
		encode(goodHeader) + "." + encode(goodClaims().String()) + ".", strings.Repeat("A", 342) + ".." + strings.Repeat("A", 342),
	} {
		f.Add(text)
	}
	f.Fuzz(checkAny)
}

// FuzzSigned verifies any header and payload with a valid signature, and so reaches the code that FuzzParse does not.
func FuzzSigned(f *testing.F) {
	good := goodClaims().String()
	f.Add(goodHeader, good)
	f.Add(goodHeader, goodClaims().with("aud", `"project-test-1"`, "nbf", "0", "iss", `"`+domain+`"`).String())
	f.Add(goodHeader, goodClaims().with("exp", "1e300", "iat", "1.5").String())
	f.Add(goodHeader, goodClaims().with("exp", `"9"`, "aud", `[["project-test-1"],1,null]`).String())
	f.Add(goodHeader, goodClaims().add("exp", "99999999999").add("x", `{"a":1,"a":[2]}`).String())
	f.Add(goodHeader, goodClaims().with("EXP", "1", "limits", `{"seats":-1e-7,"\u0061":"\ud83d\ude00"}`).String())
	f.Add(goodHeader, goodClaims().with("x\xff", `{"a":1,"a":"\ud83d"}`).add("x", "\"\xff\"").add("x", "2").String())
	f.Add(goodHeader, goodClaims().with("https://stytch.com/session", `{"id":"s","roles":["\ud83d"]}`).String())
	f.Add(goodHeader, goodClaims().with("sub", `"\ud83d"`).String())
	f.Add(goodHeader, "null")
	f.Add(goodHeader, good+good)
	f.Add(goodHeader, " \r\n\t"+good+" ")
	f.Add(goodHeader, "\xef\xbb\xbf"+good)
	f.Add(`{"alg":"RS256","kid":"jwk-test-1","typ":null,"x5t":"AAAA","\u0061lg":"none"}`, good)
	f.Add(` {"kid":"\u002e./k","typ":"jwt","alg":"RS256","x":{"crit":[]}}`, good)
	for _, name := range refusedNames {
		f.Add(`{"alg":"RS256","kid":"jwk-test-1","`+name+`":null}`, good)
	}
	f.Fuzz(func(t *testing.T, header, payload string) {
		checkAny(t, mint(ourKey(), header, payload))
	})
}

// checkAny asserts what holds for every text: verifying it does not panic; an error is one of ours and shows nothing of
// the text; a cached header gives the same verdict; golang-jwt accepts what is accepted here.
func checkAny(t *testing.T, text string) {
	t.Helper()
	var headers jwt.HeaderCache
	claims, err := check(text, &headers, &ourKey().PublicKey, expected())
	_, again := check(text, &headers, &ourKey().PublicKey, expected())
	require.Equal(t, err, again)
	if err != nil {
		wellFormed(t, err, text)
		return
	}
	require.Equal(t, []string{text[:strings.IndexByte(text, '.')]}, headers.Cached())
	compareGolangJWT(t, text, claims)
}

// compareGolangJWT asserts that golang-jwt, at its strictest, reads the same from a token that was accepted here.
func compareGolangJWT(t *testing.T, text string, ours *sessionClaims) {
	t.Helper()
	const skew = 5 * time.Second
	parser := gojwt.NewParser(gojwt.WithValidMethods([]string{"RS256"}), gojwt.WithStrictDecoding(), gojwt.WithJSONNumber(),
		gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithAudience(project), gojwt.WithLeeway(skew),
		gojwt.WithTimeFunc(func() time.Time { return now }))
	theirs := gojwt.MapClaims{}
	_, err := parser.ParseWithClaims(text, theirs, func(*gojwt.Token) (any, error) { return &ourKey().PublicKey, nil })
	if number, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && strings.HasPrefix(number.Value, "number") {
		return // golang-jwt refuses a custom claim beyond float64
	}
	require.NoError(t, err)

	expires, err := theirs.GetExpirationTime()
	require.NoError(t, err)
	assert.True(t, now.Before(expires.Time), "golang-jwt has a leeway for this too")
	assert.Equal(t, expires.Unix(), ours.Expires.Seconds)
	assert.Contains(t, []any{issuer, domain}, theirs["iss"])
	assert.Equal(t, theirs["iss"], ours.Issuer)
	assert.NotEmpty(t, ours.Subject)
	assert.Equal(t, theirs["sub"], ours.Subject)
	audience, err := theirs.GetAudience()
	require.NoError(t, err)
	assert.Equal(t, []string(audience), []string(ours.Audience))

	parts := strings.Split(text, ".")
	require.Len(t, parts, 3)
	header := readObject(t, parts[0])
	assert.Equal(t, "RS256", header["alg"])
	assert.IsType(t, "", header["kid"])
	assert.NotEmpty(t, header["kid"])
	for _, name := range refusedNames {
		assert.NotContains(t, header, name)
	}
	for _, name := range []string{"exp", "iat"} {
		assert.Contains(t, readObject(t, parts[1]), name)
	}
}

// readObject decodes a part with encoding/json and asserts that no registered claim occurs twice, nor any name in a
// header.
func readObject(t *testing.T, part string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	require.Equal(t, part, encode(raw))
	names := map[string]int{}
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, err = dec.ReadToken()
	require.NoError(t, err)
	for dec.PeekKind() == jsontext.KindString {
		name, err := dec.ReadToken()
		require.NoError(t, err)
		names[name.String()]++
		require.NoError(t, dec.SkipValue())
	}
	for _, name := range []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id", "https://stytch.com/session", "alg", "kid", "typ",
	} {
		require.LessOrEqual(t, names[name], 1, "%s occurs twice", name)
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&object))
	return object
}
