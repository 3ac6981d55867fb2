package m2m_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/apitest"
	"github.com/seed75add069/stytch-go/internal/mint"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func ExampleService_Token() {
	client := apitest.Client(`{
		"request_id": "request-id-test-1", "status_code": 200,
		"access_token": "eyJhbGciOiJSUzI1NiJ9.e30.example", "token_type": "bearer", "expires_in": 3600
	}`)

	resp, err := client.B2B.M2M.Token(context.Background(), &m2m.TokenRequest{
		ClientID:     "m2m-client-test-1",
		ClientSecret: "example-secret",
		Scopes:       []string{"read:engines"},
	})
	switch {
	case errors.Is(err, stytcherror.Code("invalid_client")):
		fmt.Println("Id or secret is wrong, or the client is not active.")
	case err != nil:
		log.Fatal(err)
	default: // resp.AccessToken is for the Authorization header, and is not shown when resp is printed
		fmt.Println("a", resp.TokenType, "token for", resp.ExpiresIn, "seconds")
	}
	// Output: a bearer token for 3600 seconds
}

// A program that calls others keeps one source, and a client that adds its tokens.
func ExampleService_TokenSource() {
	client := apitest.Client(`{
		"request_id": "request-id-test-1", "status_code": 200,
		"access_token": "eyJhbGciOiJSUzI1NiJ9.e30.example", "token_type": "bearer", "expires_in": 3600
	}`)

	source := client.B2B.M2M.TokenSource(&m2m.TokenRequest{
		ClientID:     "m2m-client-test-1",
		ClientSecret: "example-secret",
	})
	engines := &http.Client{Transport: source.Transport(enginesAPI)} // nil instead of enginesAPI for the real one
	for range 2 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://engines.example.com/", nil)
		if err != nil {
			log.Fatal(err)
		}
		resp, err := engines.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Status)
	}
	// Output:
	// 200 OK
	// 200 OK
}

// enginesAPI stands for a service that wants a token.
var enginesAPI = roundTrip(func(r *http.Request) (*http.Response, error) {
	status := http.StatusUnauthorized
	if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer eyJ") {
		status = http.StatusOK
	}
	resp := respond(r, status, "")
	resp.Status = fmt.Sprint(status, " ", http.StatusText(status))
	return resp, nil
})

// A service that is called looks at the token without a call of its own.
func ExampleService_AuthenticateToken() {
	client, err := stytch.NewClient(stytch.Config{
		ProjectID:  mint.Project,
		Secret:     mint.Secret,
		HTTPClient: mint.NewAPI(key).Client(), // leave out to fetch the real keys
	})
	if err != nil {
		log.Fatal(err)
	}
	serve := func(accessToken string) int {
		token, err := client.B2B.M2M.AuthenticateToken(context.Background(), &m2m.AuthenticateTokenRequest{
			AccessToken:    accessToken,
			RequiredScopes: []string{"read:users"},
		})
		_, forbidden := errors.AsType[*stytcherror.PermissionError](err)
		switch {
		case forbidden:
			return http.StatusForbidden
		case err != nil:
			return http.StatusUnauthorized
		}
		fmt.Println("region", token.CustomClaims["region"])
		return http.StatusOK
	}
	fmt.Println(serve(key.Sign(mint.MachineToken(time.Now()))))
	fmt.Println(serve("eyJhbGciOiJub25lIn0.e30."))
	// Output:
	// region eu
	// 200
	// 401
}
