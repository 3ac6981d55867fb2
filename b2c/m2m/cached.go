package m2m

import (
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// Bounds of the times before a token's expiry at which it is renewed, and at which callers wait for the renewal.
const (
	latestRenewal   = 30 * time.Second
	earliestRenewal = 5 * time.Minute
	longestWait     = 10 * time.Second
)

// maxExpiresIn bounds the API's expires_in, in seconds: ten years.
const maxExpiresIn = 10 * 365 * 24 * 3600

// cachedToken is an immutable token. Its life counts from the start of the request for it.
type cachedToken struct {
	token AccessToken
	life  time.Duration
}

// newCachedToken returns the token of a response to a request that started at requested.
func newCachedToken(resp *TokenResponse, requested time.Time) (*cachedToken, error) {
	if resp.ExpiresIn <= 0 {
		return nil, undecodable(resp, "/expires_in", "it is not positive")
	}
	life := time.Duration(min(resp.ExpiresIn, maxExpiresIn)) * time.Second
	return &cachedToken{
		token: AccessToken{
			AccessToken: resp.AccessToken, TokenType: resp.TokenType, ExpiresAt: requested.Add(life).Round(0).UTC(),
		},
		life: life,
	}, nil
}

func (c *cachedToken) lifetime() refresh.Lifetime {
	return refresh.Lifetime{
		Early: c.life - min(max(c.life/10, latestRenewal), earliestRenewal, c.life/2),
		Due:   c.life - min(longestWait, c.life/4),
		End:   c.life,
	}
}
