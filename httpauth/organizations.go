package httpauth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/seed75add069/stytch-go/internal/verify"
)

// choose leads on from an address that was proved. Who is a member of one organization, and may join no other, enters
// it at once.
func (l *Login) choose(w http.ResponseWriter, r *http.Request, p *progress, tokenType string, f *flow) {
	if len(p.organizations) == 1 && !p.organizations[0].Joining {
		entered, isFirst, err := l.enter(r, p.intermediate, p.organizations[0].ID, tokenType)
		if err == nil {
			l.arrive(w, r, entered, isFirst, f)
			return
		}
		switch failed, ok := errors.AsType[*failure](err); {
		case ok && failed.reason == ReasonUnavailable:
			// The link is spent, but the next page works once the API answers.
		case errors.Is(err, failChoice):
			l.setIntermediate(w, p.intermediate)
			l.showChoice(w, r, p.organizations, failed)
			return
		default:
			l.fail(w, r, err)
			return
		}
	}
	l.setIntermediate(w, p.intermediate)
	l.proceed(w, r, l.config.Prefix+"organizations", l.organizationsPage(p.organizations))
}

// showChoice shows the organizations to choose from after one could not be entered or created.
func (l *Login) showChoice(w http.ResponseWriter, r *http.Request, list []PageOrganization, f *failure) {
	l.reportFailure(r, f)
	l.show(w, r, f.on(l.organizationsPage(list)))
}

func (l *Login) organizationsPage(list []PageOrganization) *Page {
	return &Page{
		Name: "organizations", Action: l.config.Prefix + "organizations", Organizations: list,
		MayFound: !l.config.NoNewOrganizations,
	}
}

// enter logs in to an organization with an intermediate session.
func (l *Login) enter(r *http.Request, intermediate, id, tokenType string) (*progress, bool, error) {
	return l.once.do(r.Context(), formKey("enter", intermediate, id), func() (*progress, error) {
		return l.toSession(r, tokenType, failChoice, func(ctx context.Context) (*progress, error) {
			return l.calls().enter(ctx, intermediate, id, l.guard.config.minutes())
		})
	})
}

// tokenTypeSwitch is the Arrival.TokenType of a switch, which no link has.
const tokenTypeSwitch = "switch"

// toSession makes a call that ends in a session, or says which factor is missing.
func (l *Login) toSession(
	r *http.Request, tokenType string, unfit *failure, f func(context.Context) (*progress, error),
) (*progress, error) {
	p, err := l.call(r, f)
	switch {
	case tokenType == tokenTypeSwitch && verify.IsRefusal(err):
		return nil, l.guard.deny(ReasonToken, err)
	case isIntermediateEnded(err):
		return nil, failStep.because(err)
	case err != nil:
		return nil, failureOf(err, unfit)
	case p.arrival == nil:
		return p, nil
	}
	p.arrival.TokenType = tokenType
	return l.admit(r, p)
}

// arrive ends a login, or says that a factor is missing that cannot be asked for.
func (l *Login) arrive(w http.ResponseWriter, r *http.Request, p *progress, isFirst bool, f *flow) {
	if p.arrival == nil {
		l.fail(w, r, failNotImplemented.because(errors.New("the organization wants a further factor: "+p.wants)))
		return
	}
	l.complete(w, r, p, isFirst, f)
}

// showOrganizations shows the organizations to choose from: in a login those to enter, in a session those to switch to.
func (l *Login) showOrganizations(w http.ResponseWriter, r *http.Request) {
	if _, intermediate := l.stepCookies(r); intermediate != "" {
		list, err := l.organizations(r, intermediate, credential{})
		switch {
		case err == nil:
			l.show(w, r, l.organizationsPage(list))
			return
		case !isIntermediateEnded(err):
			l.fail(w, r, failureOf(err, failStep))
			return
		}
		l.clearStep(w, l.guard.intermediateName())
		if tokens, jwts := l.guard.cookiesOf(r); !tokens.present && !jwts.present {
			l.fail(w, r, failStep.because(err))
			return
		}
	}
	who, ok := l.session(w, r)
	if !ok {
		return
	}
	list, err := l.organizations(r, "", who.principal.own())
	switch {
	case verify.IsRefusal(err):
		l.guard.reject(w, r, l.guard.deny(ReasonToken, err))
		return
	case err != nil:
		l.fail(w, r, failureOf(err, failRefused))
		return
	}
	p := l.organizationsPage(list)
	p.Action, p.MayFound = l.config.Prefix+"switch", false
	l.show(w, r, p)
}

// organizations lists those of an intermediate session, or of a session if that is empty.
func (l *Login) organizations(
	r *http.Request, intermediate string, own credential,
) (list []PageOrganization, err error) {
	_, err = l.call(r, func(ctx context.Context) (*progress, error) {
		var err error
		list, err = l.calls().listOrganizations(ctx, intermediate, own)
		return nil, err
	})
	return list, err
}

// postOrganization enters an organization, or creates one.
func (l *Login) postOrganization(w http.ResponseWriter, r *http.Request) {
	fields, err := input(w, r)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	f, intermediate := l.stepCookies(r)
	id, name := fields["organization_id"], strings.TrimSpace(fields["organization_name"])
	var p *progress
	var isFirst bool
	switch {
	case intermediate == "":
		err = failStep
	case (id == "") == (name == ""):
		err = failRequest
	case id != "":
		p, isFirst, err = l.enter(r, intermediate, id, "discovery")
	case l.config.NoNewOrganizations:
		err = failCreate
	default:
		slug := strings.TrimSpace(fields["organization_slug"])
		key := formKey("create", intermediate, name, slug)
		p, isFirst, err = l.once.do(r.Context(), key, func() (*progress, error) {
			return l.toSession(r, "discovery", failName, func(ctx context.Context) (*progress, error) {
				return l.calls().create(ctx, intermediate, name, slug, l.guard.config.minutes())
			})
		})
	}
	if err != nil {
		l.failOrganization(w, r, intermediate, err)
		return
	}
	l.arrive(w, r, p, isFirst, f)
}

// failOrganization shows the choice again if another one may succeed.
func (l *Login) failOrganization(w http.ResponseWriter, r *http.Request, intermediate string, err error) {
	f, ok := errors.AsType[*failure](err)
	switch {
	case !ok:
	case errors.Is(err, failStep):
		l.clearStep(w, l.guard.intermediateName())
	case errors.Is(err, failName), errors.Is(err, failChoice):
		if list, listErr := l.organizations(r, intermediate, credential{}); listErr == nil {
			l.showChoice(w, r, list, f)
			return
		}
	}
	l.fail(w, r, err)
}

// switchOrganization exchanges the session for one in another organization of the same person.
func (l *Login) switchOrganization(w http.ResponseWriter, r *http.Request) {
	fields, err := input(w, r)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	id, f := fields["organization_id"], &flow{Next: ReturnPath(fields["next"])}
	key := formKey("switch", l.guard.sentCredential(r), id)
	o := l.identify(r)
	if o.denial != nil && errors.Is(o.denial.Err, errEnded) {
		// The form was sent again with the cookies of the session that the switch ended.
		if p, ok := l.once.result(key); ok {
			l.arrive(w, r, p, false, f)
			return
		}
	}
	l.guard.apply(w, r, &o)
	switch {
	case o.denial != nil:
		l.guard.reject(w, r, o.denial)
		return
	case id == "":
		l.fail(w, r, failRequest)
		return
	}
	p, isFirst, err := l.once.do(r.Context(), key, func() (*progress, error) {
		return l.toSession(r, tokenTypeSwitch, failChoice, func(ctx context.Context) (*progress, error) {
			return l.calls().exchange(ctx, o.who.principal.own(), id, l.guard.config.minutes())
		})
	})
	if err != nil {
		l.fail(w, r, err)
		return
	}
	l.arrive(w, r, p, isFirst, f)
}
