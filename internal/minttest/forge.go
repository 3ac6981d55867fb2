package minttest

import (
	"encoding/base64"

	"github.com/golang-jwt/jwt/v5"
)

// Header is the header that Sign writes, as JSON.
func (k *Key) Header() string { return `{"alg":"RS256","kid":"` + k.KID + `","typ":"JWT"}` }

// Sign makes a token of claims, as the API would.
func (k *Key) Sign(claims map[string]any) string { return k.SignText(k.Header(), JSON(claims)) }

// JSON is claims as the payload of a token.
func JSON(claims map[string]any) string { return string(encode(claims)) }

// SignText makes a token of any header and payload, be they JSON or not, that is signed as the API would.
func (k *Key) SignText(header, payload string) string {
	return Forge(jwt.SigningMethodRS256, k.Private, header, payload)
}

// SignEncoded is SignText for parts that are encoded already, well or not.
func (k *Key) SignEncoded(head, body string) string {
	return join(jwt.SigningMethodRS256, k.Private, head, body)
}

// Forge makes a token of any header and payload, signed by a method that the header may tell or not. Key is what the
// method takes.
func Forge(method jwt.SigningMethod, key any, header, payload string) string {
	return join(method, key, Encode(header), Encode(payload))
}

// Encode is the encoding of a token's parts.
func Encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func join(method jwt.SigningMethod, key any, head, body string) string {
	signature, err := method.Sign(head+"."+body, key)
	if err != nil {
		panic(err)
	}
	return head + "." + body + "." + Encode(string(signature))
}
