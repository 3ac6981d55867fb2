package secret_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/shared"
)

const text = "cAnArY/0123456789="

// login is a type with secrets as the generator makes them.
type login struct {
	User   string   `json:"user"`
	Token  string   `json:"token"`
	Code   *string  `json:"code,omitzero"`
	Spare  []string `json:"spare,omitzero"`
	Nested *login   `json:"nested,omitzero"`
}

type plainLogin login

func (l login) redacted() plainLogin {
	l.Token, l.Code, l.Spare = secret.Mask(l.Token), secret.MaskPtr(l.Code), secret.MaskList(l.Spare)
	return plainLogin(l)
}

func (l login) Format(s fmt.State, _ rune)   { secret.Format(s, "login", l.redacted()) }
func (l login) LogValue() slog.Value         { return slog.AnyValue(l.redacted()) }
func (l login) MarshalJSON() ([]byte, error) { return secret.MarshalJSON(l.redacted()) }
func (l *login) Unredacted() any             { return (*plainLogin)(l) }

func full() *login {
	one := login{User: "u", Token: text, Code: new(text), Spare: []string{text, "", text}}
	outer := one
	outer.Nested = &one
	return &outer
}

func TestMask(t *testing.T) {
	t.Parallel()
	t.Run("a secret becomes the marker, and nothing stays nothing", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "[redacted]", secret.Mask(text))
		assert.Empty(t, secret.Mask(""))
		assert.Nil(t, secret.MaskPtr(nil))
		assert.Equal(t, new(""), secret.MaskPtr(new("")))
		assert.Equal(t, new("[redacted]"), secret.MaskPtr(new(text)))
		assert.Nil(t, secret.MaskList(nil))
		assert.Equal(t, []string{}, secret.MaskList([]string{}))
		assert.Equal(t, []string{"[redacted]", ""}, secret.MaskList([]string{text, ""}))
	})
	t.Run("the original stays as it is", func(t *testing.T) {
		t.Parallel()
		l := full()
		_ = fmt.Sprint(l)
		assert.Equal(t, full(), l)
	})
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	t.Run("nothing shows the secrets of a value or of one inside it", func(t *testing.T) {
		t.Parallel()
		canarytest.Hidden(t, full(), text, "cAnArY")
		canarytest.Hidden(t, *full(), text, "cAnArY")
	})
	t.Run("every verb shows the type and the masked fields", func(t *testing.T) {
		t.Parallel()
		const want = `login{"user":"u","token":"[redacted]","code":"[redacted]","spare":["[redacted]","","[redacted]"]}`
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, full().Nested))
		}
	})
	t.Run("a value JSON cannot carry still shows no secret", func(t *testing.T) {
		t.Parallel()
		var b strings.Builder
		_, _ = fmt.Fprint(&b, formatter{})
		assert.True(t, strings.HasPrefix(b.String(), "name"))
		assert.True(t, strings.HasSuffix(b.String(), "{?}"))
	})
}

type formatter struct{}

func (formatter) Format(s fmt.State, _ rune) {
	secret.Format(s, "name", map[string]any{"a": func() {}})
}

func TestReveal(t *testing.T) {
	t.Parallel()
	const one = `{"user": "u", "token": "` + text + `", "code": "` + text + `", "spare": ["` + text + `", "", "` + text + `"]}`
	t.Run("Unredacted marshals the value itself in full", func(t *testing.T) {
		t.Parallel()
		got, err := json.Marshal(full().Nested.Unredacted())
		require.NoError(t, err)
		assert.JSONEq(t, one, string(got))
	})
	t.Run("Reveal marshals in full at any depth", func(t *testing.T) {
		t.Parallel()
		for name, v := range map[string]any{
			`%s`:        full().Nested,
			`[%s]`:      []*login{full().Nested},
			`{"a": %s}`: map[string]any{"a": full().Nested},
			`[[%s]]`:    []any{[]any{full().Nested}},
			`{"N": %s}`: &struct{ N login }{*full().Nested},
			`{"n": %s}`: struct {
				N shared.Nullable[*login] `json:"n"`
			}{shared.Set(full().Nested)},
			`{"n": [%s]}`: struct {
				N shared.Nullable[[]*login] `json:"n,omitzero"`
			}{shared.Set([]*login{full().Nested})},
		} {
			got, err := jsonv2.Marshal(v, secret.Reveal)
			require.NoError(t, err)
			assert.JSONEq(t, fmt.Sprintf(name, one), string(got))
		}
	})
	t.Run("a Nullable that is null or absent stays so", func(t *testing.T) {
		t.Parallel()
		var v struct {
			A shared.Nullable[string] `json:"a,omitzero"`
			B shared.Nullable[string] `json:"b,omitzero"`
		}
		v.B = shared.Null[string]()
		got, err := jsonv2.Marshal(v, secret.Reveal)
		require.NoError(t, err)
		assert.Equal(t, `{"b":null}`, string(got))
	})
	t.Run("a Nullable's text that is not UTF-8 is refused, not mended", func(t *testing.T) {
		t.Parallel()
		_, err := jsonv2.Marshal(shared.Set("a\xff"), secret.Reveal)
		require.Error(t, err)
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	t.Run("a Text shows its marker, also inside of what cannot know it", func(t *testing.T) {
		t.Parallel()
		s := secret.New(text)
		assert.Equal(t, "[redacted]", fmt.Sprintf("%s", s))
		canarytest.Hidden(t, s, text)
		canarytest.Hidden(t, struct{ s secret.Text }{s}, text)
		canarytest.Hidden(t, &struct{ S *secret.Text }{&s}, text)
	})
	t.Run("and reveals its secret when asked", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, text, secret.New(text).Reveal())
		assert.Empty(t, secret.Text{}.Reveal())
	})
}

func TestScrub(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text    string
		secrets []string
		want    string
	}{
		"no secrets":                        {"a text", nil, "a text"},
		"no text":                           {"", []string{"token"}, ""},
		"a secret that is not there":        {"a text", []string{"token"}, "a text"},
		"a secret that is there twice":      {"token, token", []string{"token"}, "[redacted], [redacted]"},
		"two secrets side by side":          {"firstsecond", []string{"first", "second"}, "[redacted][redacted]"},
		"a secret that begins with another": {"token.more", []string{"token", "token.more"}, "[redacted]"},
		"a secret that holds another":       {"my token here", []string{"token", "my token here"}, "[redacted]"},
		"a secret that is in the marker":    {"token redacted", []string{"token", "redacted"}, "[redacted] [redacted]"},
		"a secret escaped for a URL":        {"?q=a%2Fb%3D%3D", []string{"a/b=="}, "?q=[redacted]"},
		"an empty secret":                   {"a text", []string{""}, "a text"},
		"a secret too short to hide":        {"abc abc", []string{"abc"}, "abc abc"},
		"a code of six digits":              {"code 123456 is wrong", []string{"123456"}, "code [redacted] is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, secret.Scrub(tt.text, tt.secrets))
		})
	}
}
