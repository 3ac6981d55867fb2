package httpauth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// A credential is a session token or a JWT, by which the API can be asked about a session. It prints as neither.
type credential struct {
	text  string
	isJWT bool
}

// credentialKey identifies a credential without keeping it in memory.
type credentialKey [sha256.Size]byte

func (c credential) key() credentialKey { return sha256.Sum256([]byte(c.text)) }

// forRequest returns the fields of an AuthenticateJWTRequest.
func (c credential) forRequest() (jwt string, token *string) {
	if c.isJWT {
		return c.text, nil
	}
	return "", &c.text
}

// pointers returns the credential as the one of two fields that is set.
func (c credential) pointers() (jwt, token *string) {
	if c.isJWT {
		return &c.text, nil
	}
	return nil, &c.text
}

// Format writes no secret, whatever the verb.
func (c credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[redacted]") }

const (
	minToken = 16
	maxToken = 512
	maxJWT   = 16 << 10
)

// isToken reports whether text has the form of a session token: base64 for URLs.
func isToken(text string) bool {
	if len(text) < minToken || len(text) > maxToken {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isAlphanumeric(c) && c != '-' && c != '_' && c != '=' {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// isJWT reports whether text may be a JWT: three segments (RFC 7519, section 3), and not too long.
func isJWT(text string) bool { return len(text) <= maxJWT && strings.Count(text, ".") == 2 }

// sessionEnd returns the end of the session that a JWT names, or zero. The JWT is not verified.
func sessionEnd(jwt string) time.Time {
	var claims struct {
		Session struct {
			ExpiresAt time.Time `json:"expires_at"`
		} `json:"https://stytch.com/session"`
	}
	if decodeClaims(jwt, &claims) != nil {
		return time.Time{}
	}
	return claims.Session.ExpiresAt
}

// jwtExpiry returns a JWT's exp, or zero. The JWT is not verified.
func jwtExpiry(jwt string) time.Time {
	var claims struct {
		Expiry float64 `json:"exp"`
	}
	if decodeClaims(jwt, &claims) != nil || claims.Expiry <= 0 || claims.Expiry > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Expiry), 0)
}

func decodeClaims(jwt string, claims any) error {
	if !isJWT(jwt) {
		return io.ErrUnexpectedEOF
	}
	_, rest, _ := strings.Cut(jwt, ".")
	payload, _, _ := strings.Cut(rest, ".")
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, claims)
}

// bearerState says what the Authorization headers of a request hold.
type bearerState uint8

const (
	noBearer bearerState = iota
	oneBearer
	badBearer // several, or an empty one
)

// bearerOf returns the bearer token of a request (RFC 6750, section 2.1). Other schemes are ignored. Whether it is a
// b64token is not checked.
func bearerOf(h http.Header) (token string, state bearerState) {
	for _, line := range h["Authorization"] {
		rest, ok := cutBearer(line)
		switch {
		case !ok:
		case state != noBearer || rest == "":
			return "", badBearer
		default:
			token, state = rest, oneBearer
		}
	}
	return token, state
}

// cutBearer returns what follows the scheme Bearer, in any case. It returns false for another scheme. What comes next
// to the scheme and is no letter of a longer name, such as a tab or a colon, is part of a token that is malformed then.
func cutBearer(line string) (string, bool) {
	const scheme = "bearer"
	line = strings.Trim(line, " ")
	if len(line) < len(scheme) || !strings.EqualFold(line[:len(scheme)], scheme) {
		return "", false
	}
	rest := line[len(scheme):]
	if rest != "" && (isAlphanumeric(rest[0]) || strings.IndexByte("!#$%&'*+-.^_`|~", rest[0]) >= 0) {
		return "", false // another scheme, whose name begins in the same way (RFC 9110, section 5.6.2)
	}
	if rest != "" && rest[0] != ' ' {
		return rest, true
	}
	return strings.TrimLeft(rest, " "), true
}

// isB64Token reports whether text is a b64token (RFC 6750, section 2.1).
func isB64Token(text string) bool {
	body := strings.TrimRight(text, "=")
	for i := range len(body) {
		if c := body[i]; !isAlphanumeric(c) && strings.IndexByte("-._~+/", c) < 0 {
			return false
		}
	}
	return body != ""
}

// maxValues bounds how many values of a cookie are looked at: browsers send several for several paths.
const maxValues = 8

// cookieValues are the different values of a cookie, in the order of the request.
type cookieValues struct {
	all [maxValues]string
	n   int
	// present is set if the request has the cookie, even if it is empty, and tooMany if it has further values.
	present, tooMany bool
}

func (v *cookieValues) add(value string) {
	v.present = true
	if value == "" || slices.Contains(v.list(), value) {
		return
	}
	if v.n == maxValues {
		v.tooMany = true
		return
	}
	v.all[v.n] = value
	v.n++
}

func (v *cookieValues) list() []string { return v.all[:v.n] }

// first returns the first value, or "".
func (v *cookieValues) first() string { return v.all[0] }

// cookiesOf returns the values of two cookies. It allocates nothing, unlike http.Request.Cookies.
func cookiesOf(h http.Header, sessionName, jwtName string) (tokens, jwts cookieValues) {
	for _, line := range h["Cookie"] {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			name, value, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
			if !ok {
				continue
			}
			switch name {
			case sessionName:
				tokens.add(unquote(value))
			case jwtName:
				jwts.add(unquote(value))
			}
		}
	}
	return tokens, jwts
}

// cookiesOf returns the values of the session's cookies.
func (g *Guard) cookiesOf(r *http.Request) (tokens, jwts cookieValues) {
	return cookiesOf(r.Header, g.config.Cookies.Session, g.config.Cookies.JWT)
}

// unquote removes the quotes that a cookie's value may have (RFC 6265, section 4.1.1).
func unquote(value string) string {
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}
