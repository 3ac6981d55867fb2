package httpauth

import (
	"sync"
	"sync/atomic"
	"time"
)

// endedMemory is for how long a session that ended here is remembered. It is longer than the life of a JWT, so that one
// that is still valid, or that a late response sets again, is not accepted.
const endedMemory = 10 * time.Minute

// ended remembers the sessions that ended in this process, by a logout or because another one took their place. It is
// safe for concurrent use.
type ended struct {
	used        atomic.Bool // set with the first session
	mu          sync.RWMutex
	sessions    memory[string, struct{}]
	credentials memory[credentialKey, struct{}]
}

func newEnded() *ended {
	return &ended{
		sessions: newMemory[string, struct{}](), credentials: newMemory[credentialKey, struct{}](),
	}
}

// add remembers a session by its id, unless that is empty, and by credentials.
func (e *ended) add(now time.Time, sessionID string, credentials ...credential) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.used.Store(true)
	if sessionID != "" {
		e.sessions.put(sessionID, struct{}{}, now.Add(endedMemory), now)
	}
	for _, c := range credentials {
		if c.text == "" {
			continue
		}
		e.credentials.put(c.key(), struct{}{}, now.Add(endedMemory), now)
	}
}

// isUsed reports whether any session has ended, so that most requests need neither the time nor a lock.
func (e *ended) isUsed() bool { return e.used.Load() }

func (e *ended) hasSession(id string, now time.Time) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	_, ok := e.sessions.get(id, now)
	return ok
}

func (e *ended) hasCredential(c credential, now time.Time) bool {
	if c.text == "" || !e.isUsed() {
		return false
	}
	key := c.key()
	e.mu.RLock()
	defer e.mu.RUnlock()
	_, ok := e.credentials.get(key, now)
	return ok
}
