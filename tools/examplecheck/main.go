// Command examplecheck compiles the examples of a module as package pages show them: each as the program that go/doc
// makes of it, in another module that requires the checked one. It prints the examples that do not compile when they
// are pasted, because they import an internal package or use what another file declares.
//
//	go run ./examplecheck ..
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: examplecheck ROOT")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "examplecheck:", err)
		os.Exit(1)
	}
}

// run checks all examples of the module at root and returns an error that lists all failures.
func run(ctx context.Context, root string, out io.Writer) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	programs, failures, err := collect(root)
	if err != nil {
		return err
	}
	if len(programs)+len(failures) == 0 {
		return errors.New("no examples in " + root)
	}
	dir, err := os.MkdirTemp("", "examplecheck")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := write(ctx, root, dir, programs); err != nil {
		return err
	}
	text, err := compile(ctx, dir)
	if err != nil {
		failures = append(failures, text)
	}
	if len(failures) > 0 {
		return fmt.Errorf("of %d examples some cannot be pasted:\n%s", len(programs), strings.Join(failures, "\n"))
	}
	_, err = fmt.Fprintf(out, "%d examples compile outside of their module.\n", len(programs))
	return err
}

// write makes a module in dir whose packages are the programs.
func write(ctx context.Context, root, dir string, programs []program) error {
	module, err := goMod(ctx, root)
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	files := map[string][]byte{"go.mod": module, "go.sum": sum}
	for _, p := range programs {
		files[filepath.Join(p.name, "main.go")] = p.text
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// goMod is the go.mod of a module that requires the one at root.
func goMod(ctx context.Context, root string) ([]byte, error) {
	cmd := command(ctx, root, "list", "-m", "-f", "{{.Path}} {{.GoVersion}}")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m: %w", err)
	}
	module, version, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return fmt.Appendf(nil, "module example.com/pasted\n\ngo %s\n\nrequire %s v0.0.0\n\nreplace %s => %s\n",
		version, module, module, root), nil
}

// compile runs go vet on the module in dir, and returns its output without the path of dir.
func compile(ctx context.Context, dir string) (string, error) {
	out, err := command(ctx, dir, "vet", "-mod=mod", "./...").CombinedOutput()
	return strings.TrimSpace(string(bytes.ReplaceAll(out, []byte(dir+string(filepath.Separator)), nil))), err
}

func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	return cmd
}
