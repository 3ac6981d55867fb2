package cryptowallets_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed75add069/stytch-go/b2c/cryptowallets"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_AuthenticateStart() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.crypto_wallets.authenticate_start", `{
		"user_id": "user-test-1", "user_created": true,
		"challenge": "Sign in to example.com\nnonce: 4711"
	}`)

	resp, err := client.B2C.CryptoWallets.AuthenticateStart(context.Background(),
		&cryptowallets.AuthenticateStartRequest{
			CryptoWalletType:    cryptowallets.WalletTypeEthereum,
			CryptoWalletAddress: "0x1111111111111111111111111111111111111111",
			SIWEParams:          &cryptowallets.SIWEParams{Domain: "example.com", URI: "https://example.com/login"},
		})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("sign exactly this text: %q\n", resp.Challenge)
	// Output: sign exactly this text: "Sign in to example.com\nnonce: 4711"
}

// The browser posts the address and the signature, which must be sent unchanged.
func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.RespondError("b2c.crypto_wallets.authenticate", &stytcherror.Error{
		StatusCode: 401, Code: stytcherror.CodeUnableToAuthenticateCryptoWallet,
	})

	login := func(w http.ResponseWriter, r *http.Request) {
		var form struct {
			Address   string `json:"address"`
			Signature string `json:"signature"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&form); err != nil {
			http.Error(w, "not a signature", http.StatusBadRequest)
			return
		}
		resp, err := client.B2C.CryptoWallets.Authenticate(r.Context(), &cryptowallets.AuthenticateRequest{
			CryptoWalletType:       cryptowallets.WalletTypeEthereum,
			CryptoWalletAddress:    form.Address,
			Signature:              form.Signature,
			SessionDurationMinutes: new(60), // otherwise no session is created
		})
		switch {
		case errors.Is(err, stytcherror.CodeUnableToAuthenticateCryptoWallet),
			errors.Is(err, stytcherror.CodeInvalidSignature):
			http.Error(w, "please sign again", http.StatusUnauthorized)
		case err != nil:
			http.Error(w, "please try again later", http.StatusBadGateway)
		default:
			http.SetCookie(w, &http.Cookie{Name: "session", Value: resp.SessionToken, HttpOnly: true, Secure: true})
		}
	}

	w := httptest.NewRecorder()
	login(w, httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/login/wallet", strings.NewReader(
		`{"address": "0x1111111111111111111111111111111111111111", "signature": "0x2222"}`)))
	fmt.Print(w.Code, " ", w.Body)
	// Output: 401 please sign again
}
