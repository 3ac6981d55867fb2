package idp

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// ParseCertificate parses a certificate in DER. One whose end is not in the years that can be stored is refused.
func ParseCertificate(der []byte) (*x509.Certificate, error) {
	c, err := x509.ParseCertificate(der)
	switch {
	case err != nil:
		return nil, errors.New("it is not an X.509 certificate")
	case c.NotAfter.Before(state.MinTime) || c.NotAfter.UTC().Year() > 9999:
		return nil, errors.New("it does not end in the years 1970 to 9999")
	case len(CertificatePEM(der)) > state.MaxPEM:
		return nil, errors.New("it is too large")
	}
	return c, nil
}

// CertificatePEM is a certificate in PEM.
func CertificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// maxKeyPEM bounds a private key in PEM, so that reading it takes little time. One of 4096 bits is smaller.
const maxKeyPEM = 4 << 10

// The errors of [ParsePrivateKey] that have names.
var (
	ErrKeyTooLong = fmt.Errorf("is longer than %d bytes", maxKeyPEM)
	// ErrKeyFormat is that of a key in another format, such as PKCS #8.
	ErrKeyFormat = errors.New("is not in PKCS #1: its PEM must begin with BEGIN RSA PRIVATE KEY")
)

// ParsePrivateKey parses an RSA key in PKCS #1 and PEM. The error says what the text is.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	if len(text) > maxKeyPEM {
		return nil, ErrKeyTooLong
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New("is not one key in PKCS #1 and PEM")
	}
	if block.Type != "RSA PRIVATE KEY" || len(block.Headers) > 0 {
		return nil, ErrKeyFormat
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil || key.N.BitLen() < minKeyBits {
		return nil, fmt.Errorf("is not a valid RSA key of at least %d bits", minKeyBits)
	}
	return key, nil
}
