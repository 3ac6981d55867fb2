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

// checkSAMLUpdate validates a request.
func checkSAMLUpdate(req *saml.UpdateConnectionRequest) (*samlUpdate, error) {
	u := &samlUpdate{UpdateConnectionRequest: req}
	if err := checkDisplayName(req.DisplayName); err != nil {
		return nil, err
	}
	if err := checkProvider(req.IdentityProvider); err != nil {
		return nil, err
	}
	for _, text := range []*string{
		req.IDPEntityID, req.NameIDFormat, req.AlternativeAudienceURI, req.AlternativeACSURL,
	} {
		if text != nil && len(*text) > state.MaxURL {
			return nil, ops.ErrBadRequest.Because(
				"idp_entity_id, nameid_format, alternative_audience_uri and alternative_acs_url have at most %d bytes.",
				state.MaxURL)
		}
	}
	if err := checkIDPSSOURL(req.IDPSSOURL); err != nil {
		return nil, err
	}
	if req.AttributeMapping != nil {
		if err := checkSAMLMapping(req.AttributeMapping); err != nil {
			return nil, err
		}
	}
	if state.Given(req.X509Certificate) {
		if u.verification = parseCertificate(*req.X509Certificate); u.verification == nil {
			return nil, ops.ErrInvalidX509Certificate.Because(
				"x509_certificate is not one certificate in PEM, of at most %d bytes, "+
					"that ends in the years 1970 to 9999.", state.MaxPEM)
		}
	}
	if state.Given(req.SAMLEncryptionPrivateKey) {
		_, err := privateKey("saml_encryption_private_key", *req.SAMLEncryptionPrivateKey,
			ops.ErrBadRequest, ops.ErrBadRequest)
		if err != nil {
			return nil, err
		}
	}
	if state.Given(req.SigningPrivateKey) {
		var err error
		u.signingKey, err = privateKey("signing_private_key", *req.SigningPrivateKey,
			ops.ErrSAMLSigningPrivateKeyInvalid, ops.ErrSAMLSigningPrivateKeyFormatNotSupported)
		if err != nil {
			return nil, err
		}
	}
	return u, nil
}

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

// checkIDPSSOURL checks where logins are sent to. On this machine, http is allowed.
func checkIDPSSOURL(given *string) error {
	if !state.Given(given) {
		return nil
	}
	u, err := state.ParseRedirectURL(*given)
	switch {
	case err != nil:
		return ops.ErrSAMLConnectionIDPSSOURLInvalidFormat
	case u.Scheme != "https" && state.CheckServerURL(*given) != nil:
		return ops.ErrSAMLConnectionIDPSSOURLNotHTTPS
	}
	return nil
}

// checkSAMLMapping checks that a mapping says where address and name are.
func checkSAMLMapping(mapping map[string]any) error {
	has := func(key string) bool { return mapping[key] != nil && mapping[key] != "" }
	switch {
	case !flat(mapping):
		return ops.ErrSAMLConnectionNoNestedKeysInAttributeMapping
	case len(mapping) > state.MaxEntries || !state.IsObject(mapping):
		return ops.ErrBadRequest.Because("attribute_mapping is too large.")
	case !has("email"):
		return ops.ErrSAMLConnectionEmailMappingRequired
	case !has("full_name") && (!has("first_name") || !has("last_name")):
		return ops.ErrSAMLConnectionNameMappingRequired
	}
	return nil
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
