package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
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
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		guarded.ServeHTTP(w, r)
	})
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
	until  time.Time // before, no other is let in
}

const (
	freeAttempts = 5
	longestWait  = 10 * time.Minute
	mostAttempts = 10_000 // that are remembered
)

// wait is how long a key has to wait still.
func (a attempts) wait(now time.Time, keys ...string) time.Duration {
	var longest time.Duration
	for _, k := range keys {
		longest = max(longest, a[k].until.Sub(now))
	}
	return longest
}

// fail counts one that failed.
func (a attempts) fail(now time.Time, keys ...string) {
	for k, x := range a {
		if len(a) >= mostAttempts && now.Sub(x.until) > 0 {
			delete(a, k)
		}
	}
	for _, k := range keys {
		x := a[k]
		if now.Sub(x.until) > time.Hour {
			x = attempt{}
		}
		x.failed++
		x.until = now
		if x.failed > freeAttempts {
			x.until = now.Add(min(time.Second<<min(x.failed-freeAttempts, 20), longestWait))
		}
		a[k] = x
	}
}

// succeed forgets what failed.
func (a attempts) succeed(keys ...string) {
	for _, k := range keys {
		delete(a, k)
	}
}
