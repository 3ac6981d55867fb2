package b2b

import (
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func magicLinkRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BMagicLinksEmailDiscoverySend, sendDiscoveryLink),
		engine.Handle(ops.B2BMagicLinksDiscoveryAuthenticate, authenticateDiscoveryLink),
	}
}

// Bounds of how long links are valid, in minutes.
const (
	defaultLinkMinutes = 60
	minLinkMinutes     = 5
	maxLinkMinutes     = 10_080
)

// sendDiscoveryLink creates no member, and does the same for every address.
func sendDiscoveryLink(
	tx *engine.Tx, req *magiclinksemaildiscovery.SendRequest,
) (*magiclinksemaildiscovery.SendResponse, error) {
	email, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	lifetime, err := minutes(req.DiscoveryExpirationMinutes, defaultLinkMinutes, minLinkMinutes, maxLinkMinutes,
		ops.ErrInvalidExpiration)
	if err != nil {
		return nil, err
	}
	if err := checkEmailLocale(req.Locale); err != nil {
		return nil, err
	}
	return &magiclinksemaildiscovery.SendResponse{}, factor.SendLink(tx.Tx, factor.Link{
		Purpose: state.LinkDiscovery, Email: email, To: req.EmailAddress, RedirectURL: req.DiscoveryRedirectURL,
		TokenType: "discovery", Challenge: req.PKCECodeChallenge, Lifetime: lifetime,
	}, ops.ErrInvalidDiscoveryRedirectURL)
}

// authenticateDiscoveryLink returns an intermediate session, and the organizations that it can be exchanged for.
func authenticateDiscoveryLink(
	tx *engine.Tx, req *magiclinksdiscovery.AuthenticateRequest,
) (*magiclinksdiscovery.AuthenticateResponse, error) {
	link, err := factor.RedeemLink(tx.Tx, req.DiscoveryMagicLinksToken, req.PKCECodeVerifier, state.LinkDiscovery)
	if err != nil {
		return nil, err
	}
	proved := []factor.Factor{factor.MagicLink(tx.Tx, tx.ID("email"), link.Email)}
	ist := login.NewIntermediate(tx.Tx, link.Email, "", proved)
	return &magiclinksdiscovery.AuthenticateResponse{
		IntermediateSessionToken:          ist.Token,
		IntermediateSessionTokenExpiresAt: ist.ExpiresAt,
		EmailAddress:                      ist.Email,
		DiscoveredOrganizations:           login.Discover(tx.Tx, ist),
	}, nil
}
