package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/shared"
)

const text = "cAnArY/0123456789="

// login is a response with secrets, as the generator writes them.
type login struct {
	User    string         `json:"user"`
	Minutes int            `json:"minutes"`
	Ready   bool           `json:"ready"`
	Token   string         `json:"token" stytch:"secret"`
	Code    *string        `json:"code,omitzero" stytch:"secret"`
	Spare   []string       `json:"spare,omitzero" stytch:"secret"`
	Nested  *login         `json:"nested,omitzero"`
	List    []login        `json:"list,omitzero"`
	At      time.Time      `json:"at,omitzero"`
	Free    map[string]any `json:"free,omitzero"`
	hidden  string
}

func (l login) Format(s fmt.State, _ rune) { secret.Format(s, l) }
func (l login) LogValue() slog.Value       { return secret.LogValue(l) }

func secretLogin() login {
	return login{User: "u", Token: text, Code: new(text), Spare: []string{text, text}, hidden: text}
}

func full() *login {
	outer := secretLogin()
	outer.Nested, outer.List = new(secretLogin()), []login{secretLogin()}
	outer.Free = map[string]any{"one": secretLogin(), "more": []any{new(secretLogin())}}
	outer.At = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &outer
}

const oneShown = `{"user":"u","token":"[redacted]","code":"[redacted]","spare":["[redacted]","[redacted]"]}`

func TestFormat(t *testing.T) {
	t.Parallel()
	t.Run("the secrets of a value and of values inside it are not shown, nor an address", func(t *testing.T) {
		t.Parallel()
		canarytest.Hidden(t, full(), text, "cAnArY")
		canarytest.Hidden(t, *full(), text, "cAnArY")
		canarytest.Hidden(t, secret.Redacted([]*login{full()}), text, "cAnArY")
	})
	t.Run("every verb shows the type and the masked fields, without the empty ones", func(t *testing.T) {
		t.Parallel()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assert.Equal(t, "login"+oneShown, fmt.Sprintf(verb, full().Nested))
		}
	})
	t.Run("printing does not change the value", func(t *testing.T) {
		t.Parallel()
		l := full()
		_ = fmt.Sprint(l)
		assert.Equal(t, full(), l)
	})
	t.Run("a nil pointer is nil", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "<nil>", fmt.Sprint((*login)(nil)))
		assert.Equal(t, "loginnull", fmt.Sprint(secret.Redacted((*login)(nil))))
	})
	t.Run("JSON contains the secrets", func(t *testing.T) {
		t.Parallel()
		raw, err := json.Marshal(full().Nested)
		require.NoError(t, err)
		assert.JSONEq(t, `{"user":"u","minutes":0,"ready":false,"token":"`+text+`","code":"`+text+`","spare":["`+text+`","`+text+`"]}`,
			string(raw))
	})
}

func logged(v any, handler func(*bytes.Buffer) slog.Handler) string {
	var b bytes.Buffer
	slog.New(handler(&b)).Info("m", "v", v)
	return b.String()
}

func asText(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }
func asJSON(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }

func TestLogValue(t *testing.T) {
	t.Parallel()
	t.Run("fields are attributes of a group", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, logged(full(), asText), `v.user=u v.token=[redacted] v.code=[redacted] v.spare="[\"[redacted]\",`)
		assert.Contains(t, logged(full(), asText), `v.nested.user=u v.nested.token=[redacted]`)
		assert.Contains(t, logged(full(), asText), `v.at=2026-01-02T03:04:05.000Z`)
		assert.Contains(t, logged(full(), asJSON), `"nested":`+oneShown+`,"list":[`+oneShown+`],"at":"2026-01-02T03:04:05Z"`)
		assert.Contains(t, logged(full(), asJSON), `"free":{"more":[`+oneShown+`],"one":`+oneShown+`}`)
	})
	t.Run("empty fields of a response are left out", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, logged(login{Spare: []string{}, Free: map[string]any{}, Nested: &login{}}, asText), "v.")
	})
}

// model is part of a request, and of responses.
type model struct {
	Count int      `json:"count"`
	Token string   `json:"token,omitzero" stytch:"secret"`
	Names []string `json:"names,omitzero"`
}

func (m model) Format(s fmt.State, _ rune) { secret.Format(s, m) }
func (m model) LogValue() slog.Value       { return secret.LogValue(m) }

// update is a request.
type update struct {
	ID    string         `json:"id"`
	Name  *string        `json:"name,omitzero"`
	Nick  *string        `json:"nick,omitzero"`
	Roles []string       `json:"roles,omitzero"`
	Tags  []string       `json:"tags,omitzero"`
	Grant bool           `json:"grant"`
	At    time.Time      `json:"at,omitzero"`
	One   *model         `json:"one,omitzero"`
	More  []model        `json:"more,omitzero"`
	Free  map[string]any `json:"free,omitzero"`
}

func (u update) Format(s fmt.State, _ rune) { secret.FormatRequest(s, u) }
func (u update) LogValue() slog.Value       { return secret.LogRequest(u) }

func TestLogRequest(t *testing.T) {
	t.Parallel()
	t.Run("only absent fields are left out", func(t *testing.T) {
		t.Parallel()
		r := update{ID: "1", Name: new(""), Roles: []string{}}
		const want = `update{"id":"1","name":"","roles":[],"grant":false}`
		assert.Equal(t, want, fmt.Sprint(r))
		assert.Equal(t, want, fmt.Sprint(secret.Redacted(&r)))
		assert.Contains(t, logged(r, asText), "v.id=1 v.name=\"\" v.roles=[] v.grant=false\n")
		assert.Equal(t, `[{"id":"1","name":"","roles":[],"grant":false}]`, fmt.Sprint(secret.Redacted([]any{r})))
	})
	t.Run("so are those of the models in it", func(t *testing.T) {
		t.Parallel()
		r := update{One: &model{Names: []string{}}, More: []model{{Token: text}, {}}, Free: map[string]any{}}
		assert.Equal(t, `update{"grant":false,"one":{"count":0,"names":[]},"more":[{"count":0,"token":"[redacted]"},{"count":0}],"free":{}}`,
			fmt.Sprint(r))
		canarytest.Hidden(t, r, text)
	})
	t.Run("a value in an interface is shown by its own LogValue", func(t *testing.T) {
		t.Parallel()
		r := update{Free: map[string]any{"a": shared.Authorization{SessionToken: text}, "m": []any{model{Count: 1}}}}
		assert.Equal(t, `update{"grant":false,"free":{"a":"session token [redacted]","m":[{"count":1}]}}`, fmt.Sprint(r))
	})
	t.Run("a type is no request by its name", func(t *testing.T) {
		t.Parallel()
		type JobRequest struct {
			Name  string `json:"name"`
			Count int    `json:"count"`
		}
		assert.Equal(t, `JobRequest{"name":"a"}`, fmt.Sprint(secret.Redacted(JobRequest{Name: "a"})))
	})
}

// payload is a type of a user that contains secret fields.
type payload struct {
	login

	Extra  string
	Answer *login
	Secret string `stytch:"secret"`
	Skip   string `json:"-"`
}

// marshaler has a MarshalJSON that writes its secrets.
type marshaler struct{ Inner login }

func (s marshaler) MarshalJSON() ([]byte, error) { return json.Marshal(s.Inner) }

// loop can be cyclic.
type loop struct{ Next *loop }

func TestRedacted(t *testing.T) {
	t.Parallel()
	t.Run("a type of a user is shown with its fields and those that it embeds", func(t *testing.T) {
		t.Parallel()
		v := payload{login: secretLogin(), Extra: "e", Answer: new(secretLogin()), Secret: text, Skip: text}
		canarytest.Hidden(t, secret.Redacted(v), text)
		raw, err := json.Marshal(secret.Redacted(&v))
		require.NoError(t, err)
		assert.JSONEq(t, `{"Extra":"e","Answer":`+oneShown+`,"Secret":"[redacted]",`+oneShown[1:], string(raw))
	})
	t.Run("a MarshalJSON is not used if it could show a secret", func(t *testing.T) {
		t.Parallel()
		canarytest.Hidden(t, secret.Redacted(marshaler{secretLogin()}), text)
	})
	t.Run("values of other kinds are shown as in JSON", func(t *testing.T) {
		t.Parallel()
		type sample struct {
			Big     *big.Int
			Number  json.Number
			Bytes   []byte
			Wait    time.Duration
			Err     error
			Ratio   float64
			Numbers map[int]string
			Pair    [2]uint8
			Text    string
		}
		v := sample{
			big.NewInt(7), "12345678901234567890", []byte("hi"), time.Second, errors.New("e"), 1.5, map[int]string{1: "a"},
			[2]uint8{1, 2}, "<&>\n\xff",
		}
		raw, err := json.Marshal(secret.Redacted(v))
		require.NoError(t, err)
		assert.JSONEq(t, `{"Big":7,"Number":12345678901234567890,"Bytes":"aGk=","Wait":"1s","Err":"e","Ratio":1.5,
			"Numbers":{"1":"a"},"Pair":[1,2],"Text":"<&>\n\ufffd"}`, string(raw))
	})
	t.Run("no address is shown", func(t *testing.T) {
		t.Parallel()
		number := 7
		for _, v := range []any{
			&number, func() {}, make(chan int), map[string]any{"f": func() {}, "p": &number}, []any{&number}, &loop{&loop{}},
		} {
			canarytest.Hidden(t, secret.Redacted(v), text)
		}
	})
	t.Run("a cyclic value is cut off", func(t *testing.T) {
		t.Parallel()
		l := new(loop)
		l.Next = l
		assert.Contains(t, fmt.Sprint(secret.Redacted(l)), `"..."`)
	})
	t.Run("nil and the zero View are null", func(t *testing.T) {
		t.Parallel()
		for _, v := range []any{secret.View{}, secret.Redacted(nil)} {
			raw, err := json.Marshal(v)
			require.NoError(t, err)
			assert.Equal(t, "null", string(raw))
		}
	})
	t.Run("a value with a LogValue of its own is shown by that", func(t *testing.T) {
		t.Parallel()
		v := map[string]any{"a": shared.Authorization{SessionToken: text}}
		assert.Equal(t, `{"a":"session token [redacted]"}`, fmt.Sprint(secret.Redacted(v)))
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	one := login{Token: "a", Code: new("b"), Spare: []string{"c"}, Free: map[string]any{"k": []any{&login{Token: "f"}}}}
	one.Nested, one.List = &login{Token: "d"}, []login{{Token: "e"}}
	assert.Equal(t, []string{"a", "b", "c", "d", "", "e", "", "f", ""}[:3], secret.Values(one)[:3])
	got := secret.Values(&one)
	for _, want := range []string{"a", "b", "c", "d", "e", "f"} {
		assert.Contains(t, got, want)
	}
	assert.Empty(t, secret.Values(nil))
	assert.Empty(t, secret.Values((*login)(nil)))
	assert.Empty(t, secret.Values("text"))
}

func TestMask(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "[redacted]", secret.Mask(text))
	assert.Empty(t, secret.Mask(""))
}

func TestText(t *testing.T) {
	t.Parallel()
	t.Run("a Text prints as the marker, also in a field of another type", func(t *testing.T) {
		t.Parallel()
		s := secret.New(text)
		assert.Equal(t, "[redacted]", fmt.Sprintf("%s", s))
		canarytest.Hidden(t, s, text)
		canarytest.Hidden(t, struct{ s secret.Text }{s}, text)
		canarytest.Hidden(t, &struct{ S *secret.Text }{&s}, text)
	})
	t.Run("Reveal returns the secret", func(t *testing.T) {
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
