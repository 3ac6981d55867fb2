package redirects_test

import (
	"net/url"
	"testing"

	"github.com/seed75add069/stytch-go/b2b/redirects"
	"github.com/seed75add069/stytch-go/shared"
)

func TestStartURL(t *testing.T) {
	t.Parallel()
	s := redirects.New(&shared.FetchConfig{BaseURL: &url.URL{Scheme: "https", Host: "login.example"}})
	got, err := s.StartURL(&redirects.StartURLRequest{
		Site: "a/b", Locale: new("en"), ProviderParameters: map[string]string{"prompt": "consent"},
	})
	if want := "https://login.example/v1/public/redirects/a%2Fb/start?locale=en&provider_prompt=consent"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got, err := s.StartURL(nil); err == nil {
		t.Errorf("without a site: got %s", got)
	}
}
