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

// RequestOptions is what the options of one call add up to.
type RequestOptions struct {
	Authorization Authorization
	Header        http.Header
	Timeout       time.Duration
	Retry         *RetryPolicy
	Raw           *RawResponse
}

// String says which options are set, without values.
func (o RequestOptions) String() string {
	return fmt.Sprintf("shared.RequestOptions(authorization: %s, %d headers, timeout: %s)",
		o.Authorization, len(o.Header), o.Timeout)
}

// Format writes which options are set, whatever the verb.
func (o RequestOptions) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, o.String()) }

// LogValue is the same for slog.
func (o RequestOptions) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalText is the same for encoders.
func (o RequestOptions) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// WithAuthorization makes the call on behalf of a session: the API checks the session's roles before it acts. An
// operation that cannot be called so refuses the option with an ArgumentError.
func WithAuthorization(a Authorization) RequestOption {
	return func(o *RequestOptions) { o.Authorization = a }
}

// WithHeader sets one request header. Those that are the SDK's to set are refused: Authorization, Host, User-Agent, all
// that describe the body or what may come back, and Idempotency-Key, which would make net/http send again what is
// single-use.
func WithHeader(key, value string) RequestOption {
	return func(o *RequestOptions) {
		if o.Header == nil {
			o.Header = http.Header{}
		}
		o.Header.Set(key, value)
	}
}

// WithTimeout bounds the whole call, retries included, in place of Config.Timeout. A context that ends earlier still
// ends the call.
func WithTimeout(d time.Duration) RequestOption {
	return func(o *RequestOptions) { o.Timeout = d }
}

// WithRetry replaces Config.Retry for the call; zero fields take the defaults. What may be retried at all stays with
// the operation's retry class.
func WithRetry(p RetryPolicy) RequestOption {
	return func(o *RequestOptions) { o.Retry = &p }
}

// WithRawResponse fills raw with the last answer as it came, also when the call fails with an API error. raw is left
// alone when nothing came back.
func WithRawResponse(raw *RawResponse) RequestOption {
	return func(o *RequestOptions) { o.Raw = raw }
}
