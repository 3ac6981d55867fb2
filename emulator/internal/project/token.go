package project

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func tokenRoutes() []engine.Route {
	return []engine.Route{engine.HandleForm(ops.M2MToken, issueToken)}
}

// issueToken issues an access token for a client (RFC 6749, section 4.4).
func issueToken(tx *engine.Tx, form engine.Form) (*m2m.TokenResponse, error) {
	switch form["grant_type"] {
	case "client_credentials":
	case "":
		return nil, ops.ErrInvalidRequest.Because("grant_type is missing.")
	default:
		return nil, ops.ErrUnsupportedGrantType
	}
	c, err := authenticateClient(tx, form)
	if err != nil {
		return nil, err
	}
	scopes := strings.FieldsFunc(form["scope"], func(r rune) bool { return r == ' ' })
	if len(scopes) == 0 {
		scopes = c.Scopes
	}
	for _, scope := range scopes {
		if !slices.Contains(c.Scopes, scope) {
			return nil, ops.ErrInvalidScope.Because("The client does not have one of the scopes.")
		}
	}
	resp := &m2m.TokenResponse{TokenType: "bearer", ExpiresIn: int(sign.AccessTokenLifetime.Seconds())}
	sign.M2MToken(tx.Tx, c.ClientID, strings.Join(scopes, " "), &resp.AccessToken)
	return resp, nil
}

// nobody takes the place of a client that does not exist, so that the answer takes as long as for a wrong secret.
var nobody = &state.Client{SecretHash: make([]byte, len(state.HashSecret("")))}

// authenticateClient returns the active client whose credentials a request has. An unknown client, a wrong secret and
// an inactive client are refused alike.
func authenticateClient(tx *engine.Tx, form engine.Form) (*state.Client, error) {
	id, secret, err := credentials(tx, form)
	if err != nil {
		return nil, err
	}
	c := tx.Clients.Get(id)
	if c == nil {
		c = nobody
	}
	if !c.HasSecret(secret) || c.Status != m2m.M2MClientStatusActive {
		return nil, ops.ErrInvalidClient
	}
	return c, nil
}

// credentials are those of the client: in the form, or Basic ones, which are escaped as in a form (RFC 6749, section
// 2.3.1). A request has them once. Basic credentials of the project, which the API's SDKs for Python and Ruby send with
// every call, are not the client's.
func credentials(tx *engine.Tx, form engine.Form) (id, secret string, err error) {
	r := http.Request{Header: tx.Header()}
	user, password, isBasic := r.BasicAuth()
	switch {
	case tx.Header().Get("Authorization") == "", isBasic && user == tx.ProjectID:
		if form["client_id"] == "" || form["client_secret"] == "" {
			return "", "", ops.ErrInvalidClient.Because("client_id or client_secret is missing.")
		}
		return form["client_id"], form["client_secret"], nil
	case !isBasic:
		return "", "", ops.ErrInvalidClient.Because("The client authenticates with Basic only, or in the form.")
	case form["client_secret"] != "":
		return "", "", ops.ErrInvalidRequest.Because("There are two client secrets.")
	}
	id, idErr := url.QueryUnescape(user)
	secret, secretErr := url.QueryUnescape(password)
	switch {
	case idErr != nil || secretErr != nil:
		return "", "", ops.ErrInvalidClient.Because("The credentials are not escaped as in a form.")
	case form["client_id"] != "" && form["client_id"] != id:
		return "", "", ops.ErrInvalidRequest.Because("There are two client ids.")
	}
	return id, secret, nil
}
