package flows_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
)

// provider is an OIDC provider, which can be told to answer otherwise than it should.
type provider struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu sync.Mutex // guards the fields below
	// claims are those of the ID token and of the userinfo, by which those that are right are replaced; nil removes one.
	claims, info object
	// sign signs the ID token, nil for the right way.
	sign func(jwt.MapClaims) string
	// answers are those of paths, instead of the right ones.
	answers map[string]http.HandlerFunc

	asked     url.Values // what the browser was sent with
	redeemed  url.Values // what the token endpoint was asked
	client    string     // the credentials at the token endpoint
	lifetime  string     // JSON
	refreshes int
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &provider{key: key, lifetime: "3600", answers: map[string]http.HandlerFunc{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answer := p.answers[r.URL.Path]; answer != nil {
		answer(w, r)
		return
	}
	number := base64.RawURLEncoding.EncodeToString
	var out any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		out = object{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token",
			"userinfo_endpoint": p.URL + "/me", "jwks_uri": p.URL + "/keys",
		}
	case "/keys":
		out = object{"keys": []object{
			{"kty": "RSA", "use": "enc", "kid": "k", "n": "AQAB", "e": "AQAB"}, {"kty": "oct", "kid": "k", "k": "x"},
			{"kty": "RSA", "use": "sig", "kid": "k", "n": number(p.key.N.Bytes()), "e": "AQAB"},
		}}
	case "/token":
		_ = r.ParseForm()
		id, secret, _ := r.BasicAuth()
		p.redeemed, p.client = r.PostForm, id+":"+secret
		answer := object{
			"access_token": fmt.Sprint("at-", p.refreshes), "refresh_token": "rt", "token_type": "Bearer",
			"expires_in": json.RawMessage(p.lifetime), "scope": "openid email",
		}
		if r.PostForm.Get("grant_type") == "refresh_token" {
			p.refreshes++
			answer["access_token"] = fmt.Sprint("at-", p.refreshes)
		} else {
			answer["id_token"] = p.idToken(strings.TrimPrefix(p.redeemed.Get("code"), "code "))
		}
		out = answer
	case "/me":
		out = changed(object{
			"sub": "u/1", "email": "bob@example.com", "name": "Bob", "groups": []string{"Ops"}, "title": "Dr.",
		}, p.info)
	default:
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}

// changed are values, some of which are replaced.
func changed(values, changes object) object {
	for name, value := range changes {
		values[name] = value
		if value == nil {
			delete(values, name)
		}
	}
	return values
}

func (p *provider) idToken(nonce string) string {
	claims := jwt.MapClaims(changed(object{
		"iss": p.URL, "aud": "client:1", "sub": "u/1", "nonce": nonce,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}, p.claims))
	if p.sign != nil {
		return p.sign(claims)
	}
	return signed(jwt.SigningMethodRS256, p.key, "k", claims)
}

// signed is a JWT.
func signed(method jwt.SigningMethod, key any, kid string, claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return text
}

// reset makes the provider answer as it should.
func (p *provider) reset() {
	p.claims, p.info, p.sign = nil, nil, nil
	clear(p.answers)
}

// realOIDC creates a connection to a provider that is there.
func (h *harness) realOIDC(org string, p *provider) string {
	h.t.Helper()
	c := h.pendingOIDC(org)
	updated, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) {
		r.Issuer, r.ClientID, r.ClientSecret = &p.URL, new("client:1"), new("a secret")
	})
	require.NoError(h.t, err)
	require.Empty(h.t, updated.Warning)
	return c.ConnectionID
}

// toProvider begins a login, and returns where the provider leads the browser back.
func (h *harness) toProvider(s *surfer, p *provider, pairs ...string) *url.URL {
	h.t.Helper()
	v := s.do(h.startSSO(pairs...), nil)
	require.NotNil(h.t, v.to, v.body)
	require.Equal(h.t, p.URL+"/auth", "http://"+v.to.Host+v.to.Path)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = v.to.Query()
	back, err := url.Parse(p.asked.Get("redirect_uri"))
	require.NoError(h.t, err)
	back.RawQuery = url.Values{"code": {"code " + p.asked.Get("nonce")}, "state": {p.asked.Get("state")}, "iss": {p.URL}}.Encode()
	return back
}
