package state

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
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
	SecretHash []byte `json:"client_secret_hash"`
	// NextSecretHash is that of the new secret while a rotation is in progress, otherwise empty.
	NextSecretHash []byte    `json:"next_client_secret_hash"`
	CreatedAt      time.Time `json:"created_at"`
}

func newClientTable(db *store.DB) *store.Table[Client] {
	return store.NewTable(db, "clients", func(c *Client) string { return c.ClientID })
}

// HashSecret is the hash of a client secret. A fast one suffices: generated secrets cannot be guessed.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// HasSecret reports whether a secret is the client's, or the new one of its rotation. It takes the same time for every
// wrong one.
func (c *Client) HasSecret(secret string) bool {
	hash := HashSecret(secret)
	return subtle.ConstantTimeCompare(hash, c.SecretHash)|subtle.ConstantTimeCompare(hash, c.NextSecretHash) == 1
}

// IsRotating reports whether a rotation of the client's secret is in progress.
func (c *Client) IsRotating() bool { return len(c.NextSecretHash) > 0 }

// ScopeForm is the form of a scope: RFC 6749, section 3.3.
var ScopeForm = regexp.MustCompile(`^[!#-\[\]-~]{1,128}$`)

var clientStatuses = []m2m.M2MClientStatus{m2m.M2MClientStatusActive, m2m.M2MClientStatusInactive}

// Check validates a client as the API does: id, name, description, status, scopes and metadata.
func (c *Client) Check() error {
	badScope := func(s string) bool { return !ScopeForm.MatchString(s) }
	switch {
	case !IDForm.MatchString(c.ClientID):
		return invalid(stytcherror.CodeM2MClientInvalidClientID, "The client id must match %s.", IDForm)
	case utf8.RuneCountInString(c.ClientName) > MaxName:
		return invalid(stytcherror.CodeM2MClientInvalidClientName, "The name is longer than %d characters.", MaxName)
	case len(c.ClientDescription) > maxText:
		return invalid(stytcherror.CodeM2MClientInvalidClientDescription,
			"The description is longer than %d bytes.", maxText)
	case !slices.Contains(clientStatuses, c.Status):
		return invalid(stytcherror.CodeInvalidM2MClientStatus, "The status must be active or inactive.")
	case len(c.Scopes) > MaxEntries:
		return invalid(stytcherror.CodeTooManyM2MClientScopes, "There are more than %d scopes.", MaxEntries)
	case slices.ContainsFunc(c.Scopes, badScope):
		return invalid(stytcherror.CodeInvalidM2MClientScope, "A scope does not match %s.", ScopeForm)
	}
	return CheckMetadata(c.TrustedMetadata)
}

// prepare checks a client of a snapshot. One without a status is active.
func (c *Client) prepare(*Tx) error {
	if c.Status == "" {
		c.Status = m2m.M2MClientStatusActive
	}
	switch {
	case len(c.SecretHash) != sha256.Size:
		return fmt.Errorf("client_secret_hash must have %d bytes", sha256.Size)
	case c.IsRotating() && len(c.NextSecretHash) != sha256.Size:
		return fmt.Errorf("next_client_secret_hash must have %d bytes or none", sha256.Size)
	case c.IsRotating() != (c.NextClientSecretLastFour != ""):
		return errors.New("it has one of hash and last four characters of a next secret, without the other")
	}
	return c.Check()
}
