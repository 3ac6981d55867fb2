package saml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI="#a"/></ds:SignedInfo></ds:Signature>`
	assertion = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a">` + signature + `<saml:Subject>ada@example.com</saml:Subject></saml:Assertion>`
	response  = `<?xml version="1.0"?><samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r">` + assertion + `</samlp:Response>`
)

func TestCheck_acceptsAResponseWhoseAssertionIsSigned(t *testing.T) {
	t.Parallel()
	require.NoError(t, saml.Check([]byte(response)))
	whole := strings.ReplaceAll(signature, "#a", "#r")
	require.NoError(t, saml.Check([]byte(strings.Replace(response, assertion, whole+strings.Replace(assertion, signature, "", 1), 1))))
	require.NoError(t, saml.Check([]byte(strings.Replace(response, assertion, whole+assertion, 1))))
}

func TestCheck_refusesWhatAttacksAreMadeOf(t *testing.T) {
	t.Parallel()
	replaced := func(old, with string) string {
		require.Contains(t, response, old)
		return strings.Replace(response, old, with, 1)
	}
	unsigned := strings.Replace(strings.Replace(assertion, signature, "", 1), `ID="a"`, `ID="b"`, 1)
	for name, row := range map[string]struct {
		document string
		code     stytcherror.Code
	}{
		"a document type":                  {replaced(`<samlp`, `<!DOCTYPE x [<!ENTITY a "b">]><samlp`), stytcherror.CodeInvalidSAMLResponse},
		"an entity":                        {replaced("ada@", "&a;@"), stytcherror.CodeInvalidXMLSAMLResponse},
		"a comment in an address":          {replaced("ada@example.com", "ada@example.com<!-- -->.evil.com"), stytcherror.CodeInvalidSAMLResponse},
		"a processing instruction":         {replaced("ada@", "<?x?>ada@"), stytcherror.CodeInvalidSAMLResponse},
		"an instruction before it":         {"<?xml-stylesheet href='x'?>" + response, stytcherror.CodeInvalidSAMLResponse},
		"an ID twice":                      {replaced(`ID="r"`, `ID="a"`), stytcherror.CodeInvalidSAMLResponse},
		"an id in small letters":           {replaced(`<saml:Subject`, `<saml:Subject id="a"`), stytcherror.CodeInvalidSAMLResponse},
		"another assertion":                {replaced(assertion, unsigned+assertion), stytcherror.CodeInvalidSAMLResponse},
		"an encrypted assertion beside it": {replaced(assertion, assertion+`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>`), stytcherror.CodeInvalidSAMLResponse},
		"an assertion in an extension":     {replaced(assertion, "<x>"+assertion+"</x>"), stytcherror.CodeInvalidSAMLResponse},
		"an assertion in an assertion":     {replaced("<saml:Subject>", unsigned+"<saml:Subject>"), stytcherror.CodeInvalidSAMLResponse},
		"a signature of another element":   {replaced("#a", "#r"), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a signature of the document":      {replaced(`URI="#a"`, `URI=""`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"two references":                   {replaced(`<ds:Reference URI="#a"/>`, `<ds:Reference URI="#a"/><ds:Reference URI="#a"/>`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"no reference":                     {replaced(`<ds:Reference URI="#a"/>`, ``), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a reference elsewhere":            {replaced(`<saml:Subject>`, `<ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="#a"/><saml:Subject>`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a signature in a subject":         {replaced(`ada@`, signature+`ada@`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"no signature":                     {replaced(signature, ""), stytcherror.CodeMissingSignatureSAMLResponse},
		"another document":                 {"<html/>", stytcherror.CodeInvalidSAMLResponse},
		"a request":                        {strings.ReplaceAll(response, "Response", "AuthnRequest"), stytcherror.CodeInvalidSAMLResponse},
		"another namespace":                {replaced("SAML:2.0:protocol", "SAML:1.0:protocol"), stytcherror.CodeInvalidSAMLResponse},
		"nothing":                          {"", stytcherror.CodeInvalidSAMLResponse},
		"no XML":                           {"SAML", stytcherror.CodeInvalidXMLSAMLResponse},
		"half of it":                       {response[:len(response)/2], stytcherror.CodeInvalidXMLSAMLResponse},
		"two of it":                        {response + strings.TrimPrefix(response, `<?xml version="1.0"?>`), stytcherror.CodeInvalidXMLSAMLResponse},
		"text after it":                    {response + "x", stytcherror.CodeInvalidXMLSAMLResponse},
		"an attribute twice":               {replaced(`ID="r"`, `ID="r" ID="s"`), stytcherror.CodeInvalidXMLSAMLResponse},
		"a million elements in each other": {strings.Repeat("<a>", 1_000_000), stytcherror.CodeInvalidXMLSAMLResponse},
	} {
		require.ErrorIs(t, saml.Check([]byte(row.document)), row.code, name)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(response))
	f.Fuzz(func(_ *testing.T, document []byte) { _ = saml.Check(document) })
}
