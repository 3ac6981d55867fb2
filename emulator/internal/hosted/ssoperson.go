package hosted

import (
	"errors"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// The fields by which somebody is described who logs in by SSO, besides name and subject.
const (
	fieldGroups     = "groups"
	fieldAttributes = "attributes"
)

// SSOFields are the fields by which somebody is described who logs in by SSO, filled in with values.
func SSOFields(value func(name string) string) []Field {
	fields := []Field{
		{Name: fieldName, Label: "Name"},
		{Name: fieldSubject, Label: "Id at the identity provider (subject)"},
		{Name: fieldGroups, Label: "Groups, with commas between"},
		{Name: fieldAttributes, Label: "Further attributes, a JSON object"},
	}
	for i := range fields {
		fields[i].Value = value(fields[i].Name)
	}
	return fields
}

// ParseSSOPerson makes somebody who logs in by SSO from the values of fields, with the attributes that a mapping names.
// If they are wrong, the problem says how, in a sentence.
func ParseSSOPerson(
	email string, value func(name string) string, mapping map[string]any,
) (p *idp.Person, problem string) {
	address, err := state.Email(email)
	if err != nil {
		return nil, "The e-mail address is missing or malformed."
	}
	var attributes map[string]any
	if text := value(fieldAttributes); text != "" {
		if attributes, err = idp.ParseObject([]byte(text)); err != nil {
			return nil, "The attributes are refused: " + err.Error() + "."
		}
	}
	var groups []string
	for group := range strings.SplitSeq(value(fieldGroups), ",") {
		if group = strings.TrimSpace(group); group != "" {
			groups = append(groups, group)
		}
	}
	p = idp.Describe(address, value(fieldName), value(fieldSubject), groups, attributes, mapping)
	if refused, ok := errors.AsType[*ops.Error](p.Check()); ok {
		return nil, refused.Text
	}
	return p, ""
}
