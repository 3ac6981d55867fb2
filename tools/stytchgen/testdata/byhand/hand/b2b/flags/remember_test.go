package flags

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/seed75add069/stytch-go/shared"
)

// failing fails every request, after calling before.
type failing struct{ before func() }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) {
	f.before()
	return nil, errors.New("closed")
}

// The method runs once, after the call, even if that fails; and it gets the request, which may be nil.
func TestSet_remembers(t *testing.T) {
	base := &url.URL{Scheme: "http", Host: "localhost"}
	sent := false
	s := New(&shared.FetchConfig{BaseURL: base, HTTPClient: &http.Client{Transport: failing{func() {
		sent = true
		if calls.Load() != 0 {
			t.Error("called before the request")
		}
	}}}})
	if _, err := s.Set(t.Context(), &SetRequest{Value: new(false)}); err == nil || !sent {
		t.Error(err)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("called %d times", n)
	}
	if _, err := s.Set(nil, nil); err == nil { //nolint:staticcheck // a nil context is refused
		t.Error("accepted")
	}
}
