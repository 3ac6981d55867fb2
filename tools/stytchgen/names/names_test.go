package names_test

import (
	"testing"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// One table for all names: how a wire name is spelled as an exported name, as a variable and as a package.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ wire, exported, variable, pkg string }{
		{"", "", "", ""},
		{"email", "Email", "email", "email"},
		{"session_jwt", "SessionJWT", "sessionJWT", "sessionjwt"},
		{"organization_id", "OrganizationID", "organizationID", "organizationid"},
		{"id", "ID", "id", "id"},
		{"id_token", "IDToken", "idToken", "idtoken"},
		{"oauth2_client", "OAuth2Client", "oauth2Client", "oauth2client"},
		{"jwks", "JWKS", "jwks", "jwks"},
		{"get_jwks", "GetJWKS", "getJWKS", "getjwks"},
		{"otps", "OTPs", "otps", "otps"},
		{"totp_ids", "TOTPIDs", "totpIDs", "totpids"},
		{"acs_url", "ACSURL", "acsURL", "acsurl"},
		{"git_lab", "GitLab", "gitLab", "gitlab"},
		{"x509_certificate", "X509Certificate", "x509Certificate", "x509certificate"},
		{"m2m", "M2M", "m2m", "m2m"},
		{"intermediate_sessions", "IntermediateSessions", "intermediateSessions", "intermediatesessions"},
		{"ALL_ALLOWED", "AllAllowed", "allAllowed", "ALLALLOWED"},
		{"REQUIRED", "Required", "required", "REQUIRED"},
		{"pt-br", "PTBR", "ptBR", "pt-br"},
		{"zh-Hans", "ZHHans", "zhHans", "zh-Hans"},
		{"de-DE", "DE", "deDE", "de-DE"},
		{"ca-ES", "CA", "caES", "ca-ES"},
		{"x5t#S256", "X5TS256", "x5tS256", "x5t#S256"},
		{"qr_code", "QRCode", "qrCode", "qrcode"},
		{"kid", "KID", "kid", "kid"},
		{"invalid_xml_saml_response", "InvalidXMLSAMLResponse", "invalidXMLSAMLResponse", "invalidxmlsamlresponse"},
		{"oauth_github", "OAuthGitHub", "oauthGitHub", "oauthgithub"},
		{"a__b_", "AB", "aB", "ab"},
	} {
		if got := names.Go(tc.wire); got != tc.exported {
			t.Errorf("Go(%q) = %q, want %q", tc.wire, got, tc.exported)
		}
		if got := names.Private(tc.wire); got != tc.variable {
			t.Errorf("Private(%q) = %q, want %q", tc.wire, got, tc.variable)
		}
		if got := names.Package(tc.wire); got != tc.pkg {
			t.Errorf("Package(%q) = %q, want %q", tc.wire, got, tc.pkg)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ description, want string }{
		{"", ""},
		{"Trades a token.", "trades a token."},
		{"A person.", "a person."},
		{"E-mail addresses.", "e-mail addresses."},
		{"SCIM data.", "SCIM data."},
		{"OAuth logins.", "OAuth logins."},
		{"GitHub's answer.", "GitHub's answer."},
		{"I said so.", "I said so."},
		{"Stytch's own roles.", "Stytch's own roles."},
		{"Google answers.", "Google answers."},
		{"`session_jwt` is a JWT.", "`session_jwt` is a JWT."},
		{"already small.", "already small."},
	} {
		if got := names.Sentence(tc.description); got != tc.want {
			t.Errorf("Sentence(%q) = %q, want %q", tc.description, got, tc.want)
		}
	}
}
