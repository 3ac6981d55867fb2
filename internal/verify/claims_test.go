package verify_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

type plan struct {
	Plan   string `json:"plan"`
	Limits struct {
		Seats int   `json:"seats"`
		Sizes []int `json:"sizes"`
	} `json:"limits"`
	Until *string `json:"until"`
}

func TestInto(t *testing.T) {
	t.Parallel()
	t.Run("claims fill a struct, and those it does not know are left out", func(t *testing.T) {
		t.Parallel()
		got, err := verify.Into[plan]("op", map[string]any{
			"plan": "pro", "limits": map[string]any{"seats": 10.0, "sizes": []any{1.0, 2.0}}, "colour": "blue", "PLAN": "no",
		})
		require.NoError(t, err)
		want := plan{Plan: "pro"}
		want.Limits.Seats, want.Limits.Sizes = 10, []int{1, 2}
		assert.Equal(t, want, got)
	})
	t.Run("no claims are the zero value", func(t *testing.T) {
		t.Parallel()
		for _, none := range []map[string]any{nil, {}} {
			got, err := verify.Into[plan]("op", none)
			require.NoError(t, err)
			assert.Zero(t, got)
		}
	})
	t.Run("any type will do", func(t *testing.T) {
		t.Parallel()
		got, err := verify.Into[map[string]int]("op", map[string]any{"seats": 10.0})
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"seats": 10}, got)
	})
	for name, tt := range map[string]struct {
		claims map[string]any
		field  string
	}{
		"a claim of another type":           {map[string]any{"plan": 7.0}, "/plan"},
		"one further down":                  {map[string]any{"limits": map[string]any{"seats": "cAnArY"}}, "/limits/seats"},
		"one in a list":                     {map[string]any{"limits": map[string]any{"sizes": []any{1.0, "cAnArY"}}}, "/limits/sizes/1"},
		"a fraction where there is no room": {map[string]any{"limits": map[string]any{"seats": 1.5}}, "/limits/seats"},
	} {
		t.Run(name+" is told by its name, without its value", func(t *testing.T) {
			t.Parallel()
			got, err := verify.Into[plan]("op", tt.claims)
			assert.Zero(t, got)
			refused, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok, "%T", err)
			assert.Equal(t, "op", refused.Op)
			assert.Equal(t, tt.field, refused.Field)
			assert.NotContains(t, err.Error(), "cAnArY")
			assert.Zero(t, refused.StatusCode)
		})
	}
	t.Run("what cannot be encoded is an error, no panic", func(t *testing.T) {
		t.Parallel()
		_, err := verify.Into[plan]("op", map[string]any{"plan": func() {}})
		_, ok := errors.AsType[*stytcherror.DecodeError](err)
		assert.True(t, ok, "%T", err)
	})
}

func TestCustomClaims(t *testing.T) {
	t.Parallel()
	got := verify.CustomClaims(jsontext.Value(`{
		"jti": "j", "https://stytch.com/session": {"id": "s"}, "https://stytch.com/new": 1, "https://stytch.example": 2,
		"plan": "pro", "big": 9007199254740993, "list": [1, {"n": 12345678901234567890}]
	}`))
	assert.Equal(t, shared.Object{
		"https://stytch.example": 2.0, "plan": "pro", "big": json.Number("9007199254740993"),
		"list": []any{1.0, map[string]any{"n": json.Number("12345678901234567890")}},
	}, got, "the application's own, and numbers exactly")
	for _, none := range []string{``, `{}`, `{"jti": "j", "https://stytch.com/session": {}}`} {
		assert.Nil(t, verify.CustomClaims(jsontext.Value(none)))
	}
}
