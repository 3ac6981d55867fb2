package b2b

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A certificate that is taken is stored in PEM, as which it is taken again.
func FuzzParseCertificate(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", []byte{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(f, err)
	der, err := state.SelfSigned(key, time.Unix(1_700_000_000, 0))
	require.NoError(f, err)
	f.Add(idp.CertificatePEM(der), der)
	f.Add("x", []byte{0x30, 0x03, 0x02, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, text string, der []byte) {
		inPEM := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		for _, text := range []string{text, inPEM, text + inPEM} {
			taken := parseCertificate(text)
			if taken == nil {
				continue
			}
			stored := idp.CertificatePEM(taken)
			assert.LessOrEqual(t, len(stored), state.MaxPEM)
			assert.Equal(t, taken, parseCertificate(stored))
		}
	})
}
