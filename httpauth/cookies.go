package httpauth

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Cookies says who sets the session's cookies, and how. The zero value: the server sets __Host-stytch_session, the
// session token, and __Host-stytch_session_jwt, both HttpOnly, Secure, SameSite=Lax and Path=/. If Config.Origin is
// http, they have neither Secure nor the prefix.
type Cookies struct {
	// Frontend means that Stytch's browser SDK sets the cookies stytch_session and stytch_session_jwt. They are read
	// and never written, and there is no Login. The browser SDK must be able to read them, so a script of the page can
	// too.
	Frontend bool
	// Session and JWT are other names of the cookies with the session token and the JWT. One with a prefix (RFC
	// 6265bis, section 4.1.3) that the attributes do not permit is an error.
	Session, JWT string
	// Domain shares the cookies with a domain and all of its subdomains, as in "example.com". The prefix is __Secure-
	// then. Whoever runs one of the subdomains can read and set the cookies. Empty means the host alone.
	Domain string
	// SameSite is http.SameSiteLaxMode unless it is set. http.SameSiteNoneMode needs https.
	SameSite http.SameSite
}

const (
	hostPrefix   = "__Host-"
	securePrefix = "__Secure-"
	sessionName  = "stytch_session"
	jwtName      = "stytch_session_jwt"

	// maxJWTCookie is the largest JWT that is set as a cookie: browsers drop a cookie of more than 4096 bytes, name and
	// attributes included, without a word.
	maxJWTCookie = 3800
)

// check validates c and sets its defaults.
func (c *Cookies) check(op string, secure bool) error {
	switch c.SameSite {
	case 0, http.SameSiteDefaultMode:
		c.SameSite = http.SameSiteLaxMode
	case http.SameSiteNoneMode:
		if !secure {
			return argumentError(op, "Cookies.SameSite", "is None, for which browsers want https")
		}
	case http.SameSiteLaxMode, http.SameSiteStrictMode:
	default:
		return argumentError(op, "Cookies.SameSite", "is none of the modes of net/http")
	}
	if c.Frontend && c.Domain != "" {
		return argumentError(op, "Cookies.Domain", "is set, and the browser SDK sets the cookies")
	}
	prefix := c.prefix(secure)
	if c.Session == "" {
		c.Session = prefix + sessionName
	}
	if c.JWT == "" {
		c.JWT = prefix + jwtName
	}
	if c.Session == c.JWT {
		return argumentError(op, "Cookies.JWT", "is the name of both cookies")
	}
	if reason := c.checkDomain(); reason != "" {
		return argumentError(op, "Cookies.Domain", reason)
	}
	if reason := c.checkName(c.Session, secure); reason != "" {
		return argumentError(op, "Cookies.Session", reason)
	}
	if reason := c.checkName(c.JWT, secure); reason != "" {
		return argumentError(op, "Cookies.JWT", reason)
	}
	return nil
}

// prefix returns the prefix of the cookies' names.
func (c *Cookies) prefix(secure bool) string {
	switch {
	case c.Frontend || !secure:
		return ""
	case c.Domain != "":
		return securePrefix
	}
	return hostPrefix
}

func (c *Cookies) checkName(name string, secure bool) (reason string) {
	valid := (&http.Cookie{Name: name, Value: "x"}).Valid() == nil
	lower := strings.ToLower(name)
	isHost := strings.HasPrefix(lower, "__host-") // and __Host-Http-
	isSecure := strings.HasPrefix(lower, "__secure-") || strings.HasPrefix(lower, "__http-")
	switch {
	case !valid:
		return "is not a cookie's name"
	case isHost && (c.Domain != "" || !secure):
		return "has a prefix for cookies of one https host"
	case isSecure && !secure:
		return "has a prefix for https"
	}
	return ""
}

func (c *Cookies) checkDomain() (reason string) {
	if c.Domain == "" {
		return ""
	}
	cookie := http.Cookie{Name: "x", Value: "x", Domain: c.Domain}
	if cookie.Valid() != nil || !strings.Contains(strings.Trim(c.Domain, "."), ".") {
		return "is not a domain"
	}
	return ""
}

// Tokens are those of a session, as the responses to logins have them. They print and log masked.
type Tokens struct {
	SessionToken string `stytch:"secret"`
	SessionJWT   string `stytch:"secret"`
	// ExpiresAt is the session's end, and that of the cookies. Zero means the end that the JWT names.
	ExpiresAt time.Time
}

// Format shows t with its tokens masked.
func (t Tokens) Format(s fmt.State, _ rune) { secret.Format(s, t) }

// LogValue returns t with its tokens masked.
func (t Tokens) LogValue() slog.Value { return secret.LogValue(t) }

// Cookies returns the cookies that [Guard.SignIn] sets for a session, as for a request in a test. A JWT that is too
// large for a cookie, over 3800 bytes, has none: the token serves alone. There are none if the browser SDK sets them.
func (g *Guard) Cookies(t Tokens) []*http.Cookie {
	if g.config.Cookies.Frontend {
		return nil
	}
	expires := t.ExpiresAt
	if expires.IsZero() {
		expires = sessionEnd(t.SessionJWT)
	}
	cookies := []*http.Cookie{g.cookie(g.config.Cookies.Session, t.SessionToken, expires)}
	if t.SessionJWT != "" && len(t.SessionJWT) <= maxJWTCookie {
		cookies = append(cookies, g.cookie(g.config.Cookies.JWT, t.SessionJWT, expires))
	}
	return slices.DeleteFunc(cookies, func(c *http.Cookie) bool { return c.Value == "" })
}

// sentCredential returns the token in a request's cookies, or the JWT if there is none. It is not verified.
func (g *Guard) sentCredential(r *http.Request) string {
	tokens, jwts := g.cookiesOf(r)
	if isToken(tokens.first()) {
		return tokens.first()
	}
	return jwts.first()
}

// cookie returns a cookie of the session. If expires is zero, it ends with the browser's session.
func (g *Guard) cookie(name, value string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", Domain: g.config.Cookies.Domain, Expires: expires,
		HttpOnly: true, Secure: g.config.isSecure(), SameSite: g.config.Cookies.SameSite,
	}
}

// setCookies sets the session's cookies, in place of those that were set for the same response before.
func (g *Guard) setCookies(w http.ResponseWriter, t Tokens) {
	g.unset(w, g.config.Cookies.Session, g.config.Cookies.JWT)
	cookies := g.Cookies(t)
	for _, c := range cookies {
		http.SetCookie(w, c)
	}
	if len(cookies) == 1 { // an older JWT beside it would be of another session
		g.expireCookies(w, g.config.Cookies.JWT)
	}
}

// setRefreshed sets the cookies of a refresh: the JWT's, and the token's too if the session was extended. A JWT that is
// too large is expired, so that it does not remain as it was.
func (g *Guard) setRefreshed(w http.ResponseWriter, t Tokens) {
	if g.config.SessionDuration != 0 && t.SessionToken != "" {
		g.setCookies(w, t)
		return
	}
	if t.SessionJWT == "" {
		return
	}
	g.unset(w, g.config.Cookies.JWT)
	if len(t.SessionJWT) > maxJWTCookie {
		g.expireCookies(w, g.config.Cookies.JWT)
		return
	}
	http.SetCookie(w, g.cookie(g.config.Cookies.JWT, t.SessionJWT, t.ExpiresAt))
}

// clearCookies expires the session's cookies in each scope that they may have.
func (g *Guard) clearCookies(w http.ResponseWriter) {
	g.unset(w, g.config.Cookies.Session, g.config.Cookies.JWT)
	g.expireCookies(w, g.config.Cookies.Session, g.config.Cookies.JWT)
}

// expireCookies expires cookies of the host and, if there is one, of the domain.
func (g *Guard) expireCookies(w http.ResponseWriter, names ...string) {
	for _, name := range names {
		http.SetCookie(w, g.expired(name, g.config.Cookies.Domain))
		if g.config.Cookies.Domain != "" {
			http.SetCookie(w, g.expired(name, ""))
		}
	}
}

// expired returns the cookie that makes browsers drop one of the session's.
func (g *Guard) expired(name, domain string) *http.Cookie {
	c := g.cookie(name, "", time.Unix(1, 0))
	c.MaxAge, c.Domain = -1, domain
	return c
}

// unset removes cookies from the headers of a response that is not written yet.
func (g *Guard) unset(w http.ResponseWriter, names ...string) {
	const header = "Set-Cookie"
	h := w.Header()
	if len(h[header]) == 0 {
		return
	}
	h[header] = slices.DeleteFunc(h[header], func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return slices.Contains(names, textproto.TrimString(name))
	})
	if len(h[header]) == 0 {
		delete(h, header)
	}
}

// expireOtherScopes expires the session's cookies in the scopes that the ones just set do not have, so that none of
// them is sent beside those.
func (g *Guard) expireOtherScopes(w http.ResponseWriter) {
	if g.config.Cookies.Domain == "" {
		return
	}
	for _, name := range []string{g.config.Cookies.Session, g.config.Cookies.JWT} {
		http.SetCookie(w, g.expired(name, ""))
	}
}
