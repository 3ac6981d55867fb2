package layout_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The SDK links only the modules of thirdParty. The emulator, programs and tests may link others.
func TestSDK_modules(t *testing.T) {
	t.Parallel()
	all := strings.Fields(goRun(t, root, "list", "./..."))
	sdk := slices.DeleteFunc(all, func(p string) bool {
		return within(strings.TrimPrefix(p, modulePath+"/"), "emulator", "stytchtest", "cmd", "examples", "internal")
	})
	args := append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, sdk...)
	linked := strings.Fields(goRun(t, root, args...))
	slices.Sort(linked)
	want := append(slices.Clone(thirdParty), modulePath)
	slices.Sort(want)
	if got := slices.Compact(linked); !slices.Equal(got, want) {
		t.Errorf("the SDK links %q, want %q", got, want)
	}
}

// A module that uses the SDK gets at most these numbers of lines in go.mod and go.sum. Go needs the modules of this
// module's tests for that, from the module cache or the network.
func TestSDK_users(t *testing.T) {
	t.Parallel()
	const client = "package user\n\nimport stytch \"" + modulePath + "\"\n\nvar Client, _ = stytch.NewClient(stytch.Config{})\n"
	const server = "package user\n\nimport _ \"" + modulePath + "/stytchtest\"\n"
	for name, tt := range map[string]struct {
		files               map[string]string
		maxIndirect, maxSum int // maxSum 0 is no limit
	}{
		"the SDK alone":   {map[string]string{"user.go": client}, 2, 32},
		"with stytchtest": {map[string]string{"user.go": client, "user_test.go": server}, 10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := userModule(t, tt.files)
			goRun(t, dir, "mod", "tidy")
			goRun(t, dir, "vet", "./...")
			read := func(name string) string {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			mod, sum := read("go.mod"), read("go.sum")
			if n := strings.Count(mod, "// indirect"); n > tt.maxIndirect {
				t.Errorf("%d indirect lines, want at most %d:\n%s", n, tt.maxIndirect, mod)
			}
			if n := strings.Count(sum, "\n"); n == 0 || tt.maxSum > 0 && n > tt.maxSum {
				t.Errorf("%d lines in go.sum, want at most %d:\n%s", n, tt.maxSum, sum)
			}
		})
	}
}

// userModule writes a module with these files that requires this one, and returns its folder.
func userModule(t *testing.T, files map[string]string) string {
	t.Helper()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = fmt.Sprintf("module example.com/user\n\ngo 1.26.0\n\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]q\n",
		modulePath, here)
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goRun returns the output of a go command.
func goRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}
