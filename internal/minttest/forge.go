package minttest

import (
	"encoding/base64"

	"github.com/golang-jwt/jwt/v5"
)

// Header returns the JSON of the header that Sign writes.
func (k *Key) Header() string { return `{"alg":"RS256","kid":"` + k.KID + `","typ":"JWT"}` }

// Sign returns a token with these claims, as the API signs it.
func (k *Key) Sign(claims map[string]any) string { return k.SignText(k.Header(), JSON(claims)) }

// JSON returns claims as the payload of a token.
func JSON(claims map[string]any) string { return string(encode(claims)) }

// SignText returns a token with any header and payload, JSON or not, with the key's RS256 signature.
func (k *Key) SignText(header, payload string) string {
	return Forge(jwt.SigningMethodRS256, k.Private, header, payload)
}

// SignEncoded is SignText for parts that are encoded already, validly or not.
func (k *Key) SignEncoded(head, body string) string {
	return join(jwt.SigningMethodRS256, k.Private, head, body)
}

// Forge returns a token with any header and payload, signed by any method, whatever the header says. Key is the
// method's.
func Forge(method jwt.SigningMethod, key any, header, payload string) string {
	return join(method, key, Encode(header), Encode(payload))
}

// Encode encodes a part of a token.
func Encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func join(method jwt.SigningMethod, key any, head, body string) string {
	signature, err := method.Sign(head+"."+body, key)
	if err != nil {
		panic(err)
	}
	return head + "." + body + "." + Encode(string(signature))
}
