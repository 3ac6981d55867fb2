package httpauth

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// setLoginURL sets where browsers log in.
func (g *Guard) setLoginURL(text string) {
	g.config.LoginURL, g.loginPath = text, ""
	if u, err := url.Parse(text); err == nil && (u.Host == "" || u.Scheme+"://"+u.Host == g.config.Origin) {
		g.loginPath = u.Path
	}
}

// loginURLFor returns where a browser can mend a refusal, with the way back, or "". A login page that is itself guarded
// by mistake does not lead to itself.
func (g *Guard) loginURLFor(r *http.Request, d *Denial) string {
	reason := d.Reason
	if g.config.LoginURL == "" || reason != ReasonLogin && reason != ReasonToken && reason != ReasonStepUp ||
		g.loginPath != "" && r.URL.Path == g.loginPath {
		return ""
	}
	query := url.Values{"next": {g.wayBack(r)}}
	if reason == ReasonStepUp {
		query.Set("step_up", "any")
		if kinds := d.acrValues(); kinds != "" {
			query.Set("step_up", kinds)
		}
		if d.MaxAge > 0 {
			query.Set("max_age", strconv.Itoa(seconds(d.MaxAge)))
		}
	}
	separator := "?"
	if strings.Contains(g.config.LoginURL, "?") {
		separator = "&"
	}
	return g.config.LoginURL + separator + query.Encode()
}

// wayBack returns the path to return to after a login: that of a GET, of the page that htmx is on, or of the page with
// the form. A POST is never repeated.
func (g *Guard) wayBack(r *http.Request) string {
	if page := r.Header.Get("HX-Current-URL"); page != "" && r.Header.Get("HX-Request") != "" {
		return g.ownPath(r, page)
	}
	if r.Method != http.MethodGet {
		return g.ownPath(r, r.Header.Get("Referer"))
	}
	u, err := url.ParseRequestURI(r.RequestURI) // the whole path, also below http.StripPrefix
	if err != nil {
		u = r.URL
	}
	return ReturnPath(u.RequestURI())
}

// ownPath returns path and query of a URL of this application, and "/" for another.
func (g *Guard) ownPath(r *http.Request, text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Host != r.Host && u.Scheme+"://"+u.Host != g.config.Origin {
		return "/"
	}
	return ReturnPath(u.RequestURI())
}
