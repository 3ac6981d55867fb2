package shared

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// RequestOption changes one call. Options are applied in order; the later one wins.
type RequestOption func(*RequestOptions)

// RequestOptions are the combined options of one call.
type RequestOptions struct {
	Authorization Authorization
	Header        http.Header
	Timeout       time.Duration
	Retry         *RetryPolicy
	Raw           *RawResponse
}

// String says which options are set, without secret values.
func (o RequestOptions) String() string {
	return fmt.Sprintf("shared.RequestOptions(authorization: %s, %d headers, timeout: %s)",
		o.Authorization, len(o.Header), o.Timeout)
}

// Format writes the text of String, whatever the verb.
func (o RequestOptions) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, o.String()) }

// LogValue returns the text of String.
func (o RequestOptions) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalText returns the text of String.
func (o RequestOptions) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// WithAuthorization makes the call on behalf of a session: the API checks the session's roles first. An operation that
// cannot be called on behalf of a session returns an ArgumentError.
func WithAuthorization(a Authorization) RequestOption {
	a.missing = a.IsZero()
	return func(o *RequestOptions) { o.Authorization = a }
}

// WithHeader sets a request header. The headers that the SDK sets are refused with an ArgumentError: Authorization,
// Host, User-Agent, those that describe the body or the accepted response, and the session of [WithAuthorization]. So
// is Idempotency-Key: with it, net/http repeats requests that must be sent only once.
func WithHeader(key, value string) RequestOption {
	return func(o *RequestOptions) {
		if o.Header == nil {
			o.Header = http.Header{}
		}
		o.Header.Set(key, value)
	}
}

// WithTimeout bounds the whole call, retries included, in place of Config.Timeout. Zero keeps that, negative means no
// bound. A context that ends earlier still ends the call.
func WithTimeout(d time.Duration) RequestOption {
	return func(o *RequestOptions) { o.Timeout = d }
}

// WithRetry replaces Config.Retry for the call; zero fields have their defaults. Which failures are retried still
// depends on the operation's retry class.
func WithRetry(p RetryPolicy) RequestOption {
	return func(o *RequestOptions) { o.Retry = &p }
}

// WithRawResponse stores the last response in raw, also if the call fails with an API error. raw is not changed if
// there was no response, or only a part of one below 400.
func WithRawResponse(raw *RawResponse) RequestOption {
	return func(o *RequestOptions) { o.Raw = raw }
}
