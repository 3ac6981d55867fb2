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

const (
	// minSaveInterval is how long changes are collected before they are saved.
	minSaveInterval = 250 * time.Millisecond
	// retryInterval is how long after a failure the file is saved again if nothing is changed before.
	retryInterval = 5 * time.Second
)

// dataFile is a file that has a project's state while the program does not run. It holds two JSON values: the project's
// credentials and a snapshot.
type dataFile string

// resolve follows symbolic links, so that the file that they lead to is replaced and not the link. That file may be
// missing, its directory may not.
func (f dataFile) resolve() (dataFile, error) {
	if _, err := os.Stat(string(f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(string(f)))
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.Base(string(f)))
	if target, err := os.Readlink(path); err == nil { // it is a link
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		return dataFile(target).resolve()
	}
	return dataFile(path), nil
}

// lock keeps other programs from using the file until unlock is called. The lock is that of a file beside it, because
// save replaces the file itself; it ends with the process, and the file beside stays.
func (f dataFile) lock() (unlock func() error, err error) {
	file, err := os.OpenFile(string(f)+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another stytch-emulator: %w", f, err), file.Close())
	}
	return file.Close, nil
}

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

// newProject makes an emulator with the project of the file, and without the file with that of the options. The id and
// the state are the file's: another id among the options is refused, another secret replaces the saved one.
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

// save writes the file. What was in it stays until all is written. The temporary file has always the same name, so that
// one which a killed program has left is replaced.
func (f dataFile) save(p *emulator.Project) error {
	name := string(f) + ".tmp"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temp, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(temp, p)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(name, string(f))
	}
	if err != nil {
		_ = os.Remove(name)
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

// keep saves the project after changes, the first of which closes changed, until ctx ends, and then once more. It
// reports what goes wrong on the way, and tries again.
func (f dataFile) keep(ctx context.Context, p *emulator.Project, changed <-chan struct{}, report func(error)) error {
	var retry <-chan time.Time
	for {
		select {
		case <-changed:
		case <-retry:
		case <-ctx.Done():
			return f.save(p)
		}
		select {
		case <-time.After(minSaveInterval):
		case <-ctx.Done():
		}
		changed, retry = p.Changed(), nil
		if err := f.save(p); err != nil {
			report(err)
			retry = time.After(retryInterval)
		}
	}
}
