package emulator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
)

const (
	keyBits = 2048
	// retiredKeyLifetime is how long a key stays published after a newer one was made.
	retiredKeyLifetime = 30 * 24 * time.Hour
	certYears          = 10
)

// key is a signing key. Restoring a snapshot parses its private key.
type key struct {
	KID       string    `json:"kid"`
	PKCS8     []byte    `json:"pkcs8"`
	Cert      []byte    `json:"x5c"`
	CreatedAt time.Time `json:"created_at"`

	private *rsa.PrivateKey
}

// newKey makes a random key. Its id is random too, whatever the project's seed: in the next run it is another key.
func newKey(now time.Time) (*key, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	cert, err := selfSigned(private, now)
	if err != nil {
		return nil, err
	}
	return &key{KID: newIDs(0).id("jwk"), PKCS8: pkcs8, Cert: cert, CreatedAt: now, private: private}, nil
}

// selfSigned returns a self-signed certificate of a key, in DER.
func selfSigned(private *rsa.PrivateKey, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{Organization: []string{"stytch-emulator"}},
		NotBefore:    now,
		NotAfter:     now.AddDate(certYears, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	return x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
}

// parse sets the private key of a key from a snapshot, which must have the size and certificate of a key of ours.
func (k *key) parse() error {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return errors.New("pkcs8 is not a private key in PKCS #8")
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() != keyBits || private.E != 65537 || private.Validate() != nil {
		return fmt.Errorf("pkcs8 is not a valid RSA key of %d bits", keyBits)
	}
	cert, err := x509.ParseCertificate(k.Cert)
	if err != nil {
		return errors.New("x5c is not a certificate")
	}
	if !private.PublicKey.Equal(cert.PublicKey) {
		return errors.New("x5c is the certificate of another key")
	}
	k.private = private
	return nil
}

// jwk is the public key as a JWK (RFC 7517).
func (k *key) jwk() sessions.JWK {
	exponent := big.NewInt(int64(k.private.E)).Bytes()
	thumbprint := sha256.Sum256(k.Cert)
	return sessions.JWK{
		KTY: "RSA", Use: "sig", KeyOps: []string{"verify"}, Alg: "RS256", KID: k.KID,
		X5C:     []string{base64.StdEncoding.EncodeToString(k.Cert)},
		X5TS256: base64.RawURLEncoding.EncodeToString(thumbprint[:]),
		N:       base64.RawURLEncoding.EncodeToString(k.private.N.Bytes()),
		E:       base64.RawURLEncoding.EncodeToString(exponent),
	}
}

// signingKey is the newest key. The first one is made when it is needed: that takes a noticeable time.
func (s *state) signingKey(now time.Time) (*key, error) {
	if n := len(s.Keys); n > 0 {
		return s.Keys[n-1], nil
	}
	k, err := newKey(now)
	if err != nil {
		return nil, err
	}
	s.Keys = []*key{k}
	return k, nil
}

// publishedKeys are the signing key and those that were replaced within the last thirty days, newest first.
func (s *state) publishedKeys(now time.Time) ([]*key, error) {
	if _, err := s.signingKey(now); err != nil {
		return nil, err
	}
	var published []*key
	for i, k := range slices.Backward(s.Keys) {
		if i < len(s.Keys)-1 && now.Sub(s.Keys[i+1].CreatedAt) > retiredKeyLifetime {
			break
		}
		published = append(published, k)
	}
	return published, nil
}
