package transport

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// retryable reports whether another attempt may be made after err, by the operation's retry class.
func retryable(op *Op, err error) bool {
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		return retryableStatus(op, apiErr)
	}
	if _, ok := errors.AsType[*stytcherror.RequestError](err); !ok || errors.Is(err, stytcherror.ErrRedirect) {
		return false
	}
	return neverConnected(err) || op.Class == Read && !permanent(err)
}

func retryableStatus(op *Op, err *stytcherror.Error) bool {
	switch err.StatusCode {
	case http.StatusTooManyRequests:
		return isRateLimit(err.Code) &&
			(op.Class == Read || op.Class == Write || op.Class == Send && err.RetryAfter > 0)
	case http.StatusRequestTimeout:
		return op.Class == Read
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return op.Class == Read ||
			op.Class == Write && (op.Method == http.MethodPut || op.Method == http.MethodDelete) ||
			op.Class == Send && err.StatusCode == http.StatusServiceUnavailable && err.RetryAfter > 0
	}
	return false
}

// isRateLimit reports whether a 429 with that code is a rate limit. The API also uses 429 for other errors, such as a
// failed captcha or a locked user. A gateway in front of the API sends no code.
func isRateLimit(code stytcherror.Code) bool {
	return code == "" || code == stytcherror.CodeTooManyRequests
}

// neverConnected reports whether no connection was made, so that nothing was written, for a reason that may be
// temporary.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect") && !permanent(err)
}

// permanent reports whether another attempt would fail too: the host name does not exist or the TLS handshake failed.
func permanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	return isTLSFailure(err)
}

// backoff returns the wait before the next attempt: a random one between half of the delay and all of it, so that
// clients that failed together do not retry together. The delay doubles from MinDelay up to MaxDelay.
func backoff(p shared.RetryPolicy, retries int) time.Duration {
	delay := p.MaxDelay
	if shift := min(retries, 30); p.MinDelay <= p.MaxDelay>>shift {
		delay = p.MinDelay << shift
	}
	if delay <= 1 {
		return max(delay, 0)
	}
	return delay/2 + rand.N(delay/2) //nolint:gosec // no secret depends on it
}
