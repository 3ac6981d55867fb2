//go:build unix

package layout_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checks runs .ci/run with programs that do nothing in place of make, go and those in beside. cgo is what go says of
// CGO_ENABLED, which is 0 without a C compiler.
func checks(t *testing.T, ci, cgo string, beside ...string) (output string, ok bool) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	dirname, err := exec.LookPath("dirname")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(dirname, filepath.Join(bin, "dirname")); err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{"make", "go"}, beside...) {
		script := "#!" + bash + "\necho " + cgo + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), bash, filepath.Join(root, ".ci/run"))
	cmd.Env = []string{"PATH=" + bin, "CI=" + ci}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// Without Node or a C compiler .ci/run names the checks that did not run. In CI it then fails.
func TestCI_saysWhatDidNotRun(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, cgo string
		beside    []string
		missing   []string
	}{
		{"with all", "1", []string{"node", "npm"}, nil},
		{"without node", "1", []string{"npm"}, []string{"make conformance needs node and npm"}},
		{"without npm", "1", []string{"node"}, []string{"make conformance needs node and npm"}},
		{"without a C compiler", "0", []string{"node", "npm"}, []string{"make race needs a C compiler"}},
		{"without any", "0", nil, []string{"make race needs a C compiler", "make conformance needs node and npm"}},
	} {
		for _, ci := range []string{"true", "false", ""} {
			t.Run(tc.name+", CI="+ci, func(t *testing.T) {
				t.Parallel()
				output, ok := checks(t, ci, tc.cgo, tc.beside...)
				if want := len(tc.missing) == 0 || ci != "true"; ok != want {
					t.Errorf("succeeded: %t, want %t: %s", ok, want, output)
				}
				for _, line := range tc.missing {
					if !strings.Contains(output, line) {
						t.Errorf("%q is not in %s", line, output)
					}
				}
				if strings.Contains(output, "NOT RUN") != (len(tc.missing) > 0) {
					t.Errorf("got %s", output)
				}
				for _, always := range []string{"make test", "make catalog", "make demo"} {
					if !strings.Contains(output, "== "+always) {
						t.Errorf("%s did not run: %s", always, output)
					}
				}
			})
		}
	}
}
