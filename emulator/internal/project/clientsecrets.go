package project

import (
	"regexp"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients/secrets"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func clientSecretRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.M2MClientsSecretsRotateStart, startClientRotation),
		engine.Handle(ops.M2MClientsSecretsRotate, completeClientRotation),
		engine.Handle(ops.M2MClientsSecretsRotateCancel, cancelClientRotation),
	}
}

// Bounds of a secret that was chosen. But for the shortest length, the API's are not known.
const (
	minSecret = 8
	maxSecret = 128
	// minDistinct is how many different characters make a secret that is not easy to guess.
	minDistinct = 5
)

// secretForm is the form of a client secret: RFC 6749, appendix A.2.
var secretForm = regexp.MustCompile(`^[ -~]*$`)

func checkSecret(secret string) error {
	switch {
	case len(secret) > maxSecret:
		return ops.ErrClientSecretTooLong.Because("The secret is longer than %d characters.", maxSecret)
	case !secretForm.MatchString(secret):
		return ops.ErrM2MClientInvalidClientSecret.Because("The secret has a character that is not printable ASCII.")
	case len(secret) < minSecret || distinct(secret) < minDistinct:
		return ops.ErrInsecureM2MClientSecret
	}
	return nil
}

// distinct is the number of different characters.
func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// startClientRotation makes a second secret. Its response is the only one with it.
func startClientRotation(tx *engine.Tx, req *secrets.RotateStartRequest) (*secrets.RotateStartResponse, error) {
	c, err := findClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	if c.IsRotating() {
		return nil, ops.ErrM2MClientAlreadyRotatingSecret
	}
	secret := tx.Token()
	changed := *c
	changed.StartRotation(secret, &changed.NextClientSecretLastFour)
	tx.Clients.Put(&changed)
	return &secrets.RotateStartResponse{M2MClient: m2m.M2MClientWithNextClientSecret{
		ClientID: c.ClientID, NextClientSecret: secret, ClientName: c.ClientName,
		ClientDescription: c.ClientDescription, Status: c.Status, Scopes: c.Scopes,
		ClientSecretLastFour: c.ClientSecretLastFour, TrustedMetadata: c.TrustedMetadata,
		NextClientSecretLastFour: changed.NextClientSecretLastFour,
	}}, nil
}

// completeClientRotation drops the old secret.
func completeClientRotation(tx *engine.Tx, req *secrets.RotateRequest) (*secrets.RotateResponse, error) {
	c, err := findRotatingClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	c.CompleteRotation(&c.ClientSecretLastFour, &c.NextClientSecretLastFour)
	tx.Clients.Put(c)
	return &secrets.RotateResponse{M2MClient: c.M2MClient}, nil
}

// cancelClientRotation drops the new secret.
func cancelClientRotation(tx *engine.Tx, req *secrets.RotateCancelRequest) (*secrets.RotateCancelResponse, error) {
	c, err := findRotatingClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	c.CancelRotation(&c.NextClientSecretLastFour)
	tx.Clients.Put(c)
	return &secrets.RotateCancelResponse{M2MClient: c.M2MClient}, nil
}

// findRotatingClient returns a copy of a client whose secret is being rotated.
func findRotatingClient(tx *engine.Tx, id string) (*state.Client, error) {
	c, err := findClient(tx, id)
	if err != nil {
		return nil, err
	}
	if !c.IsRotating() {
		return nil, ops.ErrM2MClientNotRotatingSecret
	}
	changed := *c
	return &changed, nil
}
