package sign

import (
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// M2MAccessTokenLifetime is how long an access token for an M2M client is valid.
const M2MAccessTokenLifetime = time.Hour

// M2MAccessToken signs an access token for an M2M client as [Later] does. The scope is a list that is separated by
// spaces.
func M2MAccessToken(tx *state.Tx, clientID, scope string, to *string) {
	claims := registered(tx, clientID, M2MAccessTokenLifetime)
	claims["scope"] = scope
	Later(tx, claims, to)
}

// VerifyM2MAccessToken verifies an access token of an M2M client, and returns its claims. A token of anything else has
// none.
func VerifyM2MAccessToken(tx *state.Tx, text string, client *state.Client) (claims Claims, ok bool) {
	parsed := jwt.MapClaims{}
	if verify(tx, text, &parsed) != nil {
		return nil, false
	}
	audience, _ := parsed.GetAudience()
	expiry, err := parsed.GetExpirationTime()
	_, isApps := parsed["client_id"]
	_, isSession := parsed[sessionClaim]
	_, hasScope := parsed["scope"]
	issued, _ := parsed.GetIssuedAt()
	// An older token is of a former client with the same id.
	isOlder := issued != nil && issued.Before(client.CreatedAt.Truncate(time.Second))
	if err != nil || expiry == nil || !tx.Now.Before(expiry.Time) || isApps || isSession || !hasScope || isOlder ||
		parsed["sub"] != client.ClientID || parsed["iss"] != issuer(tx) || !slices.Contains(audience, tx.ProjectID) {
		return nil, false
	}
	return Claims(parsed), true
}
