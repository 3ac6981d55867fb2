// Package minttest mints tokens for tests of local verification, with any header, payload and signature, and has an API
// in memory that serves the keys. Package stytchtest mints tokens for tests of applications.
//
//	key := minttest.NewKey("jwk-test-1")
//	api := minttest.NewAPI(key)
//	token := key.Sign(minttest.MemberSession(time.Now()))
package minttest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The project that tokens belong to, and ids in it.
const (
	Project      = "project-test-11111111-1111-4111-8111-111111111111"
	Secret       = "secret-test-mint"
	Issuer       = "stytch.com/" + Project
	Organization = "organization-test-11111111-1111-4111-8111-111111111111"
	Member       = "member-test-11111111-1111-4111-8111-111111111111"
	User         = "user-test-11111111-1111-4111-8111-111111111111"
	Session      = "session-test-11111111-1111-4111-8111-111111111111"
	App          = "connected-app-test-11111111-1111-4111-8111-111111111111"
	M2MClient    = "m2m-client-test-11111111-1111-4111-8111-111111111111"
)

// Names of Stytch's own claims.
const (
	SessionClaim      = "https://stytch.com/session"
	OrganizationClaim = "https://stytch.com/organization"
)

// Key is a key pair with its kid.
type Key struct {
	KID     string
	Private *rsa.PrivateKey
}

var (
	mu    sync.Mutex
	pairs = map[string]*rsa.PrivateKey{}
)

// NewKey returns the key with this kid. It is generated once per process.
func NewKey(kid string) *Key {
	mu.Lock()
	defer mu.Unlock()
	if pairs[kid] == nil {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		pairs[kid] = private
	}
	return &Key{KID: kid, Private: pairs[kid]}
}

// WithKID returns the same key pair with another kid.
func (k *Key) WithKID(kid string) *Key { return &Key{KID: kid, Private: k.Private} }

// Set returns the JSON Web Key Set of keys.
func Set(keys ...*Key) []byte {
	list := make([]map[string]any, len(keys))
	for i, k := range keys {
		list[i] = map[string]any{
			"kty": "RSA", "use": "sig", "alg": "RS256", "key_ops": []string{"verify"}, "kid": k.KID,
			"n": base64.RawURLEncoding.EncodeToString(k.Private.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.Private.E)).Bytes()),
		}
	}
	return encode(map[string]any{"keys": list, "request_id": "request-id-test-1", "status_code": 200})
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// With returns a copy of claims in which others replace those of the same name, or remove them if nil.
func With(claims, others map[string]any) map[string]any {
	merged := maps.Clone(claims)
	maps.Copy(merged, others)
	maps.DeleteFunc(merged, func(_ string, value any) bool { return value == nil })
	return merged
}

// registered returns the registered claims of a token that is issued now and expires after lifetime.
func registered(subject string, now time.Time, lifetime time.Duration) map[string]any {
	return map[string]any{
		"iss": Issuer, "sub": subject, "aud": []string{Project},
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(lifetime).Unix(),
	}
}

// UserSession returns the claims of a user's session.
func UserSession(now time.Time) map[string]any {
	at := func(d time.Duration) string { return now.Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	return With(registered(User, now, 5*time.Minute), map[string]any{
		SessionClaim: map[string]any{
			"id": Session, "started_at": at(-time.Hour), "last_accessed_at": at(0), "expires_at": at(time.Hour),
			"attributes": map[string]any{"user_agent": "", "ip_address": ""},
			"roles":      []string{"stytch_user", "editor"},
			"authentication_factors": []any{
				map[string]any{
					"type": "magic_link", "delivery_method": "email", "last_authenticated_at": at(-time.Hour),
					"email_factor": map[string]any{"email_id": "email-test-1", "email_address": "ada@example.com"},
				},
				map[string]any{
					"type": "otp", "delivery_method": "sms", "last_authenticated_at": at(0),
					"phone_number_factor": map[string]any{
						"phone_id": "phone-number-test-1", "phone_number": "+15005550006",
					},
				},
			},
		},
		"plan": "pro", "limits": map[string]any{"seats": 10},
	})
}

// MemberSession returns the claims of a member's session.
func MemberSession(now time.Time) map[string]any {
	claims := UserSession(now)
	session := maps.Clone(claims[SessionClaim].(map[string]any))
	session["roles"] = []string{"stytch_member", "stytch_admin", "editor"}
	return With(claims, map[string]any{"sub": Member, SessionClaim: session, OrganizationClaim: organization()})
}

func organization() map[string]any {
	return map[string]any{"organization_id": Organization, "slug": "analytical-engines"}
}

// AppToken returns the claims of a Connected App's access token for a user or, if member is set, for a member.
func AppToken(now time.Time, member bool) map[string]any {
	claims := With(registered(User, now, time.Hour), map[string]any{
		"client_id": App, "jti": "token-1", "scope": "openid read:reports", "plan": "pro",
	})
	if member {
		claims["sub"], claims[OrganizationClaim] = Member, organization()
	}
	return claims
}

// M2MToken returns the claims of an M2M client's access token.
func M2MToken(now time.Time) map[string]any {
	return With(registered(M2MClient, now, time.Hour), map[string]any{
		"scope": "read:users write:books", "region": "eu",
	})
}

// Header returns the JSON of the header that Sign writes.
func (k *Key) Header() string { return `{"alg":"RS256","kid":"` + k.KID + `","typ":"JWT"}` }

// Sign returns a token with these claims, as the API signs it.
func (k *Key) Sign(claims map[string]any) string { return k.SignText(k.Header(), JSON(claims)) }

// JSON returns claims as the payload of a token.
func JSON(claims map[string]any) string { return string(encode(claims)) }

// SignText returns a token with any header and payload, JSON or not, with the key's RS256 signature.
func (k *Key) SignText(header, payload string) string {
	return Forge(jwt.SigningMethodRS256, k.Private, header, payload)
}

// SignEncoded is SignText for parts that are encoded already, validly or not.
func (k *Key) SignEncoded(head, body string) string {
	return join(jwt.SigningMethodRS256, k.Private, head, body)
}

// Forge returns a token with any header and payload, signed by any method, whatever the header says. Key is the
// method's.
func Forge(method jwt.SigningMethod, key any, header, payload string) string {
	return join(method, key, Encode(header), Encode(payload))
}

// Encode encodes a part of a token.
func Encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func join(method jwt.SigningMethod, key any, head, body string) string {
	signature, err := method.Sign(head+"."+body, key)
	if err != nil {
		panic(err)
	}
	return head + "." + body + "." + Encode(string(signature))
}
