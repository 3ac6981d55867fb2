package httpauth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// failure is a step of a login that did not succeed. It is an error.
type failure struct {
	status     int
	code, text string
	reason     Reason
	retryAfter time.Duration
	err        error // the cause, for events only
}

func (f *failure) Error() string {
	if f.err != nil {
		return fmt.Sprintf("%s: %v", f.code, f.err)
	}
	return f.code
}

func (f *failure) Unwrap() error { return f.err }

// Is reports whether target is the same failure, whatever the cause.
func (f *failure) Is(target error) bool {
	other, ok := target.(*failure)
	return ok && f.code == other.code && f.text == other.text
}

// on shows f on a page.
func (f *failure) on(p *Page) *Page {
	p.Status, p.Error, p.Code = f.status, f.text, f.code
	return p
}

// because returns f with a cause.
func (f *failure) because(err error) *failure {
	c := *f
	c.err = err
	return &c
}

func failed(status int, code, text string, reason Reason) *failure {
	return &failure{status: status, code: code, text: text, reason: reason}
}

var (
	failRequest = failed(http.StatusBadRequest, "invalid_request", "The request is malformed.", ReasonRequest)
	failMedia   = failed(http.StatusUnsupportedMediaType, "invalid_request",
		"The request is neither a form nor JSON.", ReasonRequest)
	failTooLarge = failed(http.StatusRequestEntityTooLarge, "invalid_request",
		"The request is too large.", ReasonRequest)
	failAddress = failed(http.StatusBadRequest, "invalid_email", "This is not an e-mail address.", ReasonRequest)
	failName    = failed(http.StatusBadRequest, "invalid_organization",
		"An organization cannot have this name or address. Try another one.", ReasonRequest)
	failLink = failed(http.StatusBadRequest, "invalid_link",
		"This link was used, or has expired. Ask for a new one.", ReasonToken)
	failBrowser = failed(http.StatusBadRequest, "other_browser",
		"Open the link in the browser in which you asked for it.", ReasonToken)
	failOtherAddress = failed(http.StatusBadRequest, "other_address",
		"This link is for another e-mail address than the one that you entered. Ask for a new one.", ReasonToken)
	failStep = failed(http.StatusBadRequest, "login_expired",
		"The login has taken too long. Begin again.", ReasonToken)
	failChoice = failed(http.StatusForbidden, "access_denied",
		"You cannot log in to this organization.", ReasonOrganization)
	failCreate = failed(http.StatusForbidden, "access_denied",
		"You cannot create an organization here.", ReasonPermission)
	failRefused = failed(http.StatusForbidden, "access_denied", "You cannot log in here.", ReasonPermission)
	failLimit   = failed(http.StatusTooManyRequests, "rate_limited",
		"Too many attempts. Try again later.", ReasonUnavailable)
	failTemporary = failed(http.StatusServiceUnavailable, "temporarily_unavailable",
		"This is not available for a moment. Try again.", ReasonUnavailable)
	failNotImplemented = failed(http.StatusNotImplemented, "not_implemented",
		"This way to log in is not available.", ReasonRequest)
)

// fail shows that a step did not succeed.
func (l *Login) fail(w http.ResponseWriter, r *http.Request, err error) {
	if d, ok := errors.AsType[*Denial](err); ok && d != nil { // of OnLogin
		again := *d
		if again.LoginURL == "" { // not this request, whose query may have a token
			again.LoginURL = l.URL(l.config.Home)
		}
		l.guard.reject(w, r, &again)
		return
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = temporary(err)
	}
	l.reportFailure(r, f)
	p := f.on(&Page{Name: "error", Action: l.config.Prefix + "login"})
	if begun, _ := l.stepCookies(r); begun != nil && begun.Next != "/" {
		p.Action = l.URL(begun.Next)
	}
	if f.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(f.retryAfter)))
	}
	l.show(w, r, p)
}

func (l *Login) reportFailure(r *http.Request, f *failure) {
	l.guard.report(r.Context(), Event{Kind: EventDenied, Reason: f.reason, Err: f, Pattern: r.Pattern})
}

// failureOf returns an error of the API as the failure of a step that the API can refuse as unfit. What is neither that
// nor a rate limit is temporary: an outage, or a mistake in the project's settings, which is nobody's fault who logs
// in.
func failureOf(err error, unfit *failure) error {
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	switch {
	case !ok:
		return temporary(err)
	case apiErr.StatusCode == http.StatusNotImplemented: // of the emulator
		return failNotImplemented.because(err)
	}
	switch status := stytcherror.HTTPStatus(err); status {
	case http.StatusTooManyRequests:
		f := failLimit.because(err)
		f.retryAfter = retryAfter(err)
		return f
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict:
		return unfit.because(err)
	}
	return temporary(err)
}

func temporary(err error) *failure {
	f := failTemporary.because(err)
	f.retryAfter = retryAfter(err)
	return f
}
