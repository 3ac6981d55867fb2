// Package canarytest looks for secrets in printed and logged values. It is used by tests only.
//
//	canarytest.Hidden(t, err, token)
//
// [Print] lists the ways to show a value. encoding/json is one only for errors and for types with a MarshalText, such
// as stytch.Config: the JSON of other values contains their secrets.
package canarytest

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/shared"
)

// verbs are the verbs of package fmt, with flags that change what they show, except %p and %w: with values for which
// they are not meant, these print fields without calling any method. go vet reports both.
var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%+s", "%q", "%+q", "%#q", "%d", "%x", "%X", "%#x", "% x", "%o", "%O", "%b", "%c", "%U",
	"%e", "%f", "%g", "%G", "%t", "%T", "%60v", "%-60s",
}

// TB is the part of testing.TB that Hidden uses.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Hidden fails the test if one of the ways to show v shows one of the secrets, plain or encoded, or an [Address]. Types
// without a Format may show addresses, except in the form of shared.Redacted: package fmt prints pointers inside of
// lists, maps and structs so.
func Hidden(t TB, v any, secrets ...string) {
	t.Helper()
	printed := Print(v)
	if shown := showing(printed, secrets); len(shown) > 0 {
		some := strings.Join(shown[:min(3, len(shown))], "\n")
		t.Errorf("%T shows a secret in %d ways, such as\n%s", v, len(shown), some)
	}
	_, hasFormat := v.(fmt.Formatter)
	for way, text := range printed {
		counts := hasFormat || strings.HasPrefix(way, "redacted")
		if !counts || !strings.Contains(text, "0x") { // which is faster to find than Address
			continue
		}
		if at := Address.FindString(text); at != "" {
			t.Errorf("%T shows the address %s by %s", v, at, way)
			return
		}
	}
}

// Address matches an address in memory, as package fmt writes it.
var Address = regexp.MustCompile(`\b0x[0-9a-f]{6,16}\b`)

// Shown returns the ways to show v that show one of the secrets, each with the form in which it does.
func Shown(v any, secrets ...string) []string { return showing(Print(v), secrets) }

func showing(printed map[string]string, secrets []string) []string {
	var ways []string
	for way, text := range printed {
		for _, s := range secrets {
			if form, shown := find(text, way, s); shown {
				ways = append(ways, way+" as "+form)
				break
			}
		}
	}
	slices.Sort(ways)
	return ways
}

// Print shows v in every way, by the name of the way.
func Print(v any) map[string]string {
	shown := map[string]string{"Sprint": fmt.Sprint(v), "Sprintln": fmt.Sprintln(v)}
	if err, ok := v.(error); ok {
		shown["Error"] = err.Error()
		shown["Errorf"] = fmt.Errorf("wrapped: %w", err).Error()
	}
	shown["slog JSON"] = logged(slog.NewJSONHandler, v)
	_, isError := v.(error)
	_, isText := v.(encoding.TextMarshaler)
	for name, nested := range map[string]any{
		"": v, " of a list": []any{v}, " of a map": map[string]any{"k": v}, " of a struct": struct{ V any }{v},
	} {
		for _, verb := range verbs {
			shown[verb+name] = fmt.Sprintf(verb, nested)
		}
		shown["slog text"+name] = logged(slog.NewTextHandler, nested)
		shown["redacted slog JSON"+name] = logged(slog.NewJSONHandler, shared.Redacted(nested))
		shown["redacted JSON"+name] = marshalled(shared.Redacted(nested))
		shown["redacted"+name] = fmt.Sprint(shared.Redacted(nested))
		if isError || isText {
			shown["JSON"+name] = marshalled(nested)
		}
	}
	return shown
}

func logged[H slog.Handler](newHandler func(io.Writer, *slog.HandlerOptions) H, v any) string {
	var b bytes.Buffer
	slog.New(newHandler(&b, nil)).Info("m", "v", v)
	return b.String()
}

func marshalled(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// find looks for secret in text, as it is and as the verb or an encoder writes it.
func find(text, way, secret string) (string, bool) {
	forms := []string{
		secret,
		url.QueryEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	verb, _, _ := strings.Cut(way, " of")
	if strings.HasPrefix(verb, "%") && verb != "%T" {
		forms = append(forms,
			strings.TrimSpace(fmt.Sprintf(verb, secret)),
			strings.Trim(strings.TrimSpace(fmt.Sprintf(verb, []byte(secret))), "[]"))
	}
	for _, form := range forms {
		if strings.Contains(text, form) {
			return form, true
		}
	}
	return "", false
}
