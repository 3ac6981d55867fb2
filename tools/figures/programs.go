package main

import (
	"embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

const module = "github.com/seed75add069/stytch-go"

//go:embed testdata
var sources embed.FS

// The import specs of the two versions of JSON. The SDK uses the second.
const (
	jsonV1 = `"encoding/json"`
	jsonV2 = `"github.com/go-json-experiment/json"`
)

// program is a program to measure. files are those of testdata; v2 replaces encoding/json by json/v2 in them. base is
// the index of the program to compare it with.
type program struct {
	name, what string
	files      []string
	v2         bool
	base       int
}

var programs = []program{
	{"json", "net/http and json/v2, with the same structs", []string{"bare/main.go"}, true, 0},
	{"log", "... and one call to log/slog", []string{"bare/main.go", "log/log.go"}, true, 0},
	{"service", "a single service of the SDK, without a client", []string{"service/main.go"}, false, 0},
	{"sdk", "the SDK", []string{"sdk/main.go"}, false, 0},
	{"bare", "net/http and encoding/json, with the same structs", []string{"bare/main.go"}, false, 0},
	{"kept", "net/http and json/v2, every method kept", []string{"bare/main.go", "reflect/bare.go"}, true, 5},
	{"all", "the SDK, every method kept", []string{"sdk/main.go", "reflect/sdk.go"}, false, 5},
}

// prepare makes a module in dir with the programs. It requires the SDK at root and the SDK's dependencies.
func prepare(dir, root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	_, dependencies, _ := strings.Cut(string(own), "\nrequire ")
	files := map[string]string{
		"go.mod": fmt.Sprintf("module figures\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %s => %s\n\nrequire %s",
			module, module, strconv.Quote(root), dependencies),
		"go.sum":        string(sums),
		"types/main.go": source("types/main.go"),
	}
	if err := write(dir, files); err != nil {
		return err
	}
	types, err := goTool(dir, nil, "run", "./types")
	if err != nil {
		return err
	}
	clear(files)
	for _, p := range programs {
		for _, name := range p.files {
			text := source(name)
			if p.v2 {
				text = strings.Replace(text, jsonV1, jsonV2, 1)
			}
			files[p.name+"/"+path.Base(name)] = text
		}
		if path.Dir(p.files[0]) == "bare" {
			files[p.name+"/types.go"] = types
		}
	}
	return write(dir, files)
}

// official is the folder, in dir, of the module with the program that makes the call with Stytch's SDK.
const official = "official"

// prepareOfficial makes that module. It requires the version of Stytch's SDK that the module conformance does.
func prepareOfficial(dir, root string) (version string, err error) {
	dir = filepath.Join(dir, official)
	if err := write(dir, map[string]string{
		"go.mod": "module official\n\ngo 1.26.0\n", "main.go": source("official/main.go"),
	}); err != nil {
		return "", err
	}
	const sdk = "github.com/stytchauth/stytch-go/v16"
	version, err = goTool(filepath.Join(root, "conformance"), nil, "list", "-m", "-f", "{{.Version}}", sdk)
	version = strings.TrimSpace(version)
	if err != nil {
		return "", err
	}
	if _, err = goTool(dir, nil, "mod", "edit", "-require", sdk+"@"+version); err != nil {
		return "", err
	}
	_, err = goTool(dir, nil, "mod", "tidy")
	return version, err
}

func source(name string) string {
	text, err := sources.ReadFile("testdata/" + name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return string(text)
}

func write(dir string, files map[string]string) error {
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
