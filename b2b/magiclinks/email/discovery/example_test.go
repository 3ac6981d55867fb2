package discovery_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"

	"github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Send() {
	ctx := context.Background()
	server := stytchtest.NewServer() // an emulator
	client := server.Client()

	_, err := client.B2B.MagicLinks.Email.Discovery.Send(ctx, &discovery.SendRequest{
		EmailAddress:               "ada@example.com",
		DiscoveryRedirectURL:       new("https://app.example.com/authenticate"),
		DiscoveryExpirationMinutes: new(15),
	})
	if err != nil {
		log.Fatal(err)
	}

	mail := server.Inbox().Messages("ada@example.com")[0] // the emulator sends no e-mail
	link, err := url.Parse(mail.Link)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link.Host+link.Path, link.Query().Get("stytch_token_type"))
	fmt.Println("a token for MagicLinks.Discovery.Authenticate:", link.Query().Get("token") == mail.Token)
	// Output:
	// app.example.com/authenticate discovery
	// a token for MagicLinks.Discovery.Authenticate: true
}

func ExampleService_Send_refused() {
	client := stytchtest.NewServer().Client()

	_, err := client.B2B.MagicLinks.Email.Discovery.Send(context.Background(), &discovery.SendRequest{
		EmailAddress: "ada at example.com",
	})
	switch refused, isAPI := errors.AsType[*stytcherror.Error](err); {
	case errors.Is(err, stytcherror.CodeInvalidEmail):
		fmt.Println("Please check the address.")
	case isAPI && refused.RetryAfter > 0:
		fmt.Println("Please try again in", refused.RetryAfter)
	case err != nil:
		log.Fatal(err)
	}
	// Output: Please check the address.
}
