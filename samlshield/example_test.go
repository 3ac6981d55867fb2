package samlshield_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/seed75add069/stytch-go/samlshield"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// shield is a transport that takes the place of the service. It refuses one SAML response and no other.
type shield struct{}

func (shield) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.PostFormValue("SAMLResponse") == "PGZvcmdlZC8+" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.WriteString(`{"status_code": 400, "request_id": "r-2", "error_message": "Signature wrapping."}`)
	} else {
		_, _ = w.WriteString(`{"status_code": 200, "request_id": "r-1", "message": "Valid."}`)
	}
	return w.Result(), nil
}

// A service provider validates the SAML response that the browser posts before it accepts it.
func Example() {
	client, err := samlshield.NewClient(samlshield.Config{
		PublicToken: "public-token-test-11111111-1111-4111-8111-111111111111",
		HTTPClient:  &http.Client{Transport: shield{}}, // leave out to call the real service
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	acs := func(w http.ResponseWriter, r *http.Request) {
		_, err := client.SAML.Validate(r.Context(), &samlshield.ValidateRequest{
			SAMLResponse: r.PostFormValue("SAMLResponse"),
		})
		if err != nil {
			http.Error(w, "login refused", http.StatusForbidden)
			return
		}
		_, _ = fmt.Fprintln(w, "on to signature, audience and time")
	}
	for _, response := range []string{"PHJlc3BvbnNlLz4=", "PGZvcmdlZC8+"} {
		form := url.Values{"SAMLResponse": {response}}.Encode()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/saml/acs", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		acs(w, r)
		fmt.Print(w.Body)
	}
	// Output:
	// on to signature, audience and time
	// login refused
}

func ExampleService_Validate() {
	client, err := samlshield.NewClient(samlshield.Config{
		PublicToken: "public-token-test-11111111-1111-4111-8111-111111111111",
		HTTPClient:  &http.Client{Transport: shield{}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &samlshield.ValidateRequest{SAMLResponse: "PGZvcmdlZC8+"}
	_, err = client.SAML.Validate(context.Background(), req)
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok {
		fmt.Println(refused.StatusCode, refused.Message)
	}
	fmt.Println(req)
	// Output:
	// 400 Signature wrapping.
	// ValidateRequest{"SAMLResponse":"[redacted]"}
}
