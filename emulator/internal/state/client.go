package state

import (
	"cmp"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Client is an M2M client as the API returns it, and what the API does not return. Of its secrets it has hashes.
type Client struct {
	m2m.M2MClient
	ClientSecrets

	CreatedAt time.Time `json:"created_at"`
}

func newClientTable(db *store.DB) *store.Table[Client] {
	return store.NewTable(db, "clients", func(c *Client) string { return c.ClientID })
}

var clientStatuses = []m2m.M2MClientStatus{m2m.M2MClientStatusActive, m2m.M2MClientStatusInactive}

// Check validates a client as the API does: id, name, description, status, scopes and metadata.
func (c *Client) Check() error {
	badScope := func(s string) bool { return !ScopeForm.MatchString(s) }
	switch {
	case !IDForm.MatchString(c.ClientID):
		return invalid(stytcherror.CodeM2MClientInvalidClientID, "client_id must match %s.", IDForm)
	case utf8.RuneCountInString(c.ClientName) > MaxName:
		return invalid(stytcherror.CodeM2MClientInvalidClientName, "client_name is longer than %d characters.", MaxName)
	case len(c.ClientDescription) > MaxText:
		return invalid(stytcherror.CodeM2MClientInvalidClientDescription,
			"client_description is longer than %d bytes.", MaxText)
	case !slices.Contains(clientStatuses, c.Status):
		return invalid(stytcherror.CodeInvalidM2MClientStatus, "status must be active or inactive.")
	case len(c.Scopes) > MaxEntries:
		return invalid(stytcherror.CodeTooManyM2MClientScopes, "scopes has more than %d.", MaxEntries)
	case slices.ContainsFunc(c.Scopes, badScope):
		return invalid(stytcherror.CodeInvalidM2MClientScope, "scopes has one that does not match %s.", ScopeForm)
	}
	return inField("trusted_metadata", CheckMetadata(c.TrustedMetadata))
}

// prepare checks a client of a snapshot. One without a status is active.
func (c *Client) prepare(*Tx) error {
	if c.Status == "" {
		c.Status = m2m.M2MClientStatusActive
	}
	if len(c.SecretHash) == 0 {
		return errors.New("client_secret_hash is empty")
	}
	return cmp.Or(c.check(c.NextClientSecretLastFour), c.Check())
}
