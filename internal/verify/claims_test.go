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

func TestDecodeClaims(t *testing.T) {
	t.Parallel()
	t.Run("claims are decoded into a struct, and those that it does not have are ignored", func(t *testing.T) {
		t.Parallel()
		got, err := verify.DecodeClaims[plan]("op", map[string]any{
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
			got, err := verify.DecodeClaims[plan]("op", none)
			require.NoError(t, err)
			assert.Zero(t, got)
		}
	})
	t.Run("claims are decoded into a map", func(t *testing.T) {
		t.Parallel()
		got, err := verify.DecodeClaims[map[string]int]("op", map[string]any{"seats": 10.0})
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"seats": 10}, got)
	})
	for name, tt := range map[string]struct {
		claims map[string]any
		field  string
	}{
		"a claim of another type":              {map[string]any{"plan": 7.0}, "/plan"},
		"a claim in an object of another type": {map[string]any{"limits": map[string]any{"seats": "cAnArY"}}, "/limits/seats"},
		"a claim in a list of another type":    {map[string]any{"limits": map[string]any{"sizes": []any{1.0, "cAnArY"}}}, "/limits/sizes/1"},
		"a fraction for an integer":            {map[string]any{"limits": map[string]any{"seats": 1.5}}, "/limits/seats"},
	} {
		t.Run(name+" is an error that names it, without its value", func(t *testing.T) {
			t.Parallel()
			got, err := verify.DecodeClaims[plan]("op", tt.claims)
			assert.Zero(t, got)
			refused, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok, "%T", err)
			assert.Equal(t, "op", refused.Op)
			assert.Equal(t, tt.field, refused.Field)
			assert.NotContains(t, err.Error(), "cAnArY")
			assert.Zero(t, refused.StatusCode)
		})
	}
	t.Run("claims that cannot be encoded are an error", func(t *testing.T) {
		t.Parallel()
		_, err := verify.DecodeClaims[plan]("op", map[string]any{"plan": func() {}})
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
	}, got, "the application's own claims, with exact numbers")
	for _, none := range []string{``, `{}`, `{"jti": "j", "https://stytch.com/session": {}}`} {
		assert.Nil(t, verify.CustomClaims(jsontext.Value(none)))
	}
}
