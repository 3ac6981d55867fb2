package httpauth

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Reason says why a request is refused. It is the error of the JSON of an answer.
type Reason string

// The reasons.
const (
	ReasonLogin        Reason = "login_required"                   // no credentials
	ReasonToken        Reason = "invalid_token"                    // credentials that do not hold
	ReasonStepUp       Reason = "insufficient_user_authentication" // a factor is missing, or too old
	ReasonRequest      Reason = "invalid_request"                  // a malformed header, or input of a Login
	ReasonScope        Reason = "insufficient_scope"               // of a machine or an app
	ReasonPermission   Reason = "permission_denied"                // by Permission, Allow or OnLogin
	ReasonOrganization Reason = "wrong_organization"               // another one, none, or one that does not exist
	ReasonOrigin       Reason = "cross_origin"                     // a page of another site sent the request
	ReasonUnavailable  Reason = "temporarily_unavailable"          // the API is out of reach, or MaxRemote is reached
)

// status is the HTTP status of a reason.
func (r Reason) status() int {
	switch r {
	case ReasonLogin, ReasonToken, ReasonStepUp:
		return http.StatusUnauthorized
	case ReasonRequest:
		return http.StatusBadRequest
	case ReasonUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusForbidden
	}
}

// description is the text of a reason in answers. It names no cause.
func (r Reason) description() string {
	switch r {
	case ReasonLogin:
		return "Log in to continue."
	case ReasonToken:
		return "Your session or token is not valid, or has ended. Log in again, or get a new one."
	case ReasonStepUp:
		return "Confirm that it is you to continue."
	case ReasonRequest:
		return "The request is malformed."
	case ReasonScope:
		return "The access token lacks a scope."
	case ReasonOrganization:
		return "There is nothing here for you."
	case ReasonOrigin:
		return "The request comes from another site."
	case ReasonUnavailable:
		return "This is not available for a moment. Try again."
	default:
		return "You are not allowed to do this."
	}
}

// Denial is why a request is refused, and the answer. It is an error, so that a function given to [Allow] can return
// one, as &Denial{Status: 404}. Its zero value is a 403 with ReasonPermission.
type Denial struct {
	// Reason is the error of the JSON, and decides on text and headers. Empty means ReasonPermission.
	Reason Reason
	// Status is the HTTP status, from 400 to 599. Zero, or another one, means that of the Reason.
	Status int
	// RetryAfter is when to try again, from one to sixty seconds; zero if that is not known to help.
	RetryAfter time.Duration
	// MaxAge and Factors are what a step-up must prove: how recently, where that matters, and which of the factors;
	// none stand for any.
	MaxAge  time.Duration
	Factors []FactorKind
	// LoginURL is where a browser can log in or prove a factor, with the way back. It is empty if that does not help,
	// or Config.LoginURL is empty.
	LoginURL string
	// Err is the cause, for logs. It is never part of an answer.
	Err error
}

// Error returns the reason and the cause. It is for logs, not for answers.
func (d *Denial) Error() string {
	if d == nil {
		return "httpauth: denied"
	}
	text := "httpauth: " + string(d.reason())
	if d.Err != nil {
		text += ": " + d.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (d *Denial) Unwrap() error {
	if d == nil {
		return nil
	}
	return d.Err
}

// HTTPStatus returns the status of the answer. stytcherror.HTTPStatus does too.
func (d *Denial) HTTPStatus() int {
	if d == nil {
		return http.StatusForbidden
	}
	return d.status()
}

// Format writes the text of Error, whatever the verb.
func (d Denial) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, d.Error()) }

// LogValue returns reason, status and cause.
func (d Denial) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("reason", string(d.reason())), slog.Int("status", d.status())}
	if d.Err != nil {
		attrs = append(attrs, slog.String("error", d.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

func (d *Denial) reason() Reason {
	if d.Reason == "" {
		return ReasonPermission
	}
	return d.Reason
}

func (d *Denial) status() int {
	if d.Status < 400 || d.Status > 599 {
		return d.reason().status()
	}
	return d.Status
}

// The causes of refusals, for logs.
var (
	errExpired             = errors.New("the session or access token has ended")
	errMalformed           = errors.New("the token is malformed")
	errKind                = errors.New("the token is of a kind that the rules do not admit")
	errNotFresh            = errors.New("the access token is too old for MaxAge or Remote")
	errTwoValues           = errors.New("the request has two different values of a cookie")
	errTooMany             = errors.New("the request has too many values of a cookie")
	errTwoSessions         = errors.New("the request has cookies of two sessions")
	errBadBearer           = errors.New("the Authorization header is malformed, or there are several")
	errUnnamedOrganization = errors.New("the request names no organization (PathValue: inside the mux only)")
	errOtherOrganization   = errors.New("the request names another organization")
	errNoOrganization      = errors.New("the principal has no organization")
	errStepUp              = errors.New("the session has not proved the factors, or not recently")
	errMachine             = errors.New("machines have no permissions")
)

func missingScopes(scopes []string) error {
	return errors.New("the token lacks the scopes " + strings.Join(scopes, " "))
}

func (g *Guard) deny(reason Reason, err error) *Denial {
	return &Denial{Reason: reason, Status: reason.status(), Err: err}
}

// unavailable returns the denial for an API that did not answer, or a refusal of our own credentials: nobody is to
// blame but this application and its providers.
func (g *Guard) unavailable(err error) *Denial {
	d := g.deny(ReasonUnavailable, err)
	d.RetryAfter = retryAfter(err)
	return d
}

// retryAfter returns how long the API asked to wait, from a second to a minute.
func retryAfter(err error) time.Duration {
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		return min(max(apiErr.RetryAfter, time.Second), time.Minute)
	}
	return time.Second
}

// seconds is a duration in seconds, rounded up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// setHeaders sets the headers of the answer.
func (d *Denial) setHeaders(h http.Header) {
	switch reason := d.reason(); reason {
	case ReasonLogin:
		h.Set("WWW-Authenticate", "Bearer")
	case ReasonToken, ReasonRequest, ReasonScope:
		h.Set("WWW-Authenticate", `Bearer error="`+string(reason)+`"`)
	case ReasonStepUp:
		h.Set("WWW-Authenticate", d.challenge())
	default: // no credentials would help
	}
	if d.RetryAfter > 0 || d.reason() == ReasonUnavailable {
		h.Set("Retry-After", strconv.Itoa(min(max(seconds(d.RetryAfter), 1), 60)))
	}
}

// challenge is that of a step-up (RFC 9470, section 3).
func (d *Denial) challenge() string {
	text := `Bearer error="` + string(ReasonStepUp) + `"`
	if kinds := d.acrValues(); kinds != "" {
		text += `, acr_values="` + kinds + `"`
	}
	if d.MaxAge > 0 {
		text += `, max_age="` + strconv.Itoa(seconds(d.MaxAge)) + `"`
	}
	return text
}

// acrValues are those of Factors that are known, separated by spaces.
func (d *Denial) acrValues() string {
	var known []string
	for _, k := range d.Factors {
		if isFactorKind(k) {
			known = append(known, string(k))
		}
	}
	return strings.Join(known, " ")
}
