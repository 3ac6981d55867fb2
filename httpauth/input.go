package httpauth

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// maxBody bounds the body of a request to a Login.
const maxBody = 64 << 10

// input reads the fields of a form or of a JSON object of strings. The error is a *failure.
func input(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, failTooLarge.because(err)
		}
		return nil, failRequest.because(err)
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
		return map[string]string{}, nil
	case err != nil:
		return nil, failMedia
	case media == "application/json":
		return jsonInput(body)
	case media == "application/x-www-form-urlencoded":
		return formInput(string(body))
	}
	return nil, failMedia
}

// jsonInput refuses a member that occurs twice, and text that is not UTF-8, as formInput does.
func jsonInput(body []byte) (map[string]string, error) {
	fields := map[string]string{}
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, failRequest.because(errors.New("the body is not a JSON object of strings"))
	}
	return fields, nil
}

func formInput(body string) (map[string]string, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, failRequest.because(errors.New("the body is not a form"))
	}
	fields := make(map[string]string, len(values))
	for name, list := range values {
		if len(list) > 1 || !utf8.ValidString(list[0]) {
			return nil, failRequest.because(errors.New("a field of the form occurs twice, or is not UTF-8"))
		}
		fields[name] = list[0]
	}
	return fields, nil
}
