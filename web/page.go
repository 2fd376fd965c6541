package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// visit is one request of somebody who is logged in.
type visit struct {
	*Server
	*Desk
	seat *seat
	w    http.ResponseWriter
	r    *http.Request
}

// page is what every template is given.
type page struct {
	Title    string
	Here     string // the part of the navigation that it is in
	Who      string
	Token    string // for forms
	Fleet    string
	Said     string // what was done just now
	ReadOnly bool
	Now      time.Time
	Body     any
}

var pages = sync.OnceValue(func() map[string]*template.Template { //nolint:gochecknoglobals // parsed once, and never changed
	base := template.Must(template.New("base.html").Funcs(words()).ParseFS(templateFiles, "templates/base.html", "templates/parts.html"))
	out := map[string]*template.Template{}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		short := strings.TrimSuffix(path.Base(name), ".html")
		if short != "base" && short != "parts" {
			out[short] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, name))
		}
	}
	return out
})

// show writes a page.
func (v *visit) show(name, here, title string, body any) error {
	v.Server.mu.Lock()
	p := page{Title: title, Here: here, Who: v.Who, Token: v.seat.token, Fleet: v.Fleet.Name(), Said: v.seat.said, ReadOnly: v.conf.ReadOnly, Now: v.conf.Now(), Body: body}
	v.seat.said = ""
	v.Server.mu.Unlock()
	return write(v.w, http.StatusOK, name, "base.html", p)
}

// part renders a part of a page, which stands in its place when it changes.
func (v *visit) part(name, part string, body any) (string, error) {
	var b bytes.Buffer
	p := page{Token: v.seat.token, ReadOnly: v.conf.ReadOnly, Now: v.conf.Now(), Body: body}
	err := pages()[name].ExecuteTemplate(&b, part, p)
	return b.String(), err
}

// plain writes a page for somebody who is not logged in.
func (s *Server) plain(w http.ResponseWriter, status int, name string, body any) {
	if err := write(w, status, name, "base.html", page{Title: "Armonic", Now: s.conf.Now(), Body: body}); err != nil {
		s.conf.Log.Error("page", "name", name, "error", err)
	}
}

func write(w http.ResponseWriter, status int, name, tmpl string, p page) error {
	var b bytes.Buffer // so that a fault in the middle is no half page
	if err := pages()[name].ExecuteTemplate(&b, tmpl, p); err != nil {
		return spec.Errorf(spec.Internal, "cannot make the page %s: %v", name, err)
	}
	limitAnswer(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // who asked may have left
	return nil
}

// fail answers with what went wrong.
func (v *visit) fail(err error) {
	if v.r.Context().Err() != nil {
		return
	}
	status := http.StatusInternalServerError
	switch spec.KindOf(err) {
	case spec.Invalid, spec.Ambiguous:
		status = http.StatusBadRequest
	case spec.NotFound:
		status = http.StatusNotFound
	case spec.Conflict:
		status = http.StatusConflict
	case spec.Denied:
		status = http.StatusForbidden
	case spec.Unavailable, spec.Timeout:
		status = http.StatusServiceUnavailable
	case spec.Internal, spec.Failed, spec.Canceled, spec.Protocol:
	}
	v.conf.Log.Info("refused", "who", v.Who, "path", v.r.URL.Path, "error", err)
	p := page{Title: "That did not work", Who: v.Who, Token: v.seat.token, Fleet: v.Fleet.Name(), ReadOnly: v.conf.ReadOnly, Now: v.conf.Now(), Body: asFault(err)}
	if err := write(v.w, status, "error", "base.html", p); err != nil {
		v.conf.Log.Error("page", "error", err)
	}
}

// fault is an error as pages show it.
type fault struct{ Text, At, Hint string }

func asFault(err error) fault {
	var e *spec.Error
	if !errors.As(err, &e) {
		return fault{Text: err.Error()}
	}
	bare := *e
	bare.At = ""
	return fault{bare.Error(), e.At, e.Hint}
}

// say tells something at the top of the next page, and goes there.
func (v *visit) say(to, format string, args ...any) error {
	v.Server.mu.Lock()
	v.seat.said = fmt.Sprintf(format, args...)
	v.Server.mu.Unlock()
	return v.goTo(to)
}

func (v *visit) goTo(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// assets names what pages load by what is in it: a browser keeps it, and another version has
// another name.
var assets = sync.OnceValue(func() string { //nolint:gochecknoglobals // computed once, and never changed
	sum := sha256.New()
	for _, name := range []string{"static/app.js", "static/style.css"} {
		text, err := staticFiles.ReadFile(name)
		if err != nil {
			panic(err) // it is in the program
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
})

// static gives what pages load.
func static(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	limitAnswer(w)
	w.Header().Set("Cache-Control", "private, max-age=86400")
	http.ServeFileFS(w, r, staticFiles, strings.TrimPrefix(r.URL.Path, "/"))
}
