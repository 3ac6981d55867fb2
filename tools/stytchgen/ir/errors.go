package ir

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	yaml "github.com/pb33f/go-yaml"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// Topic is a group of error codes.
type Topic struct {
	Name        string      `yaml:"name"`
	Description string      `yaml:"description"`
	Codes       []ErrorCode `yaml:"codes"`
	// Doc is the comment above the constants.
	Doc string `yaml:"-"`
}

// ErrorCode is an error_type.
type ErrorCode struct {
	Code   string `yaml:"code"`
	Status int    `yaml:"status"`
	// HTTPStatus is what stytcherror.HTTPStatus returns in place of Status; zero means Status.
	HTTPStatus int      `yaml:"http_status"`
	Confidence string   `yaml:"confidence"`
	Products   []string `yaml:"products"`
	Meaning    string   `yaml:"meaning"`
	// Name is the Go constant, Doc its comment.
	Name string `yaml:"-"`
	Doc  string `yaml:"-"`
}

// LoadErrors reads errors.yaml. A specification without that file has no topics.
func LoadErrors(spec fs.FS) ([]Topic, error) {
	data, err := fs.ReadFile(spec, "errors.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file struct {
		Topics []Topic `yaml:"topics"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("errors.yaml: %w", err)
	}
	return file.Topics, nil
}

// ErrorCodes are the codes of all topics, in alphabetical order.
func (api *API) ErrorCodes() []ErrorCode {
	var list []ErrorCode
	for _, topic := range api.Topics {
		list = append(list, topic.Codes...)
	}
	slices.SortFunc(list, byCode)
	return list
}

func byCode(a, b ErrorCode) int { return strings.Compare(a.Code, b.Code) }

// declareErrors checks the topics, names their codes and sorts the codes of each.
func (b *builder) declareErrors(topics []Topic) error {
	taken := map[string]string{}
	for i := range topics {
		topic := &topics[i]
		if topic.Name == "" || !isSentence(topic.Description) || len(topic.Codes) == 0 {
			return fmt.Errorf("topic %q: lacks a name, a sentence that describes it, or codes", topic.Name)
		}
		topic.Doc = topic.Name + ": " + names.Sentence(topic.Description)
		for j := range topic.Codes {
			code := &topic.Codes[j]
			code.Name = "Code" + names.Go(code.Code)
			if other, twice := taken[code.Name]; twice {
				return fmt.Errorf("%s: %s is the name of %s too", code.Code, code.Name, other)
			}
			if err := code.check(); err != nil {
				return fmt.Errorf("%s: %w", code.Code, err)
			}
			taken[code.Name], b.errors[code.Code] = code.Code, *code
		}
		slices.SortFunc(topic.Codes, byCode)
	}
	return nil
}

// Text is the meaning without what nobody could verify, which no message of the API says.
func (e ErrorCode) Text() string {
	text, _, _ := strings.Cut(e.Meaning, " Unverified: ")
	return text
}

func (e *ErrorCode) check() error {
	switch {
	case statusSentences[e.Confidence] == "":
		return fmt.Errorf("confidence is %q", e.Confidence)
	case e.Status < 400 || e.Status > 599:
		return fmt.Errorf("status is %d", e.Status)
	case e.HTTPStatus != 0 && (e.HTTPStatus < 400 || e.HTTPStatus > 599):
		return fmt.Errorf("http_status is %d", e.HTTPStatus)
	case !isSentence(e.Meaning):
		return errors.New("meaning is not a sentence")
	}
	return nil
}

// statusSentences are the sentences about a status, by the code's confidence.
var statusSentences = map[string]string{
	"observed":   "Status %d.",
	"documented": "Status %d.",
	"mocked":     "Status %d, as seen in other SDKs' test data.",
	"inferred":   "Status %d, inferred from the name.",
}

// statusDoc is the part of a code's comment that is about its status.
func (e *ErrorCode) statusDoc() string {
	text := fmt.Sprintf(statusSentences[e.Confidence], e.Status)
	if e.HTTPStatus != 0 && e.HTTPStatus != e.Status {
		text += fmt.Sprintf(" HTTPStatus gives %d.", e.HTTPStatus)
	}
	return text
}
