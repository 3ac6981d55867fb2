package state

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// stytchClaims begins the names of the API's own claims.
const stytchClaims = "https://stytch.com/"

// registeredClaims are names that custom claims cannot take (RFC 7519, section 4.1).
var registeredClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}

// MergeClaims returns the old claims with the added ones. A nil value deletes a claim; registered names are ignored.
func MergeClaims(old, added shared.Object) (shared.Object, error) {
	merged := shared.Object{}
	maps.Copy(merged, old)
	for name, value := range added {
		switch {
		case strings.HasPrefix(name, stytchClaims):
			return nil, invalid(stytcherror.CodeStytchClaimsInCustomClaims,
				"Custom claims cannot begin with %s.", stytchClaims)
		case slices.Contains(registeredClaims, name):
		case value == nil:
			delete(merged, name)
		default:
			merged[name] = value
		}
	}
	raw, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	if len(raw) > maxClaims {
		return nil, invalid(stytcherror.CodeCustomClaimsTooLarge, "Custom claims are larger than %d bytes.", maxClaims)
	}
	return merged, nil
}
