package httpauth

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/internal/panics"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	// refusalMemory is for how long the API is not asked again about a credential that it refused.
	refusalMemory = 30 * time.Second
	// answerMemory bounds for how long an answer serves, and beforeExpiry how long before the end of its JWT it ends.
	answerMemory = 4*time.Minute + 30*time.Second
	beforeExpiry = 30 * time.Second
)

var (
	errEnded        = errors.New("the session ended here a short time ago")
	errOtherSession = errors.New("the JWT and the session token are of two sessions")
)

// remoteAnswer is what the API said about a credential. It is immutable once it is shared.
type remoteAnswer struct {
	principal *Principal
	jwt       string
	// until is when the answer is too old to serve.
	until time.Time
}

// question is what the API is asked.
type question struct {
	credential credential
	// sessionID is that of the genuine JWT that came with the request, or empty.
	sessionID string
	// maxAge is how old an answer may be; zero means as old as answers are remembered.
	maxAge time.Duration
	// alone shares the answer with no other request.
	alone bool
	// extend extends the session by Config.SessionDuration.
	extend bool
}

// remote asks the API about sessions and remembers the answers. It is safe for concurrent use.
type remote struct {
	product *product
	config  *Config
	budget  *budget
	ended   *ended

	mu       sync.Mutex
	answers  memory[credentialKey, *remoteAnswer]
	refusals memory[credentialKey, refusal]
	// forgotten is when sessions were forgotten.
	forgotten memory[string, time.Time]
	calls     map[*remoteCall]struct{}
	// running are the calls that further requests may wait for.
	running map[credentialKey]*remoteCall
}

// refusal is an error by which the API refused a credential of a session, whose id may be unknown.
type refusal struct {
	sessionID string
	err       error
}

// remoteCall is a call that requests with the same credential wait for.
type remoteCall struct {
	question question
	began    time.Time
	done     chan struct{}
	answer   *remoteAnswer
	err      error
	// forgotten are the sessions that were forgotten while the call ran. The owner's mu guards it.
	forgotten []string
}

func newRemote(p *product, config *Config) *remote {
	return &remote{
		product: p, config: config, budget: newBudget(config.MaxRemote), ended: newEnded(),
		answers: newMemory[credentialKey, *remoteAnswer](), refusals: newMemory[credentialKey, refusal](),
		forgotten: newMemory[string, time.Time](),
		calls:     map[*remoteCall]struct{}{}, running: map[credentialKey]*remoteCall{},
	}
}

// remoteOptions are those of each call: at most one further attempt, without a long wait before it.
func remoteOptions() []shared.RequestOption {
	return []shared.RequestOption{shared.WithRetry(shared.RetryPolicy{
		MaxAttempts: 2, MinDelay: 100 * time.Millisecond, MaxRetryAfter: time.Second,
	})}
}

// ask returns what the API says about a credential, from memory where that is new enough. Requests with the same
// credential share a call, which ends neither with the first of them nor later than Config.RemoteTimeout. waited is how
// long this request waited. An answer about another session than the question's is errOtherSession.
func (r *remote) ask(ctx context.Context, q question) (a *remoteAnswer, waited time.Duration, err error) {
	key := q.credential.key()
	a, call, err := r.join(ctx, key, q)
	if call != nil {
		start := time.Now()
		a, err = call.wait(ctx)
		waited = time.Since(start)
	}
	switch {
	case verify.IsRefusal(err) && r.hasEnded(q.credential, q.sessionID):
		return nil, waited, errEnded // it was revoked from here while the API was asked
	case err != nil:
		return nil, waited, err
	case r.hasEnded(q.credential, a.principal.SessionID):
		return nil, waited, errEnded
	case q.sessionID != "" && q.sessionID != a.principal.SessionID:
		return nil, waited, errOtherSession
	}
	return a, waited, nil
}

// hasEnded reports whether a credential's session ended here, perhaps while the API was asked. If only the credential
// was known then, the session is from now on.
func (r *remote) hasEnded(c credential, sessionID string) bool {
	now := r.config.Now()
	if r.ended.hasSession(sessionID, now) {
		return true
	}
	if !r.ended.hasCredential(c, now) {
		return false
	}
	r.ended.add(now, sessionID)
	return true
}

// join returns what is remembered of a credential, or a call to wait for.
func (r *remote) join(ctx context.Context, key credentialKey, q question) (*remoteAnswer, *remoteCall, error) {
	now := r.config.Now()
	if r.ended.hasCredential(q.credential, now) {
		return nil, nil, errEnded
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if refused, ok := r.refusals.get(key, now); ok {
		return nil, nil, refused.err
	}
	if !q.alone {
		if a, ok := r.answers.get(key, now); ok && a.serves(q, now) {
			return a, nil, nil
		}
		if call := r.running[key]; call != nil && (q.maxAge == 0 || now.Sub(call.began) <= q.maxAge) {
			return nil, call, nil
		}
	}
	release, err := r.budget.reserve(r.isKnown(q.sessionID))
	if err != nil {
		return nil, nil, err
	}
	call := &remoteCall{question: q, began: now, done: make(chan struct{})}
	r.calls[call] = struct{}{}
	if !q.alone {
		r.running[key] = call
	}
	ctx = context.WithoutCancel(ctx)
	go panics.Call(
		func() (*remoteAnswer, error) {
			defer release()
			return r.call(ctx, q)
		},
		func(a *remoteAnswer, err error) { r.complete(key, call, a, err) })
	return nil, call, nil
}

// serves reports whether a remembered answer is new enough for a question.
func (a *remoteAnswer) serves(q question, now time.Time) bool {
	return now.Before(a.until) && (q.maxAge == 0 || now.Sub(a.principal.CheckedAt) <= q.maxAge)
}

func (c *remoteCall) wait(ctx context.Context) (*remoteAnswer, error) {
	select {
	case <-c.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if panicked, ok := errors.AsType[*panics.Error](c.err); ok {
		panic(panicked)
	}
	return c.answer, c.err
}

// call asks the API.
func (r *remote) call(ctx context.Context, q question) (*remoteAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, r.config.RemoteTimeout)
	defer cancel()
	var minutes *int
	if q.extend && !r.config.Cookies.Frontend {
		minutes = r.config.minutes()
	}
	began := r.config.Now()
	a, err := r.product.authenticate(ctx, q.credential, minutes)
	if err != nil {
		return nil, err
	}
	p := a.principal
	p.CheckedAt = began
	p.authorization = shared.Authorization{SessionToken: q.credential.text}
	if q.credential.isJWT {
		p.authorization = shared.Authorization{SessionJWT: q.credential.text}
	}
	a.until = answerEnd(began, a.jwt, p)
	return a, nil
}

// answerEnd returns until when an answer serves: half a minute before the end of its JWT, and not beyond the session's.
func answerEnd(began time.Time, jwt string, p *Principal) time.Time {
	until := began.Add(answerMemory)
	if expiry := jwtExpiry(jwt); !expiry.IsZero() && expiry.Add(-beforeExpiry).Before(until) {
		until = expiry.Add(-beforeExpiry)
	}
	if !p.ExpiresAt.IsZero() && p.ExpiresAt.Before(until) {
		until = p.ExpiresAt
	}
	return until
}

// complete remembers the result of a call and wakes those who wait for it.
func (r *remote) complete(key credentialKey, c *remoteCall, a *remoteAnswer, err error) {
	now := r.config.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	c.answer, c.err = a, err
	delete(r.calls, c)
	if r.running[key] == c {
		delete(r.running, key)
	}
	// An answer from before a refusal, a logout or a Forget counts for those who wait for it only.
	_, isRefused := r.refusals.get(key, now)
	isOutdated := isRefused || r.ended.hasCredential(c.question.credential, now)
	switch {
	case err == nil && !isOutdated && !c.forgot(a.principal.SessionID):
		r.remember(key, a, now)
	case verify.IsRefusal(err) && !c.forgot(c.question.sessionID):
		delete(r.answers.entries, key)
		r.refusals.put(key, refusal{c.question.sessionID, err}, now.Add(refusalMemory), now)
	}
	close(c.done)
}

// forgot reports whether a session was forgotten while the call ran. Of an unknown one, any may have been.
func (c *remoteCall) forgot(sessionID string) bool {
	if sessionID == "" {
		return len(c.forgotten) > 0
	}
	return slices.Contains(c.forgotten, sessionID)
}

// sessionIDOf returns the id of the session that a credential is known to be of, or "".
func (r *remote) sessionIDOf(c credential) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a, ok := r.answers.get(c.key(), r.config.Now()); ok {
		return a.principal.SessionID
	}
	return ""
}

// learn remembers a session that has just been made: the API has said that the tokens are of it.
func (r *remote) learn(t Tokens, p *Principal) {
	now := r.config.Now()
	known := *p
	known.CheckedAt = now
	a := &remoteAnswer{principal: &known, jwt: t.SessionJWT, until: answerEnd(now, t.SessionJWT, &known)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remember(credential{text: t.SessionToken}.key(), a, now)
}

// remember keeps an answer until the end of its JWT and of OutageGrace, though it serves for a shorter time. The caller
// holds mu.
func (r *remote) remember(key credentialKey, a *remoteAnswer, now time.Time) {
	until := now.Add(answerMemory + beforeExpiry)
	if expiry := jwtExpiry(a.jwt); expiry.After(until) { // the API's clock is ahead of ours
		until = expiry
	}
	r.answers.put(key, a, until.Add(r.config.OutageGrace), now)
}

// forget drops what is remembered of a session, and the refusals of tokens that may be of it. Later requests join no
// call that may be about it.
func (r *remote) forget(sessionID string) {
	r.drop(sessionID)
	now := r.config.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgotten.put(sessionID, now, now.Add(endedMemory), now)
	r.refusals.deleteIf(func(_ credentialKey, e remembered[refusal]) bool {
		return e.value.sessionID == "" || e.value.sessionID == sessionID
	})
	for key, c := range r.running {
		if c.question.sessionID == "" || c.question.sessionID == sessionID {
			delete(r.running, key)
		}
	}
}

// drop drops the answers about a session, and those that calls bring which run now.
func (r *remote) drop(sessionID string) {
	r.product.forget(sessionID)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers.deleteIf(func(_ credentialKey, e remembered[*remoteAnswer]) bool {
		return e.value.principal.SessionID == sessionID
	})
	for c := range r.calls {
		c.forgotten = append(c.forgotten, sessionID)
	}
}

// isForgotten reports whether a session was forgotten since a time.
func (r *remote) isForgotten(sessionID string, since time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	when, ok := r.forgotten.get(sessionID, r.config.Now())
	return ok && !when.Before(since)
}

// end remembers that a session has ended here, and drops what is remembered of it.
func (r *remote) end(sessionID string, credentials ...credential) {
	r.ended.add(r.config.Now(), sessionID, credentials...)
	if sessionID != "" {
		r.drop(sessionID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range credentials {
		delete(r.answers.entries, c.key())
	}
}

// maxKnownCalls bounds how many calls about one session count as known: whoever has one genuine JWT could otherwise
// send it beside any number of made-up tokens.
const maxKnownCalls = 4

// isKnown reports whether a call counts as that of a known session. The caller holds mu.
func (r *remote) isKnown(sessionID string) bool {
	if sessionID == "" {
		return false
	}
	n := 0
	for c := range r.calls {
		if c.question.sessionID == sessionID {
			n++
		}
	}
	return n < maxKnownCalls
}

// isOutage reports whether an error of the API lets OutageGrace apply: it could not be reached, or failed.
func isOutage(err error) bool {
	if errors.Is(err, errBusy) || errors.Is(err, context.Canceled) {
		return false
	}
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		return apiErr.StatusCode >= 500
	}
	_, ok := errors.AsType[*stytcherror.RequestError](err)
	return ok
}
