package sessions_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/canarytest"
)

func TestLogin_printsWithoutTokens(t *testing.T) {
	t.Parallel()
	login := sessions.Login{MemberID: "the-person-1", SessionToken: "cAnArY-token-0123", SessionJWT: "cAnArY-jwt-0123"}
	canarytest.Hidden(t, login, "cAnArY")
	canarytest.Hidden(t, &login, "cAnArY")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("login", "login", login)
	assert.Contains(t, log.String(), "the-person-1")
	assert.Contains(t, log.String(), "session_token=[redacted]")
}
