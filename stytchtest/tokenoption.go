package stytchtest

import (
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/emulator"
)

// otherProject is the project of a token with [OtherProject].
const otherProject = "project-test-00000000-0000-4000-8000-000000000000"

// TokenOption is an option of [Server.MintSessionJWT] and [Server.MintAccessToken]. Options can be combined; which of
// several errors verification then returns is not specified.
type TokenOption func(*minting)

// minting holds the options of one token.
type minting struct {
	project  string
	issuedAt time.Time
	lifetime time.Duration

	forged, otherKey bool
}

// IssuedAt sets the time of issue, from which the token's lifetime counts. The default is now, by the Server's clock.
func IssuedAt(t time.Time) TokenOption { return func(m *minting) { m.issuedAt = t } }

// Expired makes a token that expired an hour ago: verification returns stytcherror.ErrTokenExpired. The session in a
// session JWT has not expired.
func Expired() TokenOption {
	return func(m *minting) { m.issuedAt = m.issuedAt.Add(-m.lifetime - time.Hour) }
}

// Forged makes a token that names the project's key but has a wrong signature: verification returns
// stytcherror.ErrTokenSignature.
func Forged() TokenOption { return func(m *minting) { m.forged = true } }

// OtherKey makes a token that is signed with a key that the project does not publish: verification returns
// stytcherror.ErrKeyUnknown.
func OtherKey() TokenOption { return func(m *minting) { m.otherKey = true } }

// OtherProject makes a token whose issuer and audience are another project: verification returns
// stytcherror.ErrTokenClaims. It is signed with this project's key; add [OtherKey] for a token as another project would
// issue it.
func OtherProject() TokenOption { return func(m *minting) { m.project = otherProject } }

func (s *Server) minting(lifetime time.Duration, opts []TokenOption) *minting {
	m := &minting{project: s.ID(), issuedAt: s.Clock().Now(), lifetime: lifetime}
	for _, opt := range opts {
		opt(m)
	}
	return m
}

// otherEmulator is the emulator whose key signs tokens with [OtherKey]. No Server publishes that key.
var otherEmulator = sync.OnceValues(func() (*emulator.Emulator, error) { return emulator.New(emulator.Config{}) })

// sign signs the claims, and applies [OtherKey] and [Forged].
func (s *Server) sign(m *minting, claims map[string]any) string {
	s.tb.Helper()
	signer := s.Project
	if m.otherKey {
		em, err := otherEmulator()
		check(s.tb, err)
		signer = em.Project()
	}
	token, err := signer.Sign(claims)
	check(s.tb, err)
	if m.forged {
		return forge(token)
	}
	return token
}

// forge changes one bit of a token's signature.
func forge(token string) string {
	i := strings.LastIndexByte(token, '.') + 1
	signature, _ := base64.RawURLEncoding.DecodeString(token[i:]) // the token is well-formed
	signature[len(signature)/2] ^= 1
	return token[:i] + base64.RawURLEncoding.EncodeToString(signature)
}
