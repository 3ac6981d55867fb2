package idp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// leeway is by how much the clock of a provider may differ.
const leeway = time.Minute

// algorithms are those that ID tokens may be signed with: none that is "none", and none with the client's secret.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}

// verify verifies an ID token (OpenID Connect Core 1.0, section 3.1.3.7) and returns its claims. The machine's clock
// counts, as it does for the provider.
func (l *Login) verify(token string, keys []key) (map[string]any, error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithIssuer(l.Connection.Issuer), jwt.WithAudience(l.Connection.ClientID), jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway))
	parsed, err := parser.ParseWithClaims(token, jwt.MapClaims{}, func(t *jwt.Token) (any, error) {
		if t.Header["crit"] != nil { // RFC 7515, section 4.1.11
			return nil, errors.New("its crit names extensions, of which none is understood")
		}
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			kid := t.Header["kid"]
			if (kid == nil || kid == k.id) && (k.algorithm == "" || k.algorithm == t.Method.Alg()) {
				set.Keys = append(set.Keys, k.public)
			}
		}
		if len(set.Keys) == 0 {
			return nil, errors.New("no key of the provider has its kid, and is for its alg")
		}
		return set, nil
	})
	if err != nil {
		return nil, fmt.Errorf("%.200w", err)
	}
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	claims, err := ParseObject(payload) // in which no name occurs twice
	if err != nil {
		return nil, err
	}
	audience, _ := parsed.Claims.GetAudience()
	party, hasParty := claims["azp"]
	subject, _ := claims["sub"].(string)
	switch {
	case claims["iat"] == nil:
		return nil, errors.New("its iat is missing")
	case claims["nonce"] != l.Nonce:
		return nil, errors.New("its nonce is not that of the login")
	case len(audience) > 1 && !hasParty || hasParty && party != l.Connection.ClientID:
		return nil, errors.New("it is for another client")
	case subject == "" || len(subject) > state.MaxFactorText:
		return nil, fmt.Errorf("its sub is empty or longer than %d bytes", state.MaxFactorText)
	}
	return claims, nil
}
