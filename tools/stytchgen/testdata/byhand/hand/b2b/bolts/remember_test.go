package bolts

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/seed75add069/stytch-go/shared"
)

type refusing struct{ before func() }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) {
	r.before()
	return nil, errors.New("closed")
}

// The method runs once, after the call, however that ends; and a nil request is no trouble.
func TestMove_remembers(t *testing.T) {
	base := &url.URL{Scheme: "http", Host: "localhost"}
	sent := false
	s := New(&shared.FetchConfig{BaseURL: base, HTTPClient: &http.Client{Transport: refusing{func() {
		sent = true
		if calls.Load() != 0 {
			t.Error("called before the request")
		}
	}}}})
	if _, err := s.Move(t.Context(), &MoveRequest{Open: new(false)}); err == nil || !sent {
		t.Error(err)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("called %d times", n)
	}
	if _, err := s.Move(nil, nil); err == nil { //nolint:staticcheck // a nil context is refused
		t.Error("accepted")
	}
}
