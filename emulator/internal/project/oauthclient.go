package project

import (
	"net/http"
	"net/url"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// oauthClient is a client of OAuth2 that has authenticated itself: an M2M client or a Connected App. The other is nil.
type oauthClient struct {
	machine *state.Client
	app     *state.ConnectedApp
}

// nobody takes the place of a client that does not exist, so that the answer takes as long as for a wrong secret.
var nobody = &state.ClientSecrets{SecretHash: make([]byte, len(state.HashSecret("")))}

// authenticateClient returns the active client whose credentials a request has. An unknown client, a wrong secret and
// an inactive client are refused alike. A public app has its id alone.
func authenticateClient(tx *engine.Tx, form engine.Form) (*oauthClient, error) {
	id, secret, err := credentials(tx, form)
	if err != nil {
		return nil, err
	}
	c := &oauthClient{machine: tx.Clients.Get(id), app: tx.ConnectedApps.Get(id)}
	if c.app != nil && c.app.IsPublic() && c.app.IsActive() && secret == "" {
		return c, nil
	}
	if secret == "" {
		return nil, ops.ErrInvalidClient.Because("The parameter client_secret is missing, or the client is unknown.")
	}
	return c, tx.Guess(id, func() bool {
		switch {
		case c.app != nil:
			return c.app.HasSecret(secret) && c.app.IsActive()
		case c.machine != nil:
			return c.machine.HasSecret(secret) && c.machine.Status == m2m.M2MClientStatusActive
		}
		return nobody.HasSecret(secret)
	})
}

// credentials are those of the client: in the form, or Basic ones, which are escaped as in a form (RFC 6749, section
// 2.3.1). A request has them once; a public app has no secret. Basic credentials of the project, which the API's SDKs
// for Python and Ruby send with every call, are not the client's.
func credentials(tx *engine.Tx, form engine.Form) (id, secret string, err error) {
	r := http.Request{Header: tx.Header()}
	user, password, isBasic := r.BasicAuth()
	switch {
	case tx.Header().Get("Authorization") == "", isBasic && user == tx.ProjectID:
		if form["client_id"] == "" {
			return "", "", ops.ErrInvalidClient.Because("The parameter client_id is missing.")
		}
		return form["client_id"], form["client_secret"], nil
	case !isBasic:
		return "", "", ops.ErrInvalidClient.Because("A client authenticates with Basic, or in the form.")
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
