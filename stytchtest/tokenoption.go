package stytchtest

import (
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/emulator"
)

// otherProject is what a token of [OtherProject] names.
const otherProject = "project-test-00000000-0000-4000-8000-000000000000"

// TokenOption changes how a token is minted. Options can be combined; which flaw of several is reported is up to the
// verification.
type TokenOption func(*minting)

// minting is how a token is made.
type minting struct {
	project  string
	issuedAt time.Time
	life     time.Duration

	forged, otherKey bool
}

// IssuedAt sets the time of issue; the token's life begins there.
func IssuedAt(t time.Time) TokenOption { return func(m *minting) { m.issuedAt = t } }

// Expired makes a token that expired an hour ago: stytcherror.ErrTokenExpired. A session JWT's session has not ended.
func Expired() TokenOption {
	return func(m *minting) { m.issuedAt = m.issuedAt.Add(-m.life - time.Hour) }
}

// Forged makes a token that names the project's key and has a wrong signature: stytcherror.ErrTokenSignature.
func Forged() TokenOption { return func(m *minting) { m.forged = true } }

// OtherKey makes a token that is signed with a key which the project does not publish: stytcherror.ErrKeyUnknown.
func OtherKey() TokenOption { return func(m *minting) { m.otherKey = true } }

// OtherProject makes a token whose issuer and audience are another project: stytcherror.ErrTokenClaims. It is signed
// with this project's key; for a token as another project would issue it, add [OtherKey].
func OtherProject() TokenOption { return func(m *minting) { m.project = otherProject } }

func (s *Server) minting(life time.Duration, opts []TokenOption) *minting {
	m := &minting{project: s.ID(), issuedAt: s.Clock().Now(), life: life}
	for _, opt := range opts {
		opt(m)
	}
	return m
}

// otherEmulator has a key that no Server publishes.
var otherEmulator = sync.OnceValues(func() (*emulator.Emulator, error) { return emulator.New(emulator.Config{}) })

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
	signature, _ := base64.RawURLEncoding.DecodeString(token[i:]) // it is one of ours
	signature[len(signature)/2] ^= 1
	return token[:i] + base64.RawURLEncoding.EncodeToString(signature)
}
