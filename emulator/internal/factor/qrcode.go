package factor

import (
	"encoding/base64"
	"net/url"
	"strings"

	"rsc.io/qr"
)

// maxIssuer is how many characters of an issuer's name apps are shown. All of a long one, escaped, is too much for a QR
// code.
const maxIssuer = 32

// totpURI is what an app reads from a QR code: the secret, and whose it is. A colon separates issuer and account, so
// that neither has one. Unverified: what the API names as the issuer.
func totpURI(issuer, account, secret string) string {
	runes := []rune(issuer)
	issuer = escape(string(runes[:min(len(runes), maxIssuer)]))
	return "otpauth://totp/" + issuer + ":" + escape(account) + "?secret=" + secret + "&issuer=" + issuer +
		"&algorithm=SHA1&digits=6&period=30"
}

// escape escapes a text without colons for both the path and the query of a URI, where a plus is a plus for some apps.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(text, ":", "")), "+", "%20")
}

// TOTPQRCode is the QR code of a secret, as a data URL of a PNG.
func TOTPQRCode(issuer, account, secret string) (string, error) {
	code, err := qr.Encode(totpURI(issuer, account, secret), qr.M)
	if err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG()), nil
}
