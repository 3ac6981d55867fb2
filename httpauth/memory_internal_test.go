package httpauth

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestMemory_isBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	m := newMemory[int, int]()
	for i := range 3 * maxRemembered {
		m.put(i, i, now.Add(time.Minute), now)
		value, ok := m.get(i, now)
		assert.True(t, ok && value == i, "the latest is always there")
		assert.LessOrEqual(t, len(m.entries), maxRemembered)
	}
	assert.GreaterOrEqual(t, len(m.entries), maxRemembered*7/8, "no more are dropped than have to be")
}

func TestMemory_dropsFirstWhatHasEnded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	m := newMemory[int, int]()
	for i := range maxRemembered {
		until := now.Add(time.Hour)
		if i%2 == 0 {
			until = now.Add(time.Second)
		}
		m.put(i, i, until, now)
	}
	later := now.Add(time.Minute)
	m.put(-1, -1, later.Add(time.Hour), later)
	assert.Len(t, m.entries, maxRemembered/2+1)
	for i := 1; i < maxRemembered; i += 2 {
		_, ok := m.get(i, later)
		assert.True(t, ok)
	}
}

func TestMemory_endsAtItsTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	m := newMemory[string, int]()
	m.put("a", 1, now.Add(time.Second), now)
	_, ok := m.get("a", now.Add(time.Second-1))
	assert.True(t, ok)
	_, ok = m.get("a", now.Add(time.Second))
	assert.False(t, ok)
	m.put("a", 2, now.Add(time.Minute), now)
	value, _ := m.get("a", now.Add(2*time.Second))
	assert.Equal(t, 2, value, "put replaces a value, and its end")
}

func TestRemote_remembersABoundedNumberOfSessions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	r := newRemote(&product{forget: func(string) {}}, &Config{Now: func() time.Time { return now }, MaxRemote: 1})
	for i := range 2 * maxRemembered {
		id, token := strconv.Itoa(i), credential{text: "session-token-" + strconv.Itoa(i)}
		r.learn(Tokens{SessionToken: token.text}, &Principal{SessionID: id})
		assert.True(t, r.sessionIDOf(token) == id)
		r.ended.add(now, id, token)
		assert.True(t, r.ended.hasSession(id, now) && r.ended.hasCredential(token, now))
		other := credential{text: "refused-token-" + strconv.Itoa(i)}
		r.complete(other.key(), &remoteCall{done: make(chan struct{})}, nil, &stytcherror.Error{
			StatusCode: 404, Code: stytcherror.CodeSessionNotFound,
		})
	}
	for name, n := range map[string]int{
		"answers": len(r.answers.entries), "refusals": len(r.refusals.entries),
		"ended sessions": len(r.ended.sessions.entries), "their tokens": len(r.ended.credentials.entries),
	} {
		assert.LessOrEqual(t, n, maxRemembered, name)
		assert.GreaterOrEqual(t, n, maxRemembered*7/8, name)
	}
	clear(r.answers.entries) // forget looks at each of them
	clear(r.refusals.entries)
	for i := range maxRemembered + 100 {
		r.forget(strconv.Itoa(i))
	}
	assert.LessOrEqual(t, len(r.forgotten.entries), maxRemembered)
}

func TestBudget_keepsThreeQuartersForGenuineJWTs(t *testing.T) {
	t.Parallel()
	for maxRemote, unknown := range map[int]int{1: 1, 2: 1, 4: 1, 8: 2, 128: 32} {
		b := newBudget(maxRemote)
		var releases []func()
		reserve := func(known bool) int {
			n := 0
			for {
				release, err := b.reserve(known)
				if err != nil {
					assert.ErrorIs(t, err, errBusy)
					return n
				}
				releases = append(releases, release)
				n++
			}
		}
		for range 2 { // all that is reserved comes back
			assert.Equal(t, unknown, reserve(false))
			assert.Equal(t, maxRemote-unknown, reserve(true))
			for _, release := range releases {
				release()
			}
			releases = nil
		}
	}
}

func TestAnswer_servesNoLongerThanItsJWTAndItsSession(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	jwt := func(life time.Duration) string {
		claims := fmt.Sprintf(`{"exp":%d}`, now.Add(life).Unix())
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for _, tt := range []struct {
		name    string
		jwt     string
		session time.Duration
		want    time.Duration
	}{
		{"half a minute before the end of the JWT", jwt(3 * time.Minute), time.Hour, 2*time.Minute + 30*time.Second},
		{"at most as long as a JWT's life", jwt(time.Hour), time.Hour, answerMemory},
		{"as long without a JWT", "", time.Hour, answerMemory},
		{"to the end of the session", jwt(5 * time.Minute), time.Minute, time.Minute},
		{"not at all with a JWT that is about to end", jwt(20 * time.Second), time.Hour, -10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &Principal{ExpiresAt: now.Add(tt.session), CheckedAt: now}
			a := &remoteAnswer{principal: p, jwt: tt.jwt, until: answerEnd(now, tt.jwt, p)}
			assert.Equal(t, tt.want, a.until.Sub(now))
			assert.True(t, a.serves(question{}, a.until.Add(-1)))
			assert.False(t, a.serves(question{}, a.until))
		})
	}
}
