package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_printsEveryStep(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	steps := out.String()
	for _, part := range []string{
		"Sent ada@analytical.dev a magic link",
		"ada@analytical.dev belongs to 0 organizations",
		"Created analytical-engines (organization-test-",
		"charles@analytical.dev may join analytical-engines: eligible_to_join_by_email_domain",
		"Joined as member-test-",
		"The API confirms session member-session-test-",
		"404 intermediate_session_not_found",
	} {
		assert.Contains(t, steps, part)
	}
}

func TestExplainRealService_saysHow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	explainRealService(&out)
	assert.Contains(t, out.String(), "stytch.ConfigFromEnv()")
}
