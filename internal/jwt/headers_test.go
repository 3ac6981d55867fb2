package jwt_test

import (
	"crypto/rsa"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// headerNumber is the header of key number i.
func headerNumber(i int) string {
	return `{"alg":"RS256","kid":"jwk-test-` + strconv.Itoa(i) + `","typ":"JWT"}`
}

// twoTokens are good tokens with different headers.
var twoTokens = sync.OnceValue(func() []string {
	return []string{mint(ourKey(), headerNumber(7), goodClaims().String()), goodToken()}
})

// warm returns a cache that has the header of a text, if that header is valid.
func warm(t *testing.T, text string) *jwt.HeaderCache {
	t.Helper()
	headers := new(jwt.HeaderCache)
	for _, good := range twoTokens() {
		_, err := check(good, headers, &ourKey().PublicKey, expected())
		require.NoError(t, err)
	}
	if head, _, _ := strings.Cut(text, "."); !slices.Contains(headers.Cached(), head) && len(head) < 2000 {
		_, _ = check(join(ourKey(), head, encode(goodClaims().String())), headers, &ourKey().PublicKey, expected())
	}
	return headers
}

func TestHeaderCache_keepsTheFourNewest(t *testing.T) {
	t.Parallel()
	var headers jwt.HeaderCache
	assert.Empty(t, headers.Cached())
	var newest []string
	for i := range 10 {
		text := mint(ourKey(), headerNumber(i), goodClaims().String())
		newest = slices.Insert(newest, 0, text[:strings.IndexByte(text, '.')])
		for range 3 {
			token, err := jwt.Parse(text, &headers)
			require.NoError(t, err)
			assert.Equal(t, "jwk-test-"+strconv.Itoa(i), token.KID)
			_, err = token.Payload(&ourKey().PublicKey)
			require.NoError(t, err)
		}
		assert.Equal(t, newest[:min(4, len(newest))], headers.Cached())
	}
	for i := range 10 {
		token, err := jwt.Parse(mint(ourKey(), headerNumber(i), goodClaims().String()), &headers)
		require.NoError(t, err)
		assert.Equal(t, "jwk-test-"+strconv.Itoa(i), token.KID)
	}
}

func TestHeaderCache_keepsAHeaderOnce(t *testing.T) {
	t.Parallel()
	var headers jwt.HeaderCache
	first, err := jwt.Parse(goodToken(), &headers)
	require.NoError(t, err)
	second := first // a caller at the same time
	for _, token := range []*jwt.Token{&first, &second, &first} {
		_, err = token.Payload(&ourKey().PublicKey)
		require.NoError(t, err)
	}
	assert.Len(t, headers.Cached(), 1)
}

func TestHeaderCache_isNotFilledByParseAlone(t *testing.T) {
	t.Parallel()
	var headers jwt.HeaderCache
	for range 3 {
		_, err := jwt.Parse(goodToken(), &headers)
		require.NoError(t, err)
	}
	assert.Empty(t, headers.Cached())
}

func TestHeaderCache_isNotChangedByForgedTokens(t *testing.T) {
	t.Parallel()
	headers := warm(t, goodToken())
	cached := headers.Cached()
	signature := encode(make([]byte, 256))
	for i := range 1000 {
		_, err := check(encode(headerNumber(100+i))+".e30."+signature, headers, &ourKey().PublicKey, expected())
		require.ErrorIs(t, err, badSignature)
	}
	assert.Equal(t, cached, headers.Cached())
}

func TestHeaderCache_changesNoVerdict(t *testing.T) {
	t.Parallel()
	for _, a := range attacks(t) {
		_, cold := check(a.text, new(jwt.HeaderCache), &ourKey().PublicKey, a.expected())
		_, cached := check(a.text, warm(t, a.text), &ourKey().PublicKey, a.expected())
		require.ErrorIs(t, cold, a.verdict, a.name)
		require.Equal(t, cold, cached, a.name)
	}
}

func TestHeaderCache_changesNoVerdictOnDamagedTokens(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	headers := warm(t, goodToken())
	const letters = "ABCxyz019-_=.+/ \n\x00\xff"
	for range 10_000 {
		text := []byte(goodToken())
		for range 1 + random.IntN(2) {
			at := random.IntN(len(text))
			if random.IntN(3) == 0 {
				at = random.IntN(len(encode(goodHeader)) + 1)
			}
			switch letter := letters[random.IntN(len(letters))]; random.IntN(3) {
			case 0:
				text[at] = letter
			case 1:
				text = slices.Insert(text, at, letter)
			default:
				text = slices.Delete(text, at, at+1)
			}
		}
		_, cold := check(string(text), new(jwt.HeaderCache), &ourKey().PublicKey, expected())
		_, cached := check(string(text), headers, &ourKey().PublicKey, expected())
		require.Equal(t, cold, cached, "%q", text)
		if string(text) != goodToken() {
			require.Error(t, cold, "%q", text)
		}
	}
}

func TestHeaderCache_concurrentCallers(t *testing.T) {
	t.Parallel()
	const callers, turns, keys = 16, 60, 6
	private := []*rsa.PrivateKey{ourKey(), newKey(t, 2048)}
	var good, forged [keys]string
	for i := range keys {
		key := private[i%2]
		good[i] = mint(key, headerNumber(i), goodClaims().with("n", strconv.Itoa(i)).String())
		forged[i] = mint(private[1-i%2], headerNumber(i), goodClaims().String())
	}
	var headers jwt.HeaderCache
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for turn := range turns {
				i := (caller + turn) % keys
				token, err := jwt.Parse(good[i], &headers)
				if !assert.NoError(t, err) || !assert.Equal(t, "jwk-test-"+strconv.Itoa(i), token.KID) {
					return
				}
				claims, err := check(good[i], &headers, &private[i%2].PublicKey, expected())
				if assert.NoError(t, err) {
					assert.JSONEq(t, fmt.Sprintf(`{"n":%d}`, i), string(claims.Custom))
				}
				_, err = check(forged[i], &headers, &private[i%2].PublicKey, expected())
				assert.ErrorIs(t, err, badSignature)
			}
		})
	}
	group.Wait()
	cached := headers.Cached()
	assert.Len(t, cached, 4)
	slices.Sort(cached)
	assert.Len(t, slices.Compact(cached), 4)
}
