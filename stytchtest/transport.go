package stytchtest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
)

// transport calls a handler in the same process, in the caller's goroutine. The response is complete when RoundTrip
// returns.
type transport struct{ handler http.Handler }

func (t transport) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	served := received(req)
	defer func() { _ = served.Body.Close() }()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: // the handler closes the connection
			resp, err = nil, io.ErrUnexpectedEOF
		default:
			panic(v)
		}
	}()
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, served)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if req.Method == http.MethodHead {
		w.Body.Reset() // as net/http leaves it out
	}
	resp = w.Result()
	resp.Request = req
	return resp, nil
}

// received is a client's request in the form in which a server receives it. If the caller is a server itself, its
// address is not in the request's context: to the emulator, the request did not come over the network.
func received(req *http.Request) *http.Request {
	served := req.Clone(context.WithValue(req.Context(), http.LocalAddrContextKey, nil))
	served.RequestURI = req.URL.RequestURI()
	served.URL.Scheme, served.URL.Host = "", ""
	served.RemoteAddr = "127.0.0.1:1"
	if served.Host == "" {
		served.Host = req.URL.Host
	}
	if served.Body == nil {
		served.Body = http.NoBody
	}
	return served
}
