package webauthn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed75add069/stytch-go/b2c/webauthn"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// The response has JSON in a string, which is sent to the browser unchanged.
func ExampleService_AuthenticateStart() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.webauthn.authenticate_start", `{
		"user_id": "",
		"public_key_credential_request_options": "{\"challenge\":\"Y2hhbGxlbmdl\",\"rpId\":\"example.com\"}"
	}`)

	resp, err := client.B2C.WebAuthn.AuthenticateStart(context.Background(), &webauthn.AuthenticateStartRequest{
		Domain:                         "example.com",
		ReturnPasskeyCredentialOptions: new(true),
		UseBase64URLEncoding:           new(true), // for parseRequestOptionsFromJSON in the browser
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.PublicKeyCredentialRequestOptions)
	// Output: {"challenge":"Y2hhbGxlbmdl","rpId":"example.com"}
}

// The browser posts the result of navigator.credentials.get() as JSON. The handler sends it as a string, without
// decoding it.
func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2c.webauthn.authenticate", `{
		"user_id": "user-test-1",
		"webauthn_registration_id": "webauthn-registration-test-1", "session_token": "example-session-token",
		"session": {"session_id": "session-test-1", "expires_at": "2030-01-02T04:04:05Z"}
	}`)

	login := func(w http.ResponseWriter, r *http.Request) {
		credential, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err != nil {
			http.Error(w, "not a credential", http.StatusBadRequest)
			return
		}
		resp, err := client.B2C.WebAuthn.Authenticate(r.Context(), &webauthn.AuthenticateRequest{
			PublicKeyCredential:    string(credential),
			SessionDurationMinutes: new(60), // otherwise no session is created
		})
		switch {
		case errors.Is(err, stytcherror.CodeUnableToAuthWebAuthnRegistration),
			errors.Is(err, stytcherror.CodeInvalidPublicKeyCredential):
			http.Error(w, "please try again", http.StatusUnauthorized)
			return
		case err != nil:
			http.Error(w, "please try again later", http.StatusBadGateway)
			return
		}
		http.SetCookie(w, &http.Cookie{
			Name: "session", Value: resp.SessionToken, Path: "/", Expires: resp.Session.ExpiresAt,
			HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
		})
		w.WriteHeader(http.StatusNoContent)
	}

	w := httptest.NewRecorder()
	login(w, httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/login/passkey", strings.NewReader(
		`{"id":"Y3JlZGVudGlhbA","type":"public-key","response":{"clientDataJSON":"e30","signature":"c2ln"}}`)))
	fmt.Println(w.Code, w.Result().Cookies()[0].Name)
	// Output: 204 session
}
