package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator"
)

// minSaveInterval is how long changes are collected before they are saved.
const minSaveInterval = 250 * time.Millisecond

// dataFile is a file that has a project's state while the program does not run. It holds two JSON values: the project's
// credentials and a snapshot.
type dataFile string

// credentials are the first value.
type credentials struct {
	ProjectID string `json:"project_id"`
	Secret    string `json:"secret"`
}

// open returns the file's credentials, and a reader for its snapshot. Without the file both are empty.
func (f dataFile) open() (credentials, io.ReadCloser, error) {
	file, err := os.Open(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return credentials{}, nil, nil
	}
	if err != nil {
		return credentials{}, nil, err
	}
	var c credentials
	dec := jsontext.NewDecoder(file)
	if err := json.UnmarshalDecode(dec, &c); err != nil || c.ProjectID == "" || c.Secret == "" {
		return c, nil, errors.Join(fmt.Errorf("%s is not a file that --data has written", f), file.Close())
	}
	rest := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(dec.UnreadBuffer()), file), file}
	return c, rest, nil
}

// newProject makes an emulator with the project of the file. Without the file, or for what it does not say, the options
// decide.
func (f dataFile) newProject(config emulator.Config) (*emulator.Emulator, error) {
	saved, snapshot, err := f.open()
	if err != nil {
		return nil, err
	}
	if snapshot == nil {
		return emulator.New(config)
	}
	defer func() { _ = snapshot.Close() }()
	if config.ProjectID != "" && config.ProjectID != saved.ProjectID {
		return nil, fmt.Errorf("%s is of the project %s", f, saved.ProjectID)
	}
	config.ProjectID, config.Secret = saved.ProjectID, cmp.Or(config.Secret, saved.Secret)
	em, err := emulator.New(config)
	if err != nil {
		return nil, err
	}
	if err := em.Project().ReadSnapshot(snapshot); err != nil {
		return nil, fmt.Errorf("%s: %w", f, err)
	}
	return em, nil
}

// save writes the file. What was in it stays until all is written.
func (f dataFile) save(p *emulator.Project) error {
	temp, err := os.CreateTemp(filepath.Dir(string(f)), filepath.Base(string(f))+".*")
	if err != nil {
		return err
	}
	err = write(temp, p)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), string(f))
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

func write(file *os.File, p *emulator.Project) error {
	if err := json.MarshalWrite(file, credentials{p.ID(), p.Secret()}); err != nil {
		return err
	}
	if _, err := io.WriteString(file, "\n"); err != nil {
		return err
	}
	if err := p.WriteSnapshot(file); err != nil {
		return err
	}
	return file.Sync()
}

// keep saves the project after changes, until ctx ends, and then once more. It reports what goes wrong on the way, and
// goes on.
func (f dataFile) keep(ctx context.Context, p *emulator.Project, report func(error)) error {
	for {
		changed := p.Changed()
		if err := f.save(p); err != nil {
			report(err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return f.save(p)
		}
		timer := time.NewTimer(minSaveInterval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}
