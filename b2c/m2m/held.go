package m2m

import (
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
)

// Times before a token's end: when to renew it, and when to wait for that.
const (
	latestRenewal   = 30 * time.Second
	earliestRenewal = 5 * time.Minute
	longestWait     = 10 * time.Second
)

// maxLife is as long as a token is believed to live, in seconds: ten years.
const maxLife = 10 * 365 * 24 * 3600

// held is a token with its life, which began when it was asked for. It is never changed.
type held struct {
	token AccessToken
	asked time.Time
	life  time.Duration
}

// hold keeps the token of an answer to a call that began at asked.
func hold(resp *TokenResponse, asked time.Time) (*held, error) {
	if resp.ExpiresIn <= 0 {
		return nil, undecodable(resp, "/expires_in", "it is not positive")
	}
	life := time.Duration(min(resp.ExpiresIn, maxLife)) * time.Second
	return &held{
		token: AccessToken{
			AccessToken: resp.AccessToken, TokenType: resp.TokenType, ExpiresAt: asked.Add(life).Round(0).UTC(),
		},
		asked: asked, life: life,
	}, nil
}

func (h *held) copy() *AccessToken { return new(h.token) }

// phase is how much of a token's life is over.
type phase uint8

// The phases.
const (
	fresh  phase = iota
	due          // it is to be renewed
	ending       // and that is to be waited for
	gone
)

func (h *held) phase(now time.Time) phase {
	if h == nil {
		return gone
	}
	over := func(left time.Duration) bool { return flight.Elapsed(h.asked, now, h.life-left) }
	switch {
	case !over(min(max(h.life/10, latestRenewal), earliestRenewal, h.life/2)):
		return fresh
	case !over(min(longestWait, h.life/4)):
		return due
	case !over(0):
		return ending
	}
	return gone
}
