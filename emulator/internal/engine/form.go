package engine

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Form is the form of a request to an endpoint of OAuth2. A parameter without a value is as if absent.
type Form map[string]string

// HandleForm binds a handler to an endpoint of OAuth2 (RFC 6749, section 3.2). The project is that of the path, and
// Basic credentials are the client's own, unless they are the project's. No response may be cached. The errors that the
// operation lists have the form of OAuth2.
func HandleForm[Resp any](op *ops.Info, run func(*Tx, Form) (*Resp, error)) Route {
	return Route{Info: op, form: true, run: func(c *call) (any, error) {
		form, err := c.bindForm()
		if err != nil {
			return nil, ops.ErrInvalidRequest.Because("The body %v.", err)
		}
		return perform(c, func(tx *Tx) (*Resp, error) { return run(tx, form) })
	}}
}

func (c *call) isForm() bool { return c.route != nil && c.route.form }

// isOAuth reports whether an error is one of OAuth2, and not one of the API.
func (c *call) isOAuth(e *ops.Error) bool {
	return c.isForm() && slices.ContainsFunc(c.route.Errors, func(listed *ops.Error) bool { return listed.Is(e) })
}

// bindForm decodes a form. It takes an object in JSON too, which is how the API's SDKs for Python and Ruby send it.
func (c *call) bindForm() (Form, error) {
	form := Form{}
	mediaType, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	switch mediaType {
	case "application/json":
		if json.Unmarshal(c.body, &form) != nil {
			return nil, errors.New("is not a JSON object of strings, each of which occurs once")
		}
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, errors.New("is not a form")
		}
		for name, list := range values {
			if len(list) > 1 {
				return nil, errors.New("has a parameter twice")
			}
			form[name] = list[0]
		}
	default:
		return nil, errors.New("must be application/x-www-form-urlencoded")
	}
	return form, nil
}

// formHeader is the header of a response, to an error or without one. It is empty unless the endpoint is one of OAuth2.
func (c *call) formHeader(e *ops.Error) http.Header {
	h := http.Header{}
	if !c.isForm() {
		return h
	}
	h.Set("Cache-Control", "no-store")
	if e != nil && e.Code == stytcherror.CodeInvalidClient && c.request.Header.Get("Authorization") != "" {
		h.Set("WWW-Authenticate", `Basic realm="oauth2"`)
	}
	return h
}

// OAuthError is the response to an error in the form of OAuth2, for endpoints that are not bound by [HandleForm].
func (tx *Tx) OAuthError(e *ops.Error) *Reply {
	return &Reply{
		Status: e.Status, Header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}},
		Body: oauthErrorBody(e, e.OAuth2().Status, tx.RequestID(), docs(tx.Request().URL.Path)),
	}
}

// oauthErrorBody is the body of an error in the form of OAuth2, with what the API adds. Unverified: that it has an
// error_type where that says more.
func oauthErrorBody(e *ops.Error, status int, requestID, docs string) []byte {
	body := struct {
		StatusCode  int              `json:"status_code"`
		RequestID   string           `json:"request_id"`
		Error       stytcherror.Code `json:"error"`
		Description string           `json:"error_description"`
		URI         string           `json:"error_uri"`
		ErrorType   stytcherror.Code `json:"error_type,omitzero"`
	}{status, requestID, e.OAuth2().Code, e.Text, errorURL(e, docs), ""}
	if e.OAuth2() != e {
		body.ErrorType = e.Code
	}
	data, _ := json.Marshal(body)
	return data
}
