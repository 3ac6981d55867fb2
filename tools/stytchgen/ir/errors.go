package ir

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	yaml "github.com/pb33f/go-yaml"
)

// LoadErrors reads errors.yaml, which a specification need not have.
func LoadErrors(spec fs.FS) ([]ErrorCode, error) {
	data, err := fs.ReadFile(spec, "errors.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file struct {
		Errors []ErrorCode `yaml:"errors"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("errors.yaml: %w", err)
	}
	return file.Errors, nil
}
