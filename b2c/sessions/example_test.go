package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.sessions.authenticate", `{
		"session": {"session_id": "session-test-1", "user_id": "user-test-1", "expires_at": "2030-01-02T04:04:05Z",
			"authentication_factors": [{"type": "otp", "delivery_method": "sms"}], "roles": ["stytch_user", "editor"]},
		"session_token": "example-session-token", "session_jwt": "example.session.jwt",
		"verdict": {"authorized": true, "granting_roles": ["editor"]}
	}`)

	resp, err := client.B2C.Sessions.Authenticate(context.Background(), &sessions.AuthenticateRequest{
		SessionToken:           new("example-session-token"), // from the cookie
		SessionDurationMinutes: new(60),                      // extend the session to an hour from now
		AuthorizationCheck:     &sessions.AuthorizationCheck{ResourceID: "documents", Action: "edit"},
	})
	switch {
	case errors.Is(err, stytcherror.CodeSessionNotFound):
		fmt.Println("Please log in again.")
	case errors.Is(err, stytcherror.CodeConsumerSessionAuthorizationError):
		fmt.Println("You may not do that.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.Session.UserID, "until", resp.Session.ExpiresAt, "by", resp.Verdict.GrantingRoles)
	}
	// Output: user-test-1 until 2030-01-02 04:04:05 +0000 UTC by [editor]
}

func ExampleService_Revoke() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.RespondError("b2c.sessions.revoke", &stytcherror.Error{
		StatusCode: 404, Code: stytcherror.CodeSessionNotFound,
	})

	logout := func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("session")
		if err != nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, err = client.B2C.Sessions.Revoke(r.Context(), &sessions.RevokeRequest{SessionToken: &cookie.Value})
		if err != nil && !errors.Is(err, stytcherror.CodeSessionNotFound) { // it has ended already
			http.Error(w, "please try again", http.StatusBadGateway)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "session", MaxAge: -1, HttpOnly: true, Secure: true})
		w.WriteHeader(http.StatusNoContent)
	}

	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/logout", nil)
	request.AddCookie(&http.Cookie{Name: "session", Value: "example-session-token"})
	w := httptest.NewRecorder()
	logout(w, request)
	fmt.Println(w.Code, w.Header().Get("Set-Cookie"))
	// Output: 204 session=; Max-Age=0; HttpOnly; Secure
}
