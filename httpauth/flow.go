package httpauth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// flowLife is how long a login may take between its steps, as long as an intermediate session lasts.
const flowLife = 10 * time.Minute

// maxCookie bounds the value of a cookie between steps.
const maxCookie = 3800

// flow is a login that a browser has begun. It is kept in the browser's cookie.
type flow struct {
	// Method is empty if the browser has only opened the login page or a link.
	Method Method `json:"m,omitempty"`
	// Address is the e-mail address that a link was sent to.
	Address string `json:"a,omitempty"`
	// Verifier is that of PKCE (RFC 7636, section 4.1). It also tells this browser from others.
	Verifier string `json:"v"`
	// Next is the way back.
	Next string `json:"n,omitempty"`
	// Begun is when the login has begun, in seconds since 1970. Browsers drop the cookie after flowLife, but whoever
	// sends it may have kept it.
	Begun int64 `json:"t"`
}

// challenge is the code challenge of PKCE, by the method S256.
func (f *flow) challenge() string {
	sum := sha256.Sum256([]byte(f.Verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// isFor reports whether a link to an address was asked for.
func (f *flow) isFor(address string) bool {
	return f.Address != "" && len(f.Address) == len(address) && strings.EqualFold(f.Address, address)
}

// The cookies between steps.
func (g *Guard) flowName() string         { return g.stepPrefix() + "stytch_flow" }
func (g *Guard) intermediateName() string { return g.stepPrefix() + "stytch_intermediate" }

func (g *Guard) stepPrefix() string {
	if g.config.isSecure() {
		return hostPrefix
	}
	return ""
}

// stepCookies returns the login that the browser has begun, nil if there is none, and its intermediate session token,
// "" if there is none. Of cookies with two values none counts.
func (l *Login) stepCookies(r *http.Request) (f *flow, intermediate string) {
	flows, tokens := cookiesOf(r.Header, l.guard.flowName(), l.guard.intermediateName())
	if tokens.n == 1 && isToken(tokens.first()) {
		intermediate = tokens.first()
	}
	if flows.n != 1 || len(flows.first()) > maxCookie {
		return nil, intermediate
	}
	data, err := base64.RawURLEncoding.DecodeString(flows.first())
	if err != nil {
		return nil, intermediate
	}
	f = &flow{}
	if json.Unmarshal(data, f) != nil || !isToken(f.Verifier) || l.isOver(f) {
		return nil, intermediate
	}
	f.Next = ReturnPath(f.Next)
	return f, intermediate
}

// isOver reports whether a login has begun too long ago, or has yet to begin.
func (l *Login) isOver(f *flow) bool {
	age := l.guard.now().Sub(time.Unix(f.Begun, 0))
	return age < -time.Minute || age > flowLife
}

// newVerifier returns a random verifier, of 43 characters.
func newVerifier() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}

func (l *Login) setFlow(w http.ResponseWriter, f *flow) {
	f.Begun = l.guard.now().Unix()
	data, _ := json.Marshal(f) // strings always marshal
	value := base64.RawURLEncoding.EncodeToString(data)
	if len(value) > maxCookie {
		f.Next = "" // the longest part
		l.setFlow(w, f)
		return
	}
	l.setStep(w, l.guard.flowName(), value)
}

func (l *Login) setIntermediate(w http.ResponseWriter, token string) {
	l.setStep(w, l.guard.intermediateName(), token)
}

// setStep sets a cookie between steps. It is always of this host only.
func (l *Login) setStep(w http.ResponseWriter, name, value string) {
	l.guard.unset(w, name)
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(flowLife / time.Second),
		HttpOnly: true, Secure: l.guard.config.isSecure(), SameSite: http.SameSiteLaxMode,
	})
}

// clearSteps expires the cookies between steps.
func (l *Login) clearSteps(w http.ResponseWriter, r *http.Request) {
	flowName, intermediateName := l.guard.flowName(), l.guard.intermediateName()
	flows, tokens := cookiesOf(r.Header, flowName, intermediateName)
	l.guard.unset(w, flowName, intermediateName)
	if flows.present {
		l.clearStep(w, flowName)
	}
	if tokens.present {
		l.clearStep(w, intermediateName)
	}
}

func (l *Login) clearStep(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1, Expires: time.Unix(1, 0),
		HttpOnly: true, Secure: l.guard.config.isSecure(), SameSite: http.SameSiteLaxMode,
	})
}
