// Command middleware is a small application that people log in to: the notes of an organization. It runs against an
// emulator that it starts: no account, no network.
//
//	go run ./examples/middleware
//
// Open the address that it prints. ada@example.com is an administrator of Analytical Engines, charles@example.com a
// member, and anybody else can create an organization. The link to log in is in the emulator's inbox, whose address is
// printed too. Flag -addr says where to listen, and Ctrl-C ends the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/seed75add069/stytch-go/stytchtest"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	server := stytchtest.NewServer()
	err := run(ctx, server, *addr, os.Stdout)
	server.Close()
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

// run serves the application until the context ends, and then waits for the requests that are running.
func run(ctx context.Context, server *stytchtest.Server, addr string, out io.Writer) error {
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)
	if _, err := server.AddMember(ada.Organization.OrganizationID, "charles@example.com"); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	origin := "http://localhost:" + port
	app, err := newApp(server.Client(), origin)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Notes: %s\nMail:  %s/_emulator/\n", origin, server.URL())

	site := &http.Server{Handler: app, ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		stopped <- site.Shutdown(timeout)
	}()
	if err := site.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
