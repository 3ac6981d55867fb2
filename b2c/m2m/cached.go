package m2m

import (
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// Times before a token's end: when to renew it, and when to wait for that.
const (
	latestRenewal   = 30 * time.Second
	earliestRenewal = 5 * time.Minute
	longestWait     = 10 * time.Second
)

// maxLife is as long as a token is believed to live, in seconds: ten years.
const maxLife = 10 * 365 * 24 * 3600

// cachedToken is a token with its life, which began when it was requested. It is never changed.
type cachedToken struct {
	token AccessToken
	life  time.Duration
}

// newCachedToken makes one of the answer to a call that began at requested.
func newCachedToken(resp *TokenResponse, requested time.Time) (*cachedToken, error) {
	if resp.ExpiresIn <= 0 {
		return nil, undecodable(resp, "/expires_in", "it is not positive")
	}
	life := time.Duration(min(resp.ExpiresIn, maxLife)) * time.Second
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
