package store

import (
	"bytes"
	"iter"
	"strings"
)

// texts are the values of an index, one behind the other, so that all are searched for a part without a visit to each.
// No text has a newline.
type texts struct {
	// data has each text and a newline. Texts that were removed are overwritten with newlines.
	data    []byte
	at      map[string]int
	removed int // bytes
}

func (t *texts) add(text string) {
	t.at[text] = len(t.data)
	t.data = append(append(t.data, text...), '\n')
}

// remove removes a text. It makes the list anew when more than half of it has been removed.
func (t *texts) remove(text string) {
	at := t.at[text]
	delete(t.at, text)
	copy(t.data[at:], strings.Repeat("\n", len(text)))
	if t.removed += len(text) + 1; t.removed <= len(t.data)/2 {
		return
	}
	t.data, t.removed = make([]byte, 0, len(t.data)), 0
	for text := range t.at {
		t.add(text)
	}
}

// with yields the texts that have a part, in no order.
func (t *texts) with(part string) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := t.data
		if strings.Contains(part, "\n") {
			return
		}
		for {
			i := bytes.Index(rest, []byte(part))
			if i < 0 {
				return
			}
			end := i + bytes.IndexByte(rest[i:], '\n')
			if !yield(string(rest[bytes.LastIndexByte(rest[:i], '\n')+1 : end])) {
				return
			}
			rest = rest[end:]
		}
	}
}
