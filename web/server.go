package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// Config is what a Server is given.
type Config struct {
	// Own is the desk of whoever opened the server, for the one-time link. Nil if people
	// log in with accounts of their own only.
	Own *Desk
	// Login opens the desk of an account of the XMPP server. The error is
	// spec.Denied if the password is wrong. Nil if nobody can log in.
	Login func(ctx context.Context, account, password string) (*Desk, error)

	// Approvers reads addresses of accounts that are to approve a deployment. Nil if nobody else
	// can, since the hosts are in this program.
	Approvers func(list []string) ([]string, error)

	Hosts    []string // names under which browsers may ask for it, with port: "127.0.0.1:8080"
	Secure   bool     // it is reached over TLS: cookies are sent over nothing else
	ReadOnly bool     // nothing is changed

	Log *slog.Logger     // nil keeps none
	Now func() time.Time // nil is time.Now
}

// Server answers browsers. Make one with New.
type Server struct {
	conf  Config
	mux   *http.ServeMux
	guard http.Handler // mux behind what is refused for all

	mu      sync.Mutex
	links   map[string]time.Time // one-time links that were not used, by their token's digest
	seats   map[string]*seat     // by the digest of the cookie
	desks   map[*Desk]bool       // all that are open
	attempt attempts
}

// New makes a server. Close it.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{conf: c, mux: http.NewServeMux(), links: map[string]time.Time{}, seats: map[string]*seat{}, desks: map[*Desk]bool{}, attempt: attempts{}}
	if c.Own != nil {
		s.desks[c.Own] = true
	}
	s.routes()
	s.guard = s.refuse(s.mux)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.guard.ServeHTTP(w, r) }

// Close ends all desks. Agents finish what they were given; what is not done can be resumed.
func (s *Server) Close() {
	s.mu.Lock()
	desks := s.desks
	s.desks, s.seats, s.links = map[*Desk]bool{}, map[string]*seat{}, map[string]time.Time{}
	s.mu.Unlock()
	for d := range desks {
		d.end()
	}
}

func (s *Server) routes() {
	s.mux.HandleFunc("GET /static/", static)
	s.mux.HandleFunc("GET /login", s.loginPage)
	s.mux.HandleFunc("POST /login", s.login)
	s.mux.HandleFunc("GET /enter/{token}", s.enterPage)
	s.mux.HandleFunc("POST /enter", s.enter)
	for pattern, do := range map[string]func(*visit) error{
		"POST /logout": s.logout,

		"GET /{$}":                            fleetPage,
		"GET /fleet/live":                     fleetLive,
		"GET /hosts/{host}":                   hostPage,
		"GET /hosts/{host}/{lifecycle}":       lifecyclePage,
		"GET /hosts/{host}/{lifecycle}/move":  movePage,
		"POST /hosts/{host}/{lifecycle}/move": move,

		"GET /catalogue":              cataloguePage,
		"POST /drafts":                newDraft,
		"GET /drafts/{draft}":         draftPage,
		"POST /drafts/{draft}":        answerDraft,
		"GET /drafts/{draft}/plan":    planPage,
		"GET /drafts/{draft}/preview": planPreview,
		"GET /drafts/{draft}/answers": saveAnswers,
		"POST /drafts/{draft}/run":    runDraft,

		"GET /deployments":                deploymentsPage,
		"GET /deployments/{id}":           deploymentPage,
		"GET /deployments/{id}/live":      deploymentLive,
		"GET /deployments/{id}/log":       deploymentLog,
		"POST /deployments/{id}":          act,
		"GET /deployments/{id}/rollback":  rollbackPage,
		"POST /deployments/{id}/rollback": rollback,
		"GET /deployments/{id}/again":     againPage,
		"POST /deployments/{id}/again":    planAgain,

		"GET /approvals":       requestsPage,
		"GET /approvals/{id}":  requestPage,
		"POST /approvals/{id}": decide,

		"GET /drift":   driftPage,
		"POST /drift":  repair,
		"GET /history": historyPage,
		"GET /logs":    logsPage,
	} {
		s.mux.Handle(pattern, s.seated(do))
	}
	s.mux.Handle("GET /", s.seated(func(v *visit) error {
		return spec.Errorf(spec.NotFound, "there is no page %s", v.r.URL.Path).WithHint("begin with the fleet")
	}))
}
