// Command quickstart logs two people in through B2B discovery, against an emulator that it starts: no account, no
// network.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
)

func main() {
	if os.Getenv("STYTCH_PROJECT_ID") != "" {
		explainRealService(os.Stdout)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run starts an emulator and logs two people in to one organization.
func run(ctx context.Context, out io.Writer) error {
	em, err := emulator.New(emulator.Config{})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: em, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()

	base := "http://" + listener.Addr().String()
	project := em.Project()
	client, err := stytch.NewClient(stytch.Config{ProjectID: project.ID(), Secret: project.Secret(), BaseURL: base})
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	_, _ = fmt.Fprintf(out, "An offline Stytch listens at %s as %s.\n", base, project.ID())

	d := &demo{client: client, inbox: project.Inbox(), out: out}
	org, err := d.createOrganization(ctx, "ada@analytical.dev")
	if err != nil {
		return err
	}
	return d.joinOrganization(ctx, "charles@analytical.dev", org)
}

// explainRealService says why the program does not run against the real service, and how to call that.
func explainRealService(out io.Writer) {
	_, _ = fmt.Fprint(out, `STYTCH_PROJECT_ID is set, so you may want the real service. This program reads the magic
link from the emulator's inbox, so it runs against the emulator only.

The same client works for both. In your own program:

	client, err := stytch.NewClient(stytch.ConfigFromEnv())

with STYTCH_PROJECT_ID and STYTCH_SECRET from the dashboard and STYTCH_BASE_URL unset, and take the token from the
"token" parameter of the link in the e-mail. To see the emulator, run this again without STYTCH_PROJECT_ID.
`)
}
