package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/armonic/armonic/spec"
)

// How long things last.
const (
	linkLife   = 10 * time.Minute // a one-time link that nobody used
	idleLife   = 2 * time.Hour    // a session that nobody uses
	sessionMax = 12 * time.Hour   // any session
)

// seat is a session: a browser in which somebody is logged in.
type seat struct {
	desk  *Desk
	token string // that forms have to carry
	began time.Time
	seen  time.Time
	said  string // what the next page says first
	open  int    // streams of events
}

// Link makes a link for one login to the desk of whoever opened the server.
func (s *Server) Link() string {
	token := newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[digest(token)] = s.conf.Now()
	return "/enter/" + token
}

// enterPage has a button: what only looks at links, as some programs do, does not use it up.
func (s *Server) enterPage(w http.ResponseWriter, r *http.Request) {
	s.plain(w, http.StatusOK, "enter", r.PathValue("token"))
}

func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	key := digest(r.PostFormValue("token"))
	s.mu.Lock()
	made, ok := s.links[key]
	delete(s.links, key)
	s.mu.Unlock()
	if !ok || s.conf.Own == nil || s.conf.Now().Sub(made) > linkLife {
		s.plain(w, http.StatusForbidden, "message", message{"This link was used, or is too old", "Say armonic web again, or look where it prints links: each is good for one login."})
		return
	}
	s.sit(w, r, s.conf.Own)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

type message struct{ Title, Hint string }

type loginForm struct{ Account, Error, Hint string }

func (s *Server) loginPage(w http.ResponseWriter, _ *http.Request) {
	if s.conf.Login == nil {
		s.plain(w, http.StatusForbidden, "message", message{"You are not logged in", "Open the link that armonic web has printed. Each is good for one login: for another one say armonic web again."})
		return
	}
	s.plain(w, http.StatusOK, "login", loginForm{})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if s.conf.Login == nil {
		s.loginPage(w, r)
		return
	}
	account := strings.ToLower(norm.NFKC.String(strings.TrimSpace(r.PostFormValue("account")))) // the same for all ways to write it
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	now := s.conf.Now()
	who, where := "account "+account, "address "+from
	s.mu.Lock()
	wait := s.attempt.wait(now, who, where)
	if wait <= 0 {
		s.attempt.fail(now, who, where) // until it is known that it did not: others that come meanwhile count too
	}
	s.mu.Unlock()
	if wait > 0 {
		s.plain(w, http.StatusTooManyRequests, "login", loginForm{account, "Too many logins have failed", "Wait " + took(wait) + ", then try again."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	desk, err := s.conf.Login(ctx, account, r.PostFormValue("password"))
	s.mu.Lock()
	if err == nil || spec.KindOf(err) != spec.Denied {
		s.attempt.forgive(who, where)
	}
	if err == nil {
		s.attempt.forget(who) // but not the address: with an account of one's own one could try out those of others
		s.desks[desk] = true
	}
	s.mu.Unlock()
	if err != nil {
		s.conf.Log.Info("login refused", "account", account, "from", from, "why", err)
		s.plain(w, http.StatusForbidden, "login", loginForm{account, err.Error(), spec.HintOf(err)})
		return
	}
	s.conf.Log.Info("login", "account", account, "from", from)
	s.sit(w, r, desk)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookie is the name of the cookie of sessions. Over TLS nobody but this server can have set it.
func (s *Server) cookie() string {
	if s.conf.Secure {
		return "__Host-armonic"
	}
	return "armonic"
}

// sit gives a browser a new session, and ends the one that it had.
func (s *Server) sit(w http.ResponseWriter, r *http.Request, d *Desk) {
	token, now := newToken(), s.conf.Now()
	s.mu.Lock()
	if c, err := r.Cookie(s.cookie()); err == nil {
		delete(s.seats, digest(c.Value))
	}
	s.seats[digest(token)] = &seat{desk: d, token: newToken(), began: now, seen: now}
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: s.conf.Secure, SameSite: http.SameSiteLaxMode})
}

// sits reports whether a session is not over.
func (s *Server) sits(x *seat) bool {
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, y := range s.seats {
		if x == y {
			return true
		}
	}
	return false
}

// seated finds the session of a request, and has it answered.
func (s *Server) seated(do func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Server: s, w: w, r: r}
		c, err := r.Cookie(s.cookie())
		s.sweep()
		if err == nil {
			s.mu.Lock()
			if v.seat = s.seats[digest(c.Value)]; v.seat != nil {
				v.seat.seen = s.conf.Now()
			}
			s.mu.Unlock()
		}
		switch {
		case v.seat == nil && r.Method == http.MethodGet && !streams(r):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		case v.seat == nil:
			http.Error(w, "not logged in", http.StatusUnauthorized)
			return
		}
		v.Desk = v.seat.desk
		if r.Method == http.MethodPost && !same(r.PostFormValue("token"), v.seat.token) {
			v.fail(spec.Errorf(spec.Denied, "the form is not of this session").WithHint("open the page again, and send it from there"))
			return
		}
		if r.Method == http.MethodPost && s.conf.ReadOnly && changes(r) {
			v.fail(spec.Errorf(spec.Denied, "this server is for looking only").WithHint("it was started with --read-only"))
			return
		}
		if streams(r) {
			if !s.opens(v.seat, 1) {
				http.Error(w, "too many pages of this session are open", http.StatusTooManyRequests)
				return
			}
			defer s.opens(v.seat, -1)
		}
		if err := do(v); err != nil {
			v.fail(err)
		}
	})
}

// mostStreams is how many streams of events a session has at most: more pages than anybody has
// open.
const mostStreams = 40

// opens counts streams of events that begin or end, and reports whether there may be so many.
func (s *Server) opens(x *seat, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.open+n > mostStreams {
		return false
	}
	x.open += n
	return true
}

// streams reports whether a request is for events rather than for a page.
func streams(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/live") || strings.HasSuffix(r.URL.Path, "/preview")
}

// changes reports whether a request may change a host. Planning does not.
func changes(r *http.Request) bool {
	return r.URL.Path != "/logout" && (!strings.HasPrefix(r.URL.Path, "/drafts") || strings.HasSuffix(r.URL.Path, "/run"))
}

// sweep ends sessions that are over, and desks at which nobody sits and nothing runs.
func (s *Server) sweep() {
	now := s.conf.Now()
	var over []*Desk
	s.mu.Lock()
	taken := map[*Desk]bool{s.conf.Own: true}
	for key, x := range s.seats {
		if now.Sub(x.seen) > idleLife || now.Sub(x.began) > sessionMax {
			delete(s.seats, key)
			continue
		}
		taken[x.desk] = true
	}
	for key, made := range s.links {
		if now.Sub(made) > linkLife {
			delete(s.links, key)
		}
	}
	for d := range s.desks {
		if !taken[d] && !d.busy() {
			delete(s.desks, d)
			over = append(over, d)
		}
	}
	s.mu.Unlock()
	for _, d := range over {
		d.end()
	}
}

func (s *Server) logout(v *visit) error {
	s.mu.Lock()
	for key, x := range s.seats {
		if x == v.seat {
			delete(s.seats, key)
		}
	}
	s.mu.Unlock()
	http.SetCookie(v.w, &http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.conf.Secure, SameSite: http.SameSiteLaxMode})
	s.plain(v.w, http.StatusOK, "message", message{"You are logged out", "What you have started goes on."})
	return nil
}
