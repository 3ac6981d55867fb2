package flows_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	otpsemail "github.com/seed75add069/stytch-go/b2b/otps/email"
	otpsemaildiscovery "github.com/seed75add069/stytch-go/b2b/otps/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

var (
	people  = []string{"ada@example.com", "Bob@Example.com", "eve@example.org", "kim@gmail.com", "nobody"}
	domains = []string{"example.com", "example.org"}
)

// The calls that sequences check all that is dead with.

func (s *sequence) authenticate(req *sessions.AuthenticateRequest) *call {
	c := do("sessions.authenticate", s.api.B2B.Sessions.Authenticate, req)
	c.token, c.jwt = text(req.SessionToken), text(req.SessionJWT)
	return c
}

func (s *sequence) list(ist string) *call {
	c := do("discovery.list", s.api.B2B.Discovery.Organizations.List,
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &ist})
	c.ist = ist
	return c
}

func (s *sequence) exchange(ist, org string) *call {
	c := do("discovery.exchange", s.api.B2B.Discovery.IntermediateSessions.Exchange,
		&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
	c.ist = ist
	return c
}

func (s *sequence) follow(token string) *call {
	c := do("magic_links.authenticate", s.api.B2B.MagicLinks.Authenticate,
		&magiclinks.AuthenticateRequest{MagicLinksToken: token})
	c.link = "link " + token
	return c
}

func (s *sequence) discover(token string) *call {
	c := do("magic_links.discovery.authenticate", s.api.B2B.MagicLinks.Discovery.Authenticate,
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	c.link = "link " + token
	return c
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// one draws one of some values, each of which is as likely. Those of package rapid prefer the first ones.
func one[T any](t *rapid.T, values ...T) T {
	n := 0
	for size := 4 * len(values); size > 1; size /= 2 {
		n *= 2
		if rapid.Bool().Draw(t, "bit") {
			n++
		}
	}
	return values[n%len(values)]
}

// maybe draws one of some values, or nil.
func maybe[T any](t *rapid.T, values ...T) *T {
	return one(t, nil, new(one(t, values...)))
}

func (s *sequence) org(t *rapid.T) string {
	return one(t, one(t, "acme", "rival", "ext-1", "nobody"), one(t, s.known.orgs...))
}

// pair draws an organization and a member, mostly one of its own.
func (s *sequence) pair(t *rapid.T) (org, member string) {
	member = one(t, s.known.members...)
	if org = s.known.organizationOf[member]; one(t, true, true, true, false) {
		return org, member
	}
	return s.org(t), one(t, "ext-1", "nobody", member)
}

func (s *sequence) member(t *rapid.T) string {
	_, member := s.pair(t)
	return member
}

// ist draws the token of an intermediate session.
func (s *sequence) ist(t *rapid.T) string {
	i := one(t, s.known.ists...)
	last := s.known.ists[len(s.known.ists)-1]
	return one(t, last.token, last.token, i.token, one(t, strings.Repeat("x", 44), "x"))
}

// session draws the token or JWT of a session.
func (s *sequence) session(t *rapid.T) (token, jwt *string) {
	var tokens, jwts []string
	for _, k := range s.known.sessions {
		tokens, jwts = append(tokens, k.tokens...), append(jwts, k.jwts...)
	}
	if one(t, true, false) {
		return nil, new(one(t, one(t, jwts...), jwts[len(jwts)-1], "a.b.c"))
	}
	invalid := one(t, strings.Repeat("x", 44), "x")
	return new(one(t, one(t, tokens...), one(t, tokens...), tokens[len(tokens)-1], invalid)), nil
}

// caller lets a call act for a session, or for none.
func (s *sequence) caller(t *rapid.T, c *call) *call {
	if token, _ := s.session(t); token != nil && one(t, true, false) {
		c.caller = *token
	}
	return c
}

// sent draws a message, of the newest ones.
func (s *sequence) sent(t *rapid.T, is func(state.Message) bool) state.Message {
	messages := slices.DeleteFunc(s.project.Messages(""), func(m state.Message) bool { return !is(m) })
	if len(messages) == 0 {
		return state.Message{}
	}
	return one(t, messages[:min(len(messages), 4)]...)
}

// token draws the token of a link.
func (s *sequence) token(t *rapid.T) string {
	return s.sent(t, func(m state.Message) bool { return m.Token != "" }).Token + one(t, "", "", "", "x")
}

// recipient draws an address, mostly that of the newest message.
func (s *sequence) recipient(t *rapid.T) string {
	last := s.project.Messages("")[0].To
	return one(t, last, last, last, one(t, people...))
}

// code draws a code that was sent to an address, or another one.
func (s *sequence) code(t *rapid.T, address string) string {
	m := s.sent(t, func(m state.Message) bool { return m.Code != "" && strings.EqualFold(m.To, address) })
	return one(t, m.Code, m.Code, m.Code, m.Code, "000000", "12")
}

// actions are what a sequence does at random.
func (s *sequence) actions() map[string]func(*rapid.T) {
	clock := func(t *rapid.T) {
		d := one(t, time.Second, time.Minute, 2*time.Minute, 5*time.Minute, 10*time.Minute, time.Hour, 25*time.Hour)
		_ = s.project.Clock.Advance(d)
	}
	discovery := func(t *rapid.T) {
		s.step(do("links.discovery.send", s.api.B2B.MagicLinks.Email.Discovery.Send,
			&magiclinksemaildiscovery.SendRequest{EmailAddress: one(t, people...)}))
		s.step(s.discover(s.project.Messages("")[0].Token))
	}
	login := func(t *rapid.T) {
		s.step(do("links.send", s.api.B2B.MagicLinks.Email.LoginOrSignup,
			&magiclinksemail.LoginOrSignupRequest{OrganizationID: s.org(t), EmailAddress: one(t, people...)}))
		s.step(s.follow(s.project.Messages("")[0].Token))
	}
	code := func(t *rapid.T) {
		draws := s.proofDraws()
		kind := one(t, "codes.", "codes.discovery.")
		s.step(draws[kind+"send"](t))
		s.step(draws[kind+"authenticate"](t))
	}
	any := func(t *rapid.T) { s.step(s.draw(t)) }
	return map[string]func(*rapid.T){"step": func(t *rapid.T) {
		one(t, clock, discovery, login, login, code, code, s.enrol, s.signIn, s.browse, s.provision,
			s.authorize, any, any, any, any, any, any, any, any, any)(t)
	}}
}

// draw draws any call.
func (s *sequence) draw(t *rapid.T) *call {
	draws := s.draws()
	return draws[one(t, slices.Sorted(maps.Keys(draws))...)](t)
}

// draws are all calls of sequences.
func (s *sequence) draws() map[string]func(*rapid.T) *call {
	all := map[string]func(*rapid.T) *call{}
	for _, some := range []map[string]func(*rapid.T) *call{
		s.proofDraws(), s.discoveryDraws(), s.sessionDraws(), s.organizationDraws(), s.memberDraws(),
		s.memberChangeDraws(), s.clientDraws(), s.passwordDraws(), s.secondFactorDraws(), s.federationDraws(),
		s.appDraws(),
	} {
		maps.Copy(all, some)
	}
	return all
}

func (s *sequence) proofDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"links.send": func(t *rapid.T) *call {
			return do("links.send", s.api.B2B.MagicLinks.Email.LoginOrSignup, &magiclinksemail.LoginOrSignupRequest{
				OrganizationID: s.org(t), EmailAddress: one(t, people...), LoginExpirationMinutes: maybe(t, 4, 5, 60),
			})
		},
		"links.invite": func(t *rapid.T) *call {
			return s.caller(t, do("links.invite", s.api.B2B.MagicLinks.Email.Invite, &magiclinksemail.InviteRequest{
				OrganizationID: s.org(t), EmailAddress: one(t, people...), InvitedByMemberID: maybe(t, s.member(t)),
				Roles: one(t, nil, []string{"stytch_admin"}, []string{"nobody"}),
			}))
		},
		"links.authenticate": func(t *rapid.T) *call {
			c, req := s.follow(""), &magiclinks.AuthenticateRequest{MagicLinksToken: s.token(t)}
			if one(t, true, false) {
				req.SessionToken, req.SessionJWT = s.session(t)
			} else {
				req.IntermediateSessionToken = maybe(t, s.ist(t))
			}
			*c = *do(c.name, s.api.B2B.MagicLinks.Authenticate, req)
			c.link, c.ist = "link "+req.MagicLinksToken, text(req.IntermediateSessionToken)
			c.token, c.jwt = text(req.SessionToken), text(req.SessionJWT)
			return c
		},
		"links.discover": func(t *rapid.T) *call { return s.discover(s.token(t)) },
		"codes.send": func(t *rapid.T) *call {
			return do("codes.send", s.api.B2B.OTPs.Email.LoginOrSignup,
				&otpsemail.LoginOrSignupRequest{OrganizationID: s.org(t), EmailAddress: one(t, people...)})
		},
		"codes.authenticate": func(t *rapid.T) *call {
			address := s.recipient(t)
			req := &otpsemail.AuthenticateRequest{
				OrganizationID: one(t, "acme", "acme", "rival"), EmailAddress: address, Code: s.code(t, address),
				IntermediateSessionToken: one(t, nil, nil, nil, new(s.ist(t))),
			}
			c := do("codes.authenticate", s.api.B2B.OTPs.Email.Authenticate, req)
			c.code, c.ist = "code "+req.OrganizationID+address+req.Code, text(req.IntermediateSessionToken)
			return c
		},
		"codes.discovery.send": func(t *rapid.T) *call {
			return do("codes.discovery.send", s.api.B2B.OTPs.Email.Discovery.Send,
				&otpsemaildiscovery.SendRequest{EmailAddress: one(t, people...)})
		},
		"codes.discovery.authenticate": func(t *rapid.T) *call {
			address := s.recipient(t)
			req := &otpsemaildiscovery.AuthenticateRequest{EmailAddress: address, Code: s.code(t, address)}
			c := do("codes.discovery.authenticate", s.api.B2B.OTPs.Email.Discovery.Authenticate, req)
			c.code = "code " + address + req.Code
			return c
		},
	}
}

func (s *sequence) discoveryDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"discovery.create": func(t *rapid.T) *call {
			req := &discoveryorganizations.CreateRequest{
				IntermediateSessionToken: s.ist(t), OrganizationSlug: maybe(t, "acme", "new", "x"),
				EmailAllowedDomains: []string{"example.com"}, EmailJITProvisioning: maybe(t, "RESTRICTED", "NEVER"),
				MFAPolicy: maybe(t, "OPTIONAL", "REQUIRED_FOR_ALL"),
			}
			c := do("discovery.create", s.api.B2B.Discovery.Organizations.Create, req)
			c.ist = req.IntermediateSessionToken
			return c
		},
		"discovery.exchange": func(t *rapid.T) *call { return s.exchange(s.ist(t), s.org(t)) },
		"discovery.list":     func(t *rapid.T) *call { return s.list(s.ist(t)) },
		"discovery.list.session": func(t *rapid.T) *call {
			token, jwt := s.session(t)
			c := do("discovery.list", s.api.B2B.Discovery.Organizations.List,
				&discoveryorganizations.ListRequest{SessionToken: token, SessionJWT: jwt})
			c.token, c.jwt = text(token), text(jwt)
			return c
		},
	}
}

// found makes the organizations, members, sessions and the client that all sequences begin with.
func (s *sequence) found() {
	for _, org := range []struct{ slug, address, domain string }{
		{"acme", "ada@example.com", "example.com"}, {"rival", "eve@example.org", "example.org"},
	} {
		s.step(do("send", s.api.B2B.MagicLinks.Email.Discovery.Send,
			&magiclinksemaildiscovery.SendRequest{EmailAddress: org.address}))
		s.step(s.discover(s.project.Messages("")[0].Token))
		ist := s.known.ists[len(s.known.ists)-1].token
		c := do("create", s.api.B2B.Discovery.Organizations.Create, &discoveryorganizations.CreateRequest{
			IntermediateSessionToken: ist, OrganizationName: new(org.slug), OrganizationSlug: new(org.slug),
			EmailJITProvisioning: new(organizations.EmailJITProvisioningRestricted),
			EmailAllowedDomains:  []string{org.domain}, EmailInvites: new(organizations.EmailInvitesAllAllowed),
		})
		c.ist = ist
		s.step(c)
		for _, address := range people[1:3] {
			s.step(do("members.create", s.api.B2B.Organizations.Members.Create,
				&members.CreateRequest{OrganizationID: org.slug, EmailAddress: address}))
		}
	}
	s.step(do("send", s.api.B2B.MagicLinks.Email.LoginOrSignup,
		&magiclinksemail.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "bob@example.com"}))
	s.step(s.follow(s.project.Messages("")[0].Token))
	s.federate()
}
