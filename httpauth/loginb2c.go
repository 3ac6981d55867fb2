package httpauth

import (
	"context"

	"github.com/seed75add069/stytch-go/b2c"
	"github.com/seed75add069/stytch-go/b2c/magiclinks"
	magiclinksemail "github.com/seed75add069/stytch-go/b2c/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2c/users"
)

// b2cLogin logs in users, and creates those who are not known.
type b2cLogin struct{ services *b2c.Services }

func (b2cLogin) tokenTypes() map[string]Method { return userTokenTypes }

var userTokenTypes = map[string]Method{
	"magic_links":    MethodEmailLink,
	"login":          MethodEmailLink, // a link in a mail to reset a password, to log in without one
	"oauth":          "",
	"impersonation":  "",
	"reset_password": "",
}

func (b b2cLogin) sendLink(ctx context.Context, address, redirectURL string, challenge *string) error {
	_, err := b.services.MagicLinks.Email.LoginOrCreate(ctx, &magiclinksemail.LoginOrCreateRequest{
		Email: address, LoginMagicLinkURL: &redirectURL, SignupMagicLinkURL: &redirectURL, CodeChallenge: challenge,
	})
	return err
}

func (b b2cLogin) spendLink(ctx context.Context, token string, verifier *string, minutes *int) (*progress, error) {
	if minutes == nil {
		minutes = new(60) // without one, the API makes no session
	}
	resp, err := b.services.MagicLinks.Authenticate(ctx, &magiclinks.AuthenticateRequest{
		Token: token, CodeVerifier: verifier, SessionDurationMinutes: minutes,
	})
	if err != nil {
		return nil, err
	}
	if resp.Session == nil || resp.Session.SessionID == "" || resp.SessionToken == "" {
		return nil, errNoSession
	}
	p := newArrival(userPrincipal(resp.Session), &Arrival{User: &resp.User}, Tokens{
		SessionToken: resp.SessionToken, SessionJWT: resp.SessionJWT, ExpiresAt: resp.Session.ExpiresAt,
	})
	p.address = addressOf(&resp.User, resp.MethodID)
	return p, nil
}

// addressOf returns the address of a user's e-mail by its id.
func addressOf(u *users.User, emailID string) string {
	for _, e := range u.Emails {
		if e.EmailID == emailID {
			return e.Email
		}
	}
	return ""
}
