package stytcherror_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// A code has the same status alone and in an Error, with and without the API's status.
func TestHTTPStatus_ofEveryCode(t *testing.T) {
	t.Parallel()
	statuses := []int{400, 401, 403, 404, 429, 500, 502, 503}
	count := map[int]int{}
	for _, code := range stytcherror.Known() {
		status := stytcherror.HTTPStatus(code)
		count[status]++
		assert.Contains(t, statuses, status, code)
		assert.Equal(t, status, stytcherror.HTTPStatus(answer(stytcherror.APIStatus(code), code)), code)
		assert.Equal(t, status, stytcherror.HTTPStatus(&stytcherror.Error{Code: code}), code)
		if status == 500 {
			assert.Equal(t, 500, stytcherror.StatusOverride(code), "%s: 500 only where api/errors.yaml says so", code)
		}
	}
	for _, status := range statuses {
		assert.NotZero(t, count[status], status)
	}
}

// The status fits the name of the code, except for the codes that are listed with a reason.
func TestHTTPStatus_fitsTheCodesName(t *testing.T) {
	t.Parallel()
	exceptions := map[stytcherror.Code]string{
		stytcherror.CodeSessionNotFound:             "the session ended",
		stytcherror.CodeIntermediateSessionNotFound: "the session ended",
		stytcherror.CodeIDPAccessTokenNotFound:      "the token ended",
		stytcherror.CodeMagicLinkNotFound:           "single use",
		stytcherror.CodeOTPCodeNotFound:             "single use",
		stytcherror.CodeOAuthTokenNotFound:          "single use",
		stytcherror.CodeSSOTokenNotFound:            "single use",
		stytcherror.CodeIDPAuthCodeNotFound:         "single use",
		stytcherror.CodeIDPRefreshTokenNotFound:     "single use",
		stytcherror.CodeTelemetryIDNotFound:         "single use",
		stytcherror.CodeAppleOAuthConfigNotFound:    "the project's configuration",
		stytcherror.CodeOAuthConfigNotFound:         "the project's configuration",
		stytcherror.CodePublicTokenNotFound:         "the project's configuration",
		stytcherror.CodeProjectNotFound:             "the project's configuration",
		stytcherror.CodeRouteNotFound:               "the SDK's own path",
	}
	for _, code := range stytcherror.Known() {
		if _, excepted := exceptions[code]; !excepted && strings.HasSuffix(string(code), "_not_found") {
			assert.Equal(t, 404, stytcherror.HTTPStatus(code), code)
		}
		if strings.HasPrefix(string(code), "unable_to_auth") && strings.HasSuffix(string(code), "_token") {
			assert.Equal(t, 400, stytcherror.HTTPStatus(code), code)
		}
		if strings.HasPrefix(string(code), "duplicate_") {
			assert.Equal(t, 400, stytcherror.HTTPStatus(code), code)
		}
	}
}

// A frontend that gets 401 lets its user log in again. Only these codes are made a 401 by api/errors.yaml.
func TestHTTPStatus_isUnauthorizedForEndedSessions(t *testing.T) {
	t.Parallel()
	var got []stytcherror.Code
	for _, code := range stytcherror.Known() {
		if stytcherror.StatusOverride(code) == http.StatusUnauthorized {
			got = append(got, code)
		}
	}
	assert.Equal(t, []stytcherror.Code{
		stytcherror.CodeIDPAccessTokenNotFound, stytcherror.CodeIntermediateSessionNotFound, stytcherror.CodeInvalidSessionToken,
		stytcherror.CodeInvalidSessionTokenDocs, stytcherror.CodeJWTInvalidAudience, stytcherror.CodeJWTInvalidClaims,
		stytcherror.CodeJWTInvalidIssuer, stytcherror.CodeNoSessionArguments, stytcherror.CodePasswordDoesNotMatch,
		stytcherror.CodeSessionNotFound, stytcherror.CodeUnableToParseSessionJWT,
	}, got)
}

func TestKnown(t *testing.T) {
	t.Parallel()
	known := stytcherror.Known()
	require.True(t, slices.IsSorted(known), "the binary search needs them in order")
	assert.Len(t, slices.Compact(slices.Clone(known)), len(known))
	assert.Equal(t, constants(t), slices.Sorted(slices.Values(known)))
	assert.Zero(t, stytcherror.APIStatus("invented"))
}

// constants returns the codes that codes_gen.go declares, sorted.
func constants(t *testing.T) []stytcherror.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes_gen.go", nil, 0)
	require.NoError(t, err)
	var codes []stytcherror.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		codes = append(codes, stytcherror.Code(text))
		return true
	})
	slices.Sort(codes)
	return codes
}
