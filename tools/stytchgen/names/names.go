// Package names turns names of the API into Go names. One table has the spelling of initialisms and proper names.
package names

import (
	"strings"
	"unicode"
)

// words are those that are not written with just a capital first letter.
var words = map[string]string{
	"acs": "ACS", "api": "API", "asn": "ASN", "b2b": "B2B", "b2c": "B2C", "cidr": "CIDR", "cname": "CNAME",
	"csrf": "CSRF", "dfp": "DFP", "dn": "DN", "html": "HTML", "http": "HTTP", "https": "HTTPS", "id": "ID",
	"idp": "IDP", "ids": "IDs", "ims": "IMs", "ip": "IP", "iso": "ISO", "jit": "JIT", "json": "JSON", "jwk": "JWK",
	"jwks": "JWKS", "jwt": "JWT", "kid": "KID", "kty": "KTY", "luds": "LUDS", "m2m": "M2M", "md": "MD", "mfa": "MFA",
	"oauth": "OAuth", "oauth2": "OAuth2", "oidc": "OIDC", "openid": "OpenID", "os": "OS", "otp": "OTP", "otps": "OTPs",
	"pbkdf": "PBKDF", "pem": "PEM", "pkce": "PKCE", "pt": "PT", "qr": "QR", "rbac": "RBAC", "saml": "SAML",
	"scim": "SCIM", "sdk": "SDK", "sha": "SHA", "sha256": "SHA256", "sha512": "SHA512", "siwe": "SIWE", "sms": "SMS",
	"sso": "SSO", "totp": "TOTP", "totps": "TOTPs", "ttl": "TTL", "ui": "UI", "uri": "URI", "uris": "URIs",
	"url": "URL", "urls": "URLs", "uuid": "UUID", "vpn": "VPN", "webauthn": "WebAuthn", "whatsapp": "WhatsApp",
	"x509": "X509", "x509certificates": "X509Certificates", "x5c": "X5C", "x5t": "X5T", "xml": "XML",

	"cyberark": "CyberArk", "github": "GitHub", "gitlab": "GitLab", "hubspot": "HubSpot", "jumpcloud": "JumpCloud",
	"linkedin": "LinkedIn", "miniorange": "MiniOrange", "onelogin": "OneLogin", "pingfederate": "PingFederate",
	"tiktok": "TikTok",

	"br": "BR", "ca": "CA", "cs": "CS", "de": "DE", "en": "EN", "es": "ES", "fa": "FA", "fr": "FR", "it": "IT",
	"ja": "JA", "nl": "NL", "pl": "PL", "ru": "RU", "tr": "TR", "vi": "VI", "zh": "ZH",
}

// whole are names that do not follow from their words: languages whose region is left out.
var whole = map[string]string{"ca-ES": "CA", "de-DE": "DE"}

// Go is the exported name for a wire name: "session_jwt" is SessionJWT, "pt-br" PTBR.
func Go(wire string) string {
	if name, ok := whole[wire]; ok {
		return name
	}
	var b strings.Builder
	for _, w := range split(wire) {
		b.WriteString(word(w))
	}
	return b.String()
}

// Private is the unexported name for a wire name: "session_jwt" is sessionJWT.
func Private(wire string) string {
	parts := split(wire)
	if len(parts) == 0 {
		return ""
	}
	return strings.ToLower(parts[0]) + Go(strings.Join(parts[1:], "_"))
}

// Package is the package name for one word of a service's path: "intermediate_sessions" is intermediatesessions.
func Package(wire string) string { return strings.ReplaceAll(wire, "_", "") }

func split(wire string) []string {
	return strings.FieldsFunc(wire, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func word(w string) string {
	lower := strings.ToLower(w)
	if spelled, ok := words[lower]; ok {
		return spelled
	}
	if w == strings.ToUpper(w) && len(w) > 1 { // ALL_ALLOWED
		w = lower
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// proper are words that keep their capital within a sentence. Words with a second capital always do.
var proper = []string{
	"Amazon", "Apple", "Bitbucket", "Coinbase", "Discord", "Ethereum", "Facebook", "Figma", "Google", "Microsoft",
	"Okta", "Solana", "Stytch", "Twitch", "Yahoo",
}

// Sentence changes a description so that it can follow a name: "Trades a token." becomes "trades a token.", but "SCIM
// data." stays.
func Sentence(description string) string {
	first, _, _ := strings.Cut(description, " ")
	if first == "I" || first == "" || strings.ContainsFunc(first[1:], unicode.IsUpper) {
		return description
	}
	for _, name := range proper {
		if first == name || first == name+"'s" {
			return description
		}
	}
	return strings.ToLower(description[:1]) + description[1:]
}
