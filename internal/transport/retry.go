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

// retryable reports whether a second attempt may be made after err, by the operation's class.
func retryable(op *Op, err error) bool {
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		return retryableStatus(op, apiErr)
	}
	if _, ok := errors.AsType[*stytcherror.RequestError](err); !ok || errors.Is(err, stytcherror.ErrRedirect) {
		return false
	}
	if neverConnected(err) {
		return true
	}
	return op.Class == Read && !permanent(err)
}

func retryableStatus(op *Op, err *stytcherror.Error) bool {
	switch err.StatusCode {
	case http.StatusTooManyRequests:
		return passingLimit(err.Code) &&
			(op.Class == Read || op.Class == Write || op.Class == Send && err.RetryAfter > 0)
	case http.StatusRequestTimeout:
		return op.Class == Read
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		switch op.Class {
		case Read:
			return true
		case Write:
			return op.Method == http.MethodPut || op.Method == http.MethodDelete
		case Send:
			return err.StatusCode == http.StatusServiceUnavailable && err.RetryAfter > 0
		case SingleUse:
			return false
		}
	}
	return false
}

// passingLimit tells a rate limit from the API's other uses of 429, such as a failed captcha or a locked user. A
// gateway in front of the API sends no code.
func passingLimit(code stytcherror.Code) bool {
	return code == "" || code == stytcherror.CodeTooManyRequests
}

// neverConnected reports whether the failure came before anything could be written, and may pass.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect") && !permanent(err)
}

// permanent reports failures that another attempt will meet again: unknown names and certificates that do not verify.
func permanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	return isTLSFailure(err)
}

// backoff doubles from MinDelay up to MaxDelay and takes a random part of the upper half, so that callers who failed
// together do not come back together.
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
