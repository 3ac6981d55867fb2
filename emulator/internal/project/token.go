package project

import (
	"net/http"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func tokenRoutes() []engine.Route {
	return []engine.Route{engine.HandleForm(ops.M2MToken, issueToken)}
}

// tokenResponse is the response of the token endpoint (RFC 6749, section 5.1), with what the API adds.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitzero"`
	IDToken      string `json:"id_token,omitzero"`
	Scope        string `json:"scope,omitzero"`
	RequestID    string `json:"request_id"`
	StatusCode   int    `json:"status_code"`
}

// issueToken issues tokens: for an M2M client itself (RFC 6749, section 4.4), or for what a member has authorized a
// Connected App to do.
func issueToken(tx *engine.Tx, form engine.Form) (*engine.Reply, error) {
	var issue func(*engine.Tx, *oauthClient, engine.Form) (*tokenResponse, error)
	switch form["grant_type"] {
	case "client_credentials":
		issue = issueForMachine
	case "authorization_code":
		issue = redeemAuthorizationCode
	case "refresh_token":
		issue = redeemRefreshToken
	case "":
		return nil, ops.ErrInvalidRequest.Because("The parameter grant_type is missing.")
	default:
		return nil, ops.ErrUnsupportedGrantType
	}
	c, err := authenticateClient(tx, form)
	if err != nil {
		return nil, err
	}
	resp, err := issue(tx, c, form)
	if err != nil {
		return nil, err
	}
	resp.TokenType, resp.RequestID, resp.StatusCode = "bearer", tx.RequestID(), http.StatusOK
	return tx.JSON(resp.StatusCode, resp), nil
}

func issueForMachine(tx *engine.Tx, c *oauthClient, form engine.Form) (*tokenResponse, error) {
	if c.machine == nil {
		return nil, ops.ErrUnauthorizedClient.Because("A Connected App acts for a member, not for itself.")
	}
	scopes := scopesOf(form)
	if len(scopes) == 0 {
		scopes = state.Distinct(c.machine.Scopes)
	}
	if !contains(c.machine.Scopes, scopes) {
		return nil, ops.ErrInvalidScope.Because("The client does not have one of the scopes.")
	}
	resp := &tokenResponse{ExpiresIn: int(sign.M2MAccessTokenLifetime.Seconds())}
	sign.M2MAccessToken(tx.Tx, c.machine.ClientID, strings.Join(scopes, " "), &resp.AccessToken)
	return resp, nil
}

// scopesOf are the scopes of a request, which are separated by spaces, each once.
func scopesOf(form engine.Form) []string {
	return state.Distinct(strings.FieldsFunc(form["scope"], func(r rune) bool { return r == ' ' }))
}

// contains reports whether all of the wanted texts are among those of a list.
func contains(list, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(s string) bool { return !slices.Contains(list, s) })
}
