package state

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
)

// ClientSecrets are the hashes of the secrets of a client of OAuth2.
type ClientSecrets struct {
	// SecretHash is empty for a public client, which has no secret.
	SecretHash []byte `json:"client_secret_hash"`
	// NextSecretHash is that of the new secret while a rotation is in progress, otherwise empty.
	NextSecretHash []byte `json:"next_client_secret_hash"`
}

// HashSecret is the hash of a client secret. A fast one suffices: generated secrets cannot be guessed.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// LastFour are the last characters of a secret, by which people recognize it.
func LastFour(secret string) string { return secret[len(secret)-4:] }

// HasSecret reports whether a secret is the client's, or the new one of its rotation. It takes the same time for every
// wrong one.
func (s *ClientSecrets) HasSecret(secret string) bool {
	return hasHash(secret, s.SecretHash, s.NextSecretHash)
}

// hasHash reports whether one of two hashes, of which the second may be empty, is that of a secret.
func hasHash(secret string, current, next []byte) bool {
	hash := HashSecret(secret)
	return subtle.ConstantTimeCompare(hash, current)|subtle.ConstantTimeCompare(hash, next) == 1
}

// IsRotating reports whether a rotation of the client's secret is in progress.
func (s *ClientSecrets) IsRotating() bool { return len(s.NextSecretHash) > 0 }

// SetSecret gives the client a secret. What the API returns of it is stored in lastFour.
func (s *ClientSecrets) SetSecret(secret string, lastFour *string) {
	s.SecretHash, *lastFour = HashSecret(secret), LastFour(secret)
}

// StartRotation gives the client a second secret.
func (s *ClientSecrets) StartRotation(secret string, nextLastFour *string) {
	s.NextSecretHash, *nextLastFour = HashSecret(secret), LastFour(secret)
}

// CompleteRotation drops the old secret for the new one.
func (s *ClientSecrets) CompleteRotation(lastFour, nextLastFour *string) {
	s.SecretHash, *lastFour = s.NextSecretHash, *nextLastFour
	s.CancelRotation(nextLastFour)
}

// CancelRotation drops the new secret.
func (s *ClientSecrets) CancelRotation(nextLastFour *string) {
	s.NextSecretHash, *nextLastFour = nil, ""
}

// check checks the hashes of a snapshot, with the last four characters of the next secret.
func (s *ClientSecrets) check(nextLastFour string) error {
	switch {
	case len(s.SecretHash) != 0 && len(s.SecretHash) != sha256.Size:
		return fmt.Errorf("client_secret_hash must have %d bytes or none", sha256.Size)
	case s.IsRotating() && len(s.NextSecretHash) != sha256.Size:
		return fmt.Errorf("next_client_secret_hash must have %d bytes or none", sha256.Size)
	case s.IsRotating() != (nextLastFour != ""):
		return errors.New("next_client_secret_hash and next_client_secret_last_four: one is given without the other")
	}
	return nil
}
