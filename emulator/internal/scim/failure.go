package scim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const errorSchema = "urn:ietf:params:scim:api:messages:2.0:Error"

// failure is an error of SCIM (RFC 7644, section 3.12). The type may be empty.
type failure struct {
	status           int
	scimType, detail string
}

func (f *failure) Error() string {
	if f.scimType == "" {
		return f.detail
	}
	return f.scimType + ": " + f.detail
}

// The types of errors with status 400.
const (
	invalidFilter = "invalidFilter"
	invalidPath   = "invalidPath"
	invalidSyntax = "invalidSyntax"
	invalidValue  = "invalidValue"
	mutability    = "mutability"
	noTarget      = "noTarget"
	tooMany       = "tooMany"
)

func bad(scimType, format string, args ...any) error {
	return &failure{http.StatusBadRequest, scimType, fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &failure{http.StatusConflict, "uniqueness", fmt.Sprintf(format, args...)}
}

func notFound(kind, id string) error {
	return &failure{http.StatusNotFound, "", fmt.Sprintf("There is no %s %.128q.", kind, id)}
}

var (
	errUnauthorized = &failure{http.StatusUnauthorized, "", "The bearer token is not one of a SCIM connection."}
	errSeveral      = &failure{
		http.StatusConflict, "", "Several projects, which were restored from one snapshot, have this connection and " +
			"token. Rotate the token in one of them.",
	}
	errNotImplemented = &failure{
		http.StatusNotImplemented, "", "There are neither bulk operations nor /Me, nor a search over all resources.",
	}
	errMediaType = &failure{
		http.StatusUnsupportedMediaType, "", "The body is neither application/scim+json nor application/json in UTF-8.",
	}
	errCoding = &failure{
		http.StatusUnsupportedMediaType, "", "The body has a Content-Encoding. The server takes it as it is alone.",
	}
	errNoEndpoint   = &failure{http.StatusNotFound, "", "There is no such path below the URL of the connection."}
	errPrecondition = &failure{http.StatusPreconditionFailed, "", "The resource has another version."}
)

// taken are the errors for what one member of an organization has alone, or had, or will have.
var taken = []*ops.Error{
	ops.ErrDuplicateMemberEmail, ops.ErrRetiredMemberEmail, ops.ErrDesiredEmailUpdatingForDifferentMember,
	ops.ErrDuplicateMemberExternalID, ops.ErrDuplicateMemberPhoneNumber,
}

// ofMember is the error of SCIM for one of the API that a change of a member meets.
func ofMember(err error) error {
	e, ok := errors.AsType[*ops.Error](err)
	if !ok {
		return err
	}
	if slices.ContainsFunc(taken, func(t *ops.Error) bool { return errors.Is(e, t) }) {
		return conflict("%s", e.Text)
	}
	return bad(invalidValue, "%s", e.Text)
}

// notAllowed is the response to a method that a path does not have (RFC 9110, section 15.5.6).
func notAllowed(methods []string) (*engine.Reply, error) {
	allow := strings.Join(methods, ", ")
	out := failed(&failure{http.StatusMethodNotAllowed, "", "The path has the methods " + allow + "."})
	out.Header.Set("Allow", allow)
	return out, nil
}

// failed is the response to an error. It is nil for a defect of the emulator.
func failed(err error) *engine.Reply {
	f, ok := errors.AsType[*failure](err)
	if large, is := errors.AsType[*http.MaxBytesError](err); is {
		f, ok = &failure{
			http.StatusRequestEntityTooLarge, "", fmt.Sprintf("The body is larger than %d bytes.", large.Limit),
		}, true
	}
	if e, is := errors.AsType[*ops.Error](err); !ok && is {
		f, ok = &failure{e.Status, "", e.Text}, true
	}
	if invalid, is := errors.AsType[*state.Invalid](err); !ok && is {
		f, ok = &failure{http.StatusBadRequest, invalidValue, invalid.Text}, true
	}
	if !ok {
		return nil
	}
	body := object{"schemas": []any{errorSchema}, "status": strconv.Itoa(f.status), "detail": f.detail}
	if f.scimType != "" {
		body["scimType"] = f.scimType
	}
	r, err := reply(f.status, body)
	if err != nil {
		return nil
	}
	if f.status == http.StatusUnauthorized {
		r.Header.Set("WWW-Authenticate", "Bearer")
	}
	return r
}
