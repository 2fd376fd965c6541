package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// policy is what a page may load and where it may send something: what comes from here. There
// are no scripts and no styles in pages, so that nothing that a host or a log says can be one.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types armonic"

// maxForm is how long a form may be that is sent here, in bytes.
const maxForm = 1 << 20

// refuse answers what nobody has to be known for: requests under a wrong name, which another
// site may have had made by a browser, and forms that come from other sites.
func (s *Server) refuse(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this form comes from another site", http.StatusForbidden)
	}))
	guarded := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.conf.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if len(s.conf.Hosts) > 0 && !slices.Contains(s.conf.Hosts, r.Host) {
			http.Error(w, "armonic web is not known as "+r.Host, http.StatusMisdirectedRequest)
			return
		}
		if !ours(r) {
			http.Error(w, "only pages of this server load from it", http.StatusForbidden)
			return
		}
		if r.Method == http.MethodPost && !readForm(w, r) {
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// ours reports whether a request, as far as its browser says, is made by somebody who opens a page,
// or by a page of ours: other sites neither load anything from here, nor hold a stream of events.
// Forms are the business of http.CrossOriginProtection.
func ours(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return true
	}
	if from := r.Header.Get("Origin"); from != "" {
		if u, err := url.Parse(from); err != nil || u.Host != r.Host {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// formTime is how long a form may take to arrive.
const formTime = 30 * time.Second

// readForm reads the form of a request, and answers it if that cannot be.
func readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	ctrl := http.NewResponseController(w)
	_ = ctrl.SetReadDeadline(time.Now().Add(formTime)) // where there is none, the connection is not real
	err := r.ParseForm()
	_ = ctrl.SetReadDeadline(time.Time{})
	if err == nil {
		return true
	}
	status := http.StatusBadRequest
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		status = http.StatusRequestEntityTooLarge
	}
	w.Header().Set("Connection", "close")
	http.Error(w, "the form cannot be read", status)
	return false
}

// answerTime is how long a browser may take to read an answer.
const answerTime = time.Minute

func limitAnswer(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime)) // where there is none, the connection is not real
}

// newToken makes a text that nobody can guess.
func newToken() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what is kept of a token: who reads our memory or a dump of it cannot use it.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return string(sum[:])
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// attempts counts logins that failed, by whom they were for and from where, so that passwords
// cannot be tried out: after a few, each waits longer.
type attempts map[string]attempt

type attempt struct {
	failed int
	last   time.Time
}

// until is when another may be tried.
func (x attempt) until() time.Time {
	if x.failed <= freeAttempts {
		return x.last
	}
	return x.last.Add(min(time.Second<<min(x.failed-freeAttempts, 20), longestWait))
}

const (
	freeAttempts = 5
	longestWait  = 10 * time.Minute
	mostAttempts = 10_000 // that are remembered
)

// wait is how long keys have to wait still.
func (a attempts) wait(now time.Time, keys ...string) time.Duration {
	var longest time.Duration
	for _, k := range keys {
		longest = max(longest, a[k].until().Sub(now))
	}
	return longest
}

// fail counts one that failed, or may.
func (a attempts) fail(now time.Time, keys ...string) {
	if len(a) >= mostAttempts {
		for k, x := range a {
			if now.Sub(x.until()) > 0 {
				delete(a, k)
			}
		}
	}
	for _, k := range keys {
		x := a[k]
		if now.Sub(x.until()) > time.Hour {
			x = attempt{}
		}
		a[k] = attempt{x.failed + 1, now}
	}
}

// forgive takes one back that did not fail.
func (a attempts) forgive(keys ...string) {
	for _, k := range keys {
		if x, ok := a[k]; ok {
			a[k] = attempt{x.failed - 1, x.last}
		}
	}
}

// forget forgets all that failed.
func (a attempts) forget(key string) { delete(a, key) }
