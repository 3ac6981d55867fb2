package m2m_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Token() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	created, err := client.B2B.M2M.Clients.Create(context.Background(), &clients.CreateRequest{
		Scopes: []string{"read:engines"},
	})
	if err != nil {
		log.Fatal(err)
	}

	resp, err := client.B2B.M2M.Token(context.Background(), &m2m.TokenRequest{
		ClientID:     created.M2MClient.ClientID,
		ClientSecret: created.M2MClient.ClientSecret,
		Scopes:       []string{"read:engines"},
	})
	switch {
	case errors.Is(err, stytcherror.CodeInvalidClient):
		fmt.Println("Id or secret is wrong, or the client is not active.")
	case err != nil:
		log.Fatal(err)
	default: // resp.AccessToken is masked when resp is printed
		fmt.Println("a", resp.TokenType, "token for", resp.ExpiresIn, "seconds")
	}
	// Output: a bearer token for 3600 seconds
}

// A TokenSource caches a token. Its Transport adds it to requests.
func ExampleService_TokenSource() {
	server := stytchtest.NewServer()
	client := server.Client()
	created, err := client.B2B.M2M.Clients.Create(context.Background(), &clients.CreateRequest{
		Scopes: []string{"read:engines"},
	})
	if err != nil {
		log.Fatal(err)
	}

	engines := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") { // the service requires a token
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer engines.Close()

	source := client.B2B.M2M.TokenSource(&m2m.TokenRequest{
		ClientID:     created.M2MClient.ClientID,
		ClientSecret: created.M2MClient.ClientSecret,
	})
	caller := &http.Client{Transport: source.Transport(engines.Client().Transport)} // nil for http.DefaultTransport
	for range 2 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, engines.URL, nil)
		if err != nil {
			log.Fatal(err)
		}
		resp, err := caller.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Status)
	}
	fmt.Println("tokens fetched:", len(server.Requests())-1) // without Create
	// Output:
	// 200 OK
	// 200 OK
	// tokens fetched: 1
}

// AuthenticateToken verifies the token of an incoming request locally.
func ExampleService_AuthenticateToken() {
	server := stytchtest.NewServer()
	client := server.Client()

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
	machine := stytchtest.AccessToken{
		ClientID: "m2m-client-test-1", Scopes: []string{"read:users"}, CustomClaims: map[string]any{"region": "eu"},
	}
	fmt.Println(serve(server.MintAccessToken(machine)))
	fmt.Println(serve(server.MintAccessToken(machine, stytchtest.Expired())))
	fmt.Println(serve(server.MintAccessToken(machine, stytchtest.Forged())))
	fmt.Println(serve(server.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:books"}})))
	// Output:
	// region eu
	// 200
	// 401
	// 401
	// 403
}
