package b2b

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// The kinds of ids of certificates. Unverified: their spelling.
const (
	signingKeyID      = "saml-signing-key"
	verificationKeyID = "saml-verification-key"
)

// privateKey parses the key that a parameter has. One that is none is refused with invalid, one in another format with
// unsupported.
func privateKey(parameter, text string, invalid, unsupported *ops.Error) (*rsa.PrivateKey, error) {
	key, err := idp.ParsePrivateKey(text)
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, idp.ErrKeyTooLong):
		invalid = ops.ErrPrivateKeyTooLong
	case errors.Is(err, idp.ErrKeyFormat):
		invalid = unsupported
	}
	return nil, invalid.Because("%s %v.", parameter, err)
}

// parseCertificate returns the certificate that a text has in PEM, in DER; nil if it has not exactly one.
func parseCertificate(text string) []byte {
	if len(text) > state.MaxPEM {
		return nil
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
		return nil
	}
	if _, err := idp.ParseCertificate(block.Bytes); err != nil {
		return nil
	}
	return block.Bytes
}

// certificate is a certificate as connections have it.
func certificate(tx *engine.Tx, der []byte, kind string) (sso.X509Certificate, error) {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return sso.X509Certificate{}, err
	}
	issuer := parsed.Issuer.String()
	issuer = strings.ToValidUTF8(issuer[:min(len(issuer), state.MaxURL)], "")
	return sso.X509Certificate{
		CertificateID: tx.ID(kind), Certificate: idp.CertificatePEM(der), Issuer: issuer,
		CreatedAt: tx.Now, UpdatedAt: tx.Now, ExpiresAt: parsed.NotAfter.UTC(),
	}, nil
}

// addCertificates returns certificates with the added ones that are not among them.
func addCertificates(
	tx *engine.Tx, list []sso.X509Certificate, added [][]byte, kind string,
) ([]sso.X509Certificate, error) {
	list = slices.Clone(list)
	for _, der := range added {
		c, err := certificate(tx, der, kind)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(k sso.X509Certificate) bool { return k.Certificate == c.Certificate }) {
			list = append(list, c)
		}
	}
	return list, nil
}

func deleteVerificationCertificate(
	tx *engine.Tx, req *saml.DeleteVerificationCertificateRequest,
) (*saml.DeleteVerificationCertificateResponse, error) {
	_, c, err := permittedSAMLConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(c.VerificationCertificates), func(k sso.X509Certificate) bool {
		return k.CertificateID == req.CertificateID
	})
	switch {
	case len(left) == len(c.VerificationCertificates):
		return nil, ops.ErrSSOVerificationKeyNotFound
	case len(left) == 0 && c.Status == sso.ConnectionStatusActive:
		return nil, ops.ErrCannotDeleteLastSSOVerificationKey
	}
	c.VerificationCertificates = left
	if _, err := putSAML(tx, c); err != nil {
		return nil, err
	}
	return &saml.DeleteVerificationCertificateResponse{CertificateID: req.CertificateID}, nil
}

func deleteEncryptionPrivateKey(
	tx *engine.Tx, req *saml.DeleteEncryptionPrivateKeyRequest,
) (*saml.DeleteEncryptionPrivateKeyResponse, error) {
	_, c, err := permittedSAMLConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(c.EncryptionPrivateKeys), func(k sso.EncryptionPrivateKey) bool {
		return k.PrivateKeyID == req.PrivateKeyID
	})
	if len(left) == len(c.EncryptionPrivateKeys) {
		return nil, ops.ErrSSOEncryptionPrivateKeyNotFound
	}
	c.EncryptionPrivateKeys = left
	if _, err := putSAML(tx, c); err != nil {
		return nil, err
	}
	return &saml.DeleteEncryptionPrivateKeyResponse{PrivateKeyID: req.PrivateKeyID}, nil
}
