package httpauth

import (
	"context"
	"net/http"
	"slices"
	"time"

	stytch "github.com/seed75add069/stytch-go"
)

// A Guard verifies who sends requests. Make one with [NewB2B] or [NewB2C]. It is safe for concurrent use, has no
// goroutine while nobody calls, and sends nothing until a request needs it.
type Guard struct {
	config  Config
	product *product
	origins *http.CrossOriginProtection
	remote  *remote
	// loginPath is the path of the login page, if that is a page of this application.
	loginPath string
}

// NewB2B returns a guard for members of organizations, with a copy of config. The error is a *stytcherror.ArgumentError
// that names the field.
func NewB2B(client *stytch.Client, config Config) (*Guard, error) {
	return newGuard("NewB2B", client, config, b2bProduct)
}

// NewB2C returns a guard for users, with a copy of config. The error is a *stytcherror.ArgumentError that names the
// field.
func NewB2C(client *stytch.Client, config Config) (*Guard, error) {
	return newGuard("NewB2C", client, config, b2cProduct)
}

func newGuard(op string, client *stytch.Client, config Config, of func(*stytch.Client) *product) (*Guard, error) {
	if client == nil {
		return nil, argumentError(op, "client", "is nil")
	}
	if err := config.check(op); err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = client.Now
	}
	origins := http.NewCrossOriginProtection()
	for _, origin := range config.origins() {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			return nil, argumentError(op, "TrustedOrigins", err.Error())
		}
	}
	g := &Guard{config: config, product: of(client).bounded(config.RemoteTimeout), origins: origins}
	g.setLoginURL(config.LoginURL)
	g.remote = newRemote(g.product, &g.config)
	return g, nil
}

// origins are those whose pages may send requests with cookies.
func (c *Config) origins() []string {
	if c.Origin == "" {
		return c.TrustedOrigins
	}
	return append([]string{c.Origin}, c.TrustedOrigins...)
}

func (g *Guard) isTrusted(origin string) bool { return slices.Contains(g.config.origins(), origin) }

func (g *Guard) now() time.Time { return g.config.Now() }

// product is what members and users do not have in common. Its functions return the errors of the SDK.
type product struct {
	// verify verifies a session's JWT locally. maxAge and leeway are as in AuthenticateJWTLocalRequest.
	verify func(ctx context.Context, jwt string, maxAge *time.Duration, leeway time.Duration) (*Principal, error)
	// authenticate asks the API about a credential, and extends its session by the minutes, unless they are nil.
	authenticate func(ctx context.Context, c credential, minutes *int) (*remoteAnswer, error)
	// app verifies a Connected App's access token.
	app func(ctx context.Context, token string) (*Principal, error)
	// machine verifies an M2M access token.
	machine func(ctx context.Context, token string) (*Principal, error)
	// allow returns nil if a principal may perform an action on a resource.
	allow func(ctx context.Context, p *Principal, permission permission) error
	// revoke revokes the session of a credential.
	revoke func(ctx context.Context, c credential) error
	// forget drops what the client remembers of a session.
	forget func(sessionID string)
	ready  func(context.Context) error
	// login are the calls of the product's login.
	login loginCalls
}
