// Command stytch-emulator is an offline Stytch: see package emulator. It prints its base URL on the first line, then
// the environment variables of a client, one NAME=value a line.
//
//	stytch-emulator --addr 127.0.0.1:4100
//
// It logs calls and messages on standard error, and shows the messages at /_emulator/. It answers requests for
// localhost, IP addresses and the names given by --host or --addr. An address that other machines can reach needs
// --allow-remote. docs/EMULATOR.md describes all flags, and so does --help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed75add069/stytch-go/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "stytch-emulator:", err)
		os.Exit(1)
	}
}

// options are what the arguments say.
type options struct {
	emulator    emulator.Config
	addr        string
	allowRemote bool
	snapshot    string
	data        dataFile
}

// parse parses the arguments.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	config := &o.emulator
	flags := flag.NewFlagSet("stytch-emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:4100", "`ADDRESS` to listen on; port 0 chooses a free one")
	flags.BoolVar(&o.allowRemote, "allow-remote", false, "listen on an address that other machines can reach")
	flags.Func("host", "`NAME` by which the emulator may be called, besides localhost and IPs; can be repeated",
		func(name string) error {
			config.Hosts = append(config.Hosts, name)
			return nil
		})
	flags.StringVar(&config.ProjectID, "project-id", "", "project `ID`; generated if empty")
	flags.StringVar(&config.Secret, "secret", "", "project `SECRET`; generated if empty")
	flags.StringVar(&config.RedirectURL, "redirect-url", "",
		"`URL` that magic links lead to if the request names none; http://localhost:3000/authenticate if empty")
	flags.StringVar(&o.snapshot, "snapshot", "", "`FILE` with a snapshot to restore at the start")
	flags.StringVar((*string)(&o.data), "data", "",
		"`FILE` that keeps the project while the program does not run; written after changes and on exit")
	flags.Uint64Var(&config.Seed, "seed", 0,
		"`NUMBER` that makes ids, tokens and codes the same in every run; 0 is random")
	quiet := flags.Bool("quiet", false, "log neither calls nor messages")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.data != "" && o.snapshot != "":
		return options{}, errors.New("--data and --snapshot exclude each other")
	}
	if host, _, err := net.SplitHostPort(o.addr); err == nil && host != "" {
		if _, err := netip.ParseAddr(host); err != nil { // a name
			config.Hosts = append(config.Hosts, host)
		}
	}
	if !*quiet {
		config.Logger = slog.New(slog.NewTextHandler(stderr, nil))
	}
	return o, nil
}

// run parses the arguments and serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.data != "" {
		return o.serveData(ctx, stdout, stderr)
	}
	em, err := o.newEmulator()
	if err != nil {
		return err
	}
	return o.serve(ctx, em, stdout, stderr)
}

// serveData serves with a data file, which no other program can use meanwhile.
func (o *options) serveData(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if o.data, err = o.data.resolve(); err != nil {
		return err
	}
	unlock, err := o.data.lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	em, err := o.data.newProject(o.emulator)
	if err != nil {
		return err
	}
	changed := em.Project().Changed()
	if err := o.data.save(em.Project()); err != nil { // so that what cannot be saved is an error at the start
		return err
	}
	saving, stop := context.WithCancel(context.WithoutCancel(ctx))
	saved := make(chan error, 1)
	go func() {
		saved <- o.data.keep(saving, em.Project(), changed, func(err error) {
			_, _ = fmt.Fprintln(stderr, "stytch-emulator: the state is not saved:", err)
		})
	}()
	err = o.serve(ctx, em, stdout, stderr)
	stop() // after the last call
	return errors.Join(err, <-saved)
}

// serve listens, prints where, and serves until ctx ends.
func (o *options) serve(ctx context.Context, em *emulator.Emulator, stdout, stderr io.Writer) error {
	listener, err := o.listen(ctx)
	if err != nil {
		return err
	}
	addr := listener.Addr().(*net.TCPAddr)
	if !addr.IP.IsLoopback() {
		_, _ = fmt.Fprintf(stderr, "stytch-emulator: WARNING: listening on %s: whoever reaches this machine can read "+
			"the inbox, the secrets and the private keys. Names other than localhost need --host.\n", addr)
	}
	if _, err := io.WriteString(stdout, firstLines(addr, em.Project())); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, em, grace)
}

// newEmulator makes the emulator, with the state of the snapshot if there is one.
func (o *options) newEmulator() (*emulator.Emulator, error) {
	em, err := emulator.New(o.emulator)
	if err != nil || o.snapshot == "" {
		return em, err
	}
	file, err := os.Open(o.snapshot)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if err := em.Project().ReadSnapshot(file); err != nil {
		return nil, fmt.Errorf("%s: %w", o.snapshot, err)
	}
	return em, nil
}

// listen listens on the address. One that other machines can reach is refused unless it was allowed.
func (o *options) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.addr)
	if err != nil {
		return nil, err
	}
	if !o.allowRemote && !listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
		err := fmt.Errorf("other machines can reach %s, and the emulator's inbox and keys need no password: "+
			"listen on 127.0.0.1, or add --allow-remote", o.addr)
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// baseURL is the URL for clients on this machine.
func baseURL(addr *net.TCPAddr) string {
	host := addr.String()
	if addr.IP.IsUnspecified() {
		host = fmt.Sprintf("127.0.0.1:%d", addr.Port)
	}
	return (&url.URL{Scheme: "http", Host: host}).String()
}

// firstLines are the base URL and, below it, the environment of a client. Clients accept plain http to an address that
// is not loopback only where the last variable allows it.
func firstLines(addr *net.TCPAddr, project *emulator.Project) string {
	base := baseURL(addr)
	text := fmt.Sprintf("%s\nSTYTCH_PROJECT_ID=%s\nSTYTCH_SECRET=%s\nSTYTCH_PUBLIC_TOKEN=%s\n"+
		"STYTCH_BASE_URL=%s\nSTYTCH_FRAUD_BASE_URL=%s\n",
		base, project.ID(), project.Secret(), project.PublicToken(), base, base)
	if !addr.IP.IsLoopback() && !addr.IP.IsUnspecified() {
		text += "STYTCH_ALLOW_PLAIN_HTTP=true\n"
	}
	return text
}

// newServer returns a server that no client can occupy for long. The emulator itself limits how long a client may take
// to send a body.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 1 << 20,
		WriteTimeout: 15 * time.Minute, // longer than the delay of any fault
	}
}

// grace is how long the calls in progress may take to end.
const grace = 5 * time.Second

// serve serves until ctx ends. Calls that wait for something are then answered at once, and others may go on for the
// time of grace before their connections are closed.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	server := newServer(handler)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
