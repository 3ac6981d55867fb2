package flows_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// knowledge is what a sequence knows from the answers to its calls.
type knowledge struct {
	orgs, members, clients []string
	sessions               []*knownSession
	ists                   []*knownIntermediate
	// spent are the links and codes that were used.
	spent map[string]bool
	// tokens are those with which browsers came to a redirect URL, impersonations too.
	tokens []string
	// secrets are those of authenticator apps, and recoveryCodes the codes beside them, by member.
	secrets, recoveryCodes map[string][]string
	// connection is an SSO connection, scimURL and scimToken are those of a SCIM connection, and app is a Connected App.
	connection, scimURL, scimToken, app string
	// appTokens are codes, access and refresh tokens of the app.
	appTokens []string
	// organizationOf is the organization of each member.
	organizationOf map[string]string
}

type knownSession struct {
	id, memberID, organizationID string
	tokens, jwts                 []string
	expires                      time.Time
	revoked                      bool
}

func (k *knownSession) isDead(now time.Time) bool { return k.revoked || !now.Before(k.expires) }

type knownIntermediate struct {
	token   string
	expires time.Time
	used    bool
}

func (k *knownIntermediate) isDead(now time.Time) bool { return k.used || !now.Before(k.expires) }

func newKnowledge() *knowledge {
	return &knowledge{
		spent: map[string]bool{}, organizationOf: map[string]string{}, secrets: map[string][]string{},
		recoveryCodes: map[string][]string{},
	}
}

func (k *knowledge) clone() *knowledge {
	c := *k
	c.sessions, c.ists = slices.Clone(k.sessions), slices.Clone(k.ists)
	for i, s := range c.sessions {
		c.sessions[i] = new(*s)
	}
	for i, s := range c.ists {
		c.ists[i] = new(*s)
	}
	c.orgs, c.members, c.clients = slices.Clone(k.orgs), slices.Clone(k.members), slices.Clone(k.clients)
	c.tokens, c.appTokens = slices.Clone(k.tokens), slices.Clone(k.appTokens)
	c.secrets, c.recoveryCodes = maps.Clone(k.secrets), maps.Clone(k.recoveryCodes)
	c.spent, c.organizationOf = maps.Clone(k.spent), maps.Clone(k.organizationOf)
	return &c
}

func addOnce[T comparable](list *[]T, value T) {
	if !slices.Contains(*list, value) {
		*list = append(*list, value)
	}
}

// learn notes what an answer says.
func (k *knowledge) learn(body map[string]any, now time.Time) {
	visit(body, func(name, value string, object map[string]any) {
		switch name {
		case "organization_id":
			addOnce(&k.orgs, value)
			if id, _ := object["member_id"].(string); id != "" {
				k.organizationOf[id] = value
			}
		case "member_id":
			addOnce(&k.members, value)
		case "client_id":
			addOnce(&k.clients, value)
		case "member_session_id":
			k.learnSession(object)
		}
	})
	text := func(name string) string { value, _ := body[name].(string); return value }
	if secret := text("secret"); secret != "" {
		k.secrets[text("member_id")] = append(slices.Clone(k.secrets[text("member_id")]), secret)
	}
	if codes, _ := body["recovery_codes"].([]any); len(codes) > 0 {
		k.recoveryCodes[text("member_id")] = nil
		for _, code := range codes {
			k.recoveryCodes[text("member_id")] = append(k.recoveryCodes[text("member_id")], code.(string))
		}
	}
	for _, name := range []string{"authorization_code", "access_token", "refresh_token"} {
		if text(name) != "" {
			addOnce(&k.appTokens, text(name))
		}
	}
	if session, ok := body["member_session"].(map[string]any); ok {
		s := k.learnSession(session)
		if text("session_token") != "" {
			addOnce(&s.tokens, text("session_token"))
		}
		addOnce(&s.jwts, text("session_jwt"))
	}
	ist := text("intermediate_session_token")
	isKnown := func(i *knownIntermediate) bool { return i.token == ist }
	if ist != "" && !slices.ContainsFunc(k.ists, isKnown) {
		k.ists = append(k.ists, &knownIntermediate{token: ist, expires: now.Add(10 * time.Minute)})
	}
}

func (k *knowledge) learnSession(object map[string]any) *knownSession {
	id, _ := object["member_session_id"].(string)
	s := k.session(id)
	if s == nil {
		s = &knownSession{id: id}
		k.sessions = append(k.sessions, s)
	}
	s.memberID, _ = object["member_id"].(string)
	s.organizationID, _ = object["organization_id"].(string)
	expires, _ := object["expires_at"].(string)
	s.expires, _ = time.Parse(time.RFC3339, expires)
	return s
}

// visit calls f for each string in a value, with its name and the object that has it.
func visit(value any, f func(name, value string, object map[string]any)) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			visit(v, f)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if text, ok := value[name].(string); ok && text != "" {
				f(name, text, value)
			}
			visit(value[name], f)
		}
	}
}

// session finds a session by its id, a token or a JWT.
func (k *knowledge) session(credential string) *knownSession {
	for _, s := range k.sessions {
		if s.id == credential || slices.Contains(s.tokens, credential) || slices.Contains(s.jwts, credential) {
			return s
		}
	}
	return nil
}

// spend notes what a call that worked has used up and ended.
func (k *knowledge) spend(c *call, body map[string]any) {
	for _, proof := range []string{c.link, c.code} {
		if proof != "" {
			k.spent[proof] = true
		}
	}
	authenticated, _ := body["member_authenticated"].(bool)
	for _, i := range k.ists {
		i.used = i.used || i.token == c.ist && authenticated
	}
	for _, s := range k.sessions {
		s.revoked = s.revoked || c.ends != nil && c.ends(s)
	}
}

// checkPresented checks that what a call has presented that worked was good.
func (s *sequence) checkPresented(c *call, now time.Time) {
	for _, credential := range []string{c.token, c.jwt, c.sessionID, c.caller} {
		if credential == "" {
			continue
		}
		session := s.known.session(credential)
		require.NotNil(s.t, session, "%s takes an unknown session", c.name)
		require.False(s.t, session.isDead(now), "%s takes a session that has ended", c.name)
	}
	for _, proof := range []string{c.link, c.code} {
		require.False(s.t, s.known.spent[proof], "%s takes %s again", c.name, proof)
	}
	if c.ist != "" {
		i := slices.IndexFunc(s.known.ists, func(i *knownIntermediate) bool { return i.token == c.ist })
		require.GreaterOrEqual(s.t, i, 0, "%s takes an unknown intermediate session", c.name)
		require.False(s.t, s.known.ists[i].isDead(now), "%s takes an intermediate session that has ended", c.name)
	}
}

// checkTenancy checks that an answer is about no other organization than those that the call may see, and that sessions
// that the call has ended are of one of those.
func (s *sequence) checkTenancy(c *call) {
	within := c.within
	if c.caller != "" {
		own := s.known.session(c.caller).organizationID
		for _, id := range within {
			require.Equal(s.t, own, id, "%s reads another organization", c.name)
		}
		within = []string{own}
	}
	if within == nil {
		return
	}
	var body any
	require.NoError(s.t, json.Unmarshal(s.body, &body))
	visit(body, func(name, value string, _ map[string]any) {
		switch {
		case name == "organization_id":
			require.Contains(s.t, within, value, "%s: %s", c.name, s.body)
		case name == "member_id" && s.known.organizationOf[value] != "":
			require.Contains(s.t, within, s.known.organizationOf[value], "%s: %s", c.name, s.body)
		}
	})
	for _, session := range s.known.sessions {
		if c.ends != nil && c.ends(session) {
			require.Contains(s.t, within, session.organizationID, c.name)
		}
	}
}

// checkProved checks that a session which leads to another organization has proved the member's address there: by
// e-mail or, which the factors do not tell, by an account at an OAuth provider.
func (s *sequence) checkProved(c *call, body map[string]any) {
	if !c.exchanges {
		return
	}
	from := s.known.session(c.token + c.jwt)
	member := body["member"].(map[string]any)
	require.NoError(s.t, s.project.Do(func(tx *state.Tx) error {
		require.True(s.t, slices.ContainsFunc(tx.Sessions.Get(from.id).Factors, func(f factor.Factor) bool {
			return f.Type == "oauth" || f.EmailFactor != nil && strings.EqualFold(f.EmailFactor.EmailAddress, member["email_address"].(string))
		}), "%s opens the organization of %s", c.name, member["email_address"])
		return nil
	}))
}

// checkDead presents all that was used, has expired or was revoked once more.
func (s *sequence) checkDead() {
	now := s.project.Clock.Now()
	for _, session := range s.known.sessions {
		if !session.isDead(now) {
			continue
		}
		for _, token := range session.tokens {
			s.step(s.authenticate(&sessions.AuthenticateRequest{SessionToken: &token}))
		}
		for _, jwt := range session.jwts {
			s.step(s.authenticate(&sessions.AuthenticateRequest{SessionJWT: &jwt}))
		}
	}
	for _, i := range s.known.ists {
		if i.isDead(now) {
			s.step(s.list(i.token))
			s.step(s.exchange(i.token, s.known.orgs[0]))
		}
	}
	for proof := range s.known.spent {
		if token, isLink := strings.CutPrefix(proof, "link "); isLink {
			s.step(s.follow(token))
			s.step(s.discover(token))
		}
	}
}
