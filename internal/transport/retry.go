package transport

import (
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// retryable reports whether another attempt may be made after err, by the operation's retry class.
func retryable(op *Op, err error, reached progress) bool {
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		return retryableStatus(op, apiErr)
	}
	failure, ok := errors.AsType[*stytcherror.RequestError](err)
	if !ok || errors.Is(err, stytcherror.ErrRedirect) || permanent(err) {
		return false
	}
	if reached == progressUnsent {
		return temporaryConnect(failure.Err)
	}
	return op.Class == Read || reached == progressUnknown && neverConnected(err)
}

func retryableStatus(op *Op, err *stytcherror.Error) bool {
	switch err.StatusCode {
	case http.StatusTooManyRequests:
		return isRateLimit(err.Code) && !op.Fallback &&
			(op.Class == Read || op.Class == Write || op.Class == Send && err.RetryAfter > 0)
	case http.StatusRequestTimeout:
		return op.Class == Read
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return op.repeatable() ||
			op.Class == Send && err.StatusCode == http.StatusServiceUnavailable && err.RetryAfter > 0
	}
	return false
}

// isRateLimit reports whether a 429 with that code is a rate limit. The API also uses 429 for other errors, such as a
// failed captcha or a locked user. A gateway in front of the API sends no code.
func isRateLimit(code stytcherror.Code) bool {
	return code == "" || code == stytcherror.CodeTooManyRequests
}

// neverConnected reports whether the error itself says that no connection was made, for transports that do not call the
// hooks of httptrace.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect")
}

// temporaryConnect reports whether connecting may succeed on another attempt. What a proxy refuses for a reason that is
// not known is final: net/http keeps of its response the reason phrase alone.
func temporaryConnect(err error) bool {
	if status := proxyStatus(err); status != 0 {
		return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests ||
			status == http.StatusRequestTimeout
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// proxyStatus returns the status of a proxy that refused to connect, or 0.
func proxyStatus(err error) int {
	if refused, ok := errors.AsType[*proxyError](err); ok {
		return refused.status
	}
	for status := http.StatusBadRequest; status < 600; status++ {
		if text := http.StatusText(status); text != "" && strings.EqualFold(err.Error(), text) {
			return status
		}
	}
	return 0
}

// permanent reports whether another attempt would fail too or must not be made: the host name does not exist, the TLS
// handshake failed, localhost is another host, or net/http was kept from sending the request again.
func permanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	return isTLSFailure(err) || errors.Is(err, errNotLoopback) || errors.Is(err, errNotResent)
}

// isTLSFailure reports whether the TLS handshake failed or the server does not use TLS.
func isTLSFailure(err error) bool {
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	op, ok := errors.AsType[*net.OpError](err)
	alert := ok && (op.Op == "remote error" || op.Op == "local error") // of a type that crypto/tls does not export
	return refused || noTLS || alert || errors.Is(err, http.ErrSchemeMismatch)
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
