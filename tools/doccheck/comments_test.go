package main

import (
	"io"
	"strings"
	"testing"
)

// email is a package whose name is also that of a usual variable. comment begins at line 3 of its file.
func email(comment string) map[string]string {
	lines := strings.Split("Package email sends.\n\n"+comment, "\n")
	return map[string]string{
		"email/email.go": "// " + strings.Join(lines, "\n// ") + "\npackage email\n\n" +
			"import \"github.com/seed75add069/stytch-go/a/list\"\n\n" +
			"// CodeSent is an error.\nconst CodeSent = \"sent\"\n\n" +
			"// Service calls.\ntype Service struct{ Paused bool }\n\n" +
			"// Send sends.\nfunc (*Service) Send(*SendRequest) {}\n\n" +
			"// SendRequest is sent.\ntype SendRequest struct {\n\tEmail, Type string\n\tMinutes *int\n\tInner *SendRequest\n}\n\n" +
			"var _ = list.Of()\n",
		"email/export_test.go": "package email\n\n// ForTests is for tests, unlike [Service].\nvar ForTests = CodeSent\n",
	}
}

func TestRun_commentsHold(t *testing.T) {
	t.Parallel()
	for name, comment := range map[string]string{
		"a call":                           "\tnew(email.Service).Send(&email.SendRequest{Email: emailAddress})",
		"variables of the fields they set": "\t_ = email.SendRequest{Type: typeValue, Minutes: new(minutes), Inner: &email.SendRequest{Email: emailOf}}",
		"a usual variable":                 "\tclient.Name = id",
		"a list":                           "Of these:\n\n  - one that is no Go\n  - another",
		"links":                            "[Service], [Service.Send], [*Service], [list.Of], [time.Now], [io.EOF.Error] and [none].\n\n\t_ = id",
		"names":                            "Service.Send, email.Service.Paused, client.Name, CodeSent, stytch.Client.Name, unknown.Name, s.Paused, 1.5.",
		"words that are no names":          "See RFC.3, Node.js, example.com.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			documents := email(comment)
			documents["README.md"] = fenced("_ = id") + "Not `unknown.Name` and `stytch.NewClient(id)`.\n\n```go\n_ = id // `list.Nothing`\n```\n"
			documents["cmd/x/main.go"] = "// Command x runs.\n//\n//\tx --flag\npackage main\n\nfunc main() {}\n"
			if err := run(t.Context(), fakeModule(t, documents), io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRun_commentsFail(t *testing.T) {
	t.Parallel()
	const file = "email/email.go:3: "
	for _, tc := range []struct{ name, comment, want string }{
		{"variable with the package's name", "\t_ = email.SendRequest{Email: email}", file + "use of package email"},
		{"pointer for a plain field", "\t_ = email.SendRequest{Email: new(emailAddress)}", file + "undefined: emailAddress"},
		{"no pointer for a pointer field", "\tvar n int\n\t_ = email.SendRequest{Minutes: n}", "email/email.go:4: cannot use n"},
		{"variable of another field", "\t_ = email.SendRequest{Email: address}", file + "undefined: address"},
		{"unknown field", "\t_ = email.SendRequest{Address: address}", file + "unknown field Address"},
		{"ambiguous package", "\t_ = list.Of()", file + "package list can be"},
		{"no Go", "\tif x {", "email/email.go:"},
		{"link to nothing", "[Nothing]", file + "there is no Nothing"},
		{"link to no method", "[Service.Nothing]", file + "there is no Service.Nothing"},
		{"link to what a test declares", "[ForTests]", file + "there is no ForTests"},
		{"link into a package that has no such name", "[list.Nothing]", file + "there is no list.Nothing"},
		{"link into a package that is not imported", "[stytch.Client]", file + "there is no stytch.Client"},
		{"name in a package", "stytch.Nothing", file + "there is no stytch.Nothing"},
		{"name of a member", "The Service.Nothing.", file + "there is no Service.Nothing"},
		{"path of a client", "See client.Nothing.", file + "there is no client.Nothing"},
		{"member that no type has", "See resp.Nothing.", file + "there is no resp.Nothing"},
		{"name of an error", "It is CodeNothing.", file + "there is no CodeNothing"},
		{"name in a list", "Of these:\n  - ErrNothing", "email/email.go:4: there is no ErrNothing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			documents := email(tc.comment)
			documents["README.md"] = fenced("_ = id")
			err := run(t.Context(), fakeModule(t, documents), io.Discard)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q is not in: %v", tc.want, err)
			}
		})
	}
}

func TestRun_namesInDocumentsFail(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), fakeModule(t, map[string]string{
		"README.md": fenced("_ = id") + "\nCall `stytch.Nothing(id)`.\n",
	}), io.Discard)
	if want := "README.md:7: there is no stytch.Nothing"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%q is not in: %v", want, err)
	}
}
