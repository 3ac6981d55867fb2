package idp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// SAMLMetadata is what the metadata of a SAML identity provider says (SAML V2.0 Metadata, section 2.4).
type SAMLMetadata struct {
	EntityID, SSOURL string
	// Certificates are those that verify signatures, in DER, each once.
	Certificates [][]byte
}

const (
	metadataSpace  = "urn:oasis:names:tc:SAML:2.0:metadata"
	signatureSpace = "http://www.w3.org/2000/09/xmldsig#"
	bindingPrefix  = "urn:oasis:names:tc:SAML:2.0:bindings:"

	maxXMLDepth = 50
)

// FetchSAMLMetadata reads the metadata of a SAML identity provider.
func FetchSAMLMetadata(ctx context.Context, address string) (*SAMLMetadata, error) {
	document, err := get(ctx, address, nil)
	if err != nil {
		return nil, ops.ErrInvalidSAMLMetadataURL.Because("The metadata cannot be read: %v.", err)
	}
	return ParseSAMLMetadata(document)
}

// ParseSAMLMetadata parses metadata of one provider. Document types, and with them entities, are refused.
func ParseSAMLMetadata(document []byte) (*SAMLMetadata, error) {
	r := &metadataReader{dec: xml.NewDecoder(bytes.NewReader(document))}
	if err := r.read(); err != nil {
		reason := "it is malformed" // what the decoder says repeats the document
		if errors.Is(err, errMetadata) {
			reason = err.Error()
		}
		return nil, ops.ErrInvalidXMLFromSAMLMetadataURL.Because("The metadata is refused: %s.", reason)
	}
	invalid := func(reason string) error { return ops.ErrSAMLConnectionMetadataInvalidFormat.Because("%s", reason) }
	m := &SAMLMetadata{EntityID: r.entityID, SSOURL: r.redirectURL}
	if m.SSOURL == "" {
		m.SSOURL = r.postURL
	}
	switch {
	case r.providers != 1:
		return nil, invalid("The metadata is not that of one identity provider.")
	case m.EntityID == "" || len(m.EntityID) > state.MaxURL:
		return nil, invalid("The metadata has no entityID, or too long a one.")
	case state.CheckServerURL(m.SSOURL) != nil:
		return nil, invalid("The metadata has no SingleSignOnService that browsers are sent to by https.")
	case len(r.certificates) == 0:
		return nil, invalid("The metadata has no certificate for signatures.")
	}
	for _, text := range r.certificates {
		der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
		if err != nil {
			return nil, invalid("A certificate of the metadata is not in base64.")
		}
		if _, err := ParseCertificate(der); err != nil {
			return nil, invalid("A certificate of the metadata is unusable: " + err.Error() + ".")
		}
		if !slices.ContainsFunc(m.Certificates, func(c []byte) bool { return bytes.Equal(c, der) }) {
			m.Certificates = append(m.Certificates, der)
		}
		if len(m.Certificates) > state.MaxSAMLKeys {
			return nil, ops.ErrTooManySSOVerificationCertificates
		}
	}
	return m, nil
}

// errMetadata begins the errors that metadataReader makes.
var errMetadata = errors.New("it")

// metadataReader reads the elements of metadata that matter.
type metadataReader struct {
	dec  *xml.Decoder
	path []xml.Name

	entity               string // the entityID of the EntityDescriptor that is being read
	signing              bool   // whether the KeyDescriptor that is being read is for signatures
	providers            int
	entityID             string
	redirectURL, postURL string
	certificates         [][]byte
	inCertificate        bool // whether the text that comes next is that of the last certificate
}

// read reads a document, which has exactly one root.
func (r *metadataReader) read() error {
	roots := 0
	for {
		token, err := r.dec.Token()
		switch {
		case errors.Is(err, io.EOF) && roots == 1:
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w has a document type", errMetadata)
		case xml.StartElement:
			if len(r.path) == 0 {
				roots++
			}
			if r.path = append(r.path, t.Name); len(r.path) > maxXMLDepth || roots > 1 {
				return fmt.Errorf("%w is nested too deeply, or has several roots", errMetadata)
			}
			if r.inCertificate = r.isAtCertificate(); r.inCertificate {
				r.certificates = append(r.certificates, nil)
			}
			r.start(t)
		case xml.EndElement:
			r.path, r.inCertificate = r.path[:len(r.path)-1], false
		case xml.CharData: // one of several pieces of a text, if there are comments in it
			if r.inCertificate {
				last := &r.certificates[len(r.certificates)-1]
				*last = append(*last, t...)
			}
		}
	}
}

// isIn reports whether what is being read is in an element of the metadata's own with a name.
func (r *metadataReader) isIn(name string) bool {
	return slices.Contains(r.path, xml.Name{Space: metadataSpace, Local: name})
}

// isAtCertificate reports whether a certificate for signatures begins.
func (r *metadataReader) isAtCertificate() bool {
	return r.signing && r.isIn("IDPSSODescriptor") && r.isIn("KeyDescriptor") &&
		r.path[len(r.path)-1] == xml.Name{Space: signatureSpace, Local: "X509Certificate"}
}

func (r *metadataReader) start(e xml.StartElement) {
	if e.Name.Space != metadataSpace {
		return
	}
	attribute := func(name string) string {
		for _, a := range e.Attr {
			if a.Name == (xml.Name{Local: name}) {
				return a.Value
			}
		}
		return ""
	}
	switch e.Name.Local {
	case "EntityDescriptor":
		r.entity = attribute("entityID")
	case "IDPSSODescriptor":
		r.providers++
		r.entityID = r.entity
	case "KeyDescriptor":
		use := attribute("use")
		r.signing = use == "" || use == "signing"
	case "SingleSignOnService":
		if !r.isIn("IDPSSODescriptor") {
			return
		}
		switch attribute("Binding") {
		case bindingPrefix + "HTTP-Redirect":
			r.redirectURL = attribute("Location")
		case bindingPrefix + "HTTP-POST":
			r.postURL = attribute("Location")
		}
	}
}
