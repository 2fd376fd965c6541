package enrol

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// Wanted is an agent as it shall be on a host.
type Wanted struct {
	JID      session.JID
	Link     Link
	Programs []*Program // of which one must run there, if none is installed
	Packages []*Package // that are installed instead, if there are any
	Unit     string     // of systemd, for a program that is not installed otherwise
	Online   bool       // it is in the fleet: then its account is as it must be

	// Account makes the account if there is none with this password.
	Account func(context.Context, session.JID, value.Secret) error
}

// Change is something on a host that is not as wanted, in words, and what is done about it.
type Change struct {
	What string
	Do   func(context.Context, *Shell) error
}

// Changes are all that there are, in the order in which they must be made. The last has
// the agent started. None is made yet.
func (w Wanted) Changes(f Facts) ([]Change, error) {
	if err := f.Usable(); err != nil {
		return nil, err
	}
	there, err := f.Agent()
	if err == nil && there.JID != "" {
		err = there.obeys(w.JID, w.Link.Masters)
	}
	if err != nil {
		return nil, err
	}
	var out []Change
	add := func(what string, do func(context.Context, *Shell) error) { out = append(out, Change{what, do}) }
	put := func(name, mode, text string) {
		add("write "+name, func(ctx context.Context, s *Shell) error { return s.Put(ctx, name, mode, []byte(text)) })
	}
	if there.JID == "" && w.Link.Server != "" {
		add("see whether it reaches the server at "+w.Link.Server, w.reach)
	}
	packages, err := packagesFor(f, w.Packages)
	if err != nil {
		return nil, err
	}
	if f.Unit.File == "" && packages == nil { // first: it says that the rest is ours, should this be cut short
		put(unitFile, "644", w.Unit)
	}
	switch {
	case f.Unit.File == "" && packages != nil:
		out = append(out, installPackages(packages))
	case f.Unit.File == "" || f.Unit.File == unitFile && f.Sums[program] == "":
		p, err := For(f, w.Programs)
		if err != nil {
			return nil, err
		}
		if f.Sums[program] != p.Sum {
			add("install "+program, p.install)
		}
	}
	begun := len(out)
	if w.Link.CA != "" && (there.JID == "" || there.OwnCA) && f.Sums[caFile] != sum(w.Link.CA) {
		put(caFile, "644", w.Link.CA)
	}
	other := len(out) > begun
	out = append(out, w.account(f)...)
	if there.JID == "" { // last, so that a host that gets no account can get another name
		put(agentFile, "644", w.Link.text(w.JID, f.Address))
		other = true
	}
	if more := w.Link.more(f); there.JID != "" && !there.Keyed && more != "" {
		add("name your key in "+agentFile+", for upgrades", func(ctx context.Context, s *Shell) error {
			script := fmt.Sprintf(`cp -p %s $f && cat >>$f && test "$(wc -c <$f)" -eq %d`, agentFile, len(f.Settings)+len(more))
			return s.replace(ctx, agentFile, script, []byte(more))
		})
		other = true
	}
	return append(out, f.start(other)...), nil
}

// account has the password made, and then the account. If the connection breaks in between,
// the same password is used the next time.
func (w Wanted) account(f Facts) []Change {
	var out []Change
	if !f.Password {
		out = append(out, Change{"make a password", func(ctx context.Context, s *Shell) error {
			return s.Put(ctx, passwordFile, "600", []byte(rand.Text()+"\n"))
		}})
	}
	if f.Password && w.Online {
		return out
	}
	return append(out, Change{"make the account " + string(w.JID) + ", if there is none", func(ctx context.Context, s *Shell) error {
		password, err := Password(ctx, s)
		if err != nil {
			return err
		}
		return w.Account(ctx, w.JID, password)
	}})
}

// Password is that of the agent of a host.
func Password(ctx context.Context, s *Shell) (value.Secret, error) {
	text, err := s.Run(ctx, "head -n 1 "+passwordFile, nil)
	if text = strings.TrimRight(text, "\r\n"); err == nil && text == "" {
		err = spec.Errorf(spec.Invalid, "%s is empty", passwordFile)
	}
	return value.Secret(text), err
}

// restart waits a while until another agent runs. One that executes a step finishes it first.
const restart = `p() { systemctl show -P MainPID ` + unit + `; }; was=$(p); systemctl --no-block restart ` + unit + ` || exit; ` +
	`for i in $(seq 50); do { test "$(p)" != "$was" && systemctl --quiet is-active ` + unit + `; } && break; sleep 0.2; done; true`

// start has the agent started, or started again if its settings are other ones.
func (f Facts) start(other bool) []Change {
	what, script := "start "+unit, "systemctl --quiet enable --now "+unit
	switch running := f.Unit.Active == "active" && f.Unit.Enabled; {
	case running && !other:
		return nil
	case running:
		what, script = "restart "+unit, restart
	}
	return []Change{{what, func(ctx context.Context, s *Shell) error {
		if _, err := s.Run(ctx, "systemctl daemon-reload && "+script, nil); spec.KindOf(err) != spec.Failed {
			return err
		}
		return spec.Errorf(spec.Failed, "its agent does not start: %s", Said(ctx, s)).
			WithHint("systemctl status " + unit + " there says more; once it is mended, say this again")
	}}}
}

// reach finds out whether a host can connect to the server.
func (w Wanted) reach(ctx context.Context, s *Shell) error {
	host, port, err := net.SplitHostPort(w.Link.Server)
	proxied := ""
	if u, bad := url.Parse(w.Link.Server); bad == nil && u.Scheme == "wss" {
		host, port = u.Hostname(), cmp.Or(u.Port(), "443")
		proxied = "grep -qi '^https_proxy=.' /etc/default/" + unit + " && exit 0; " // which the agent will say more of
	} else if err != nil {
		host, port = w.Link.Server, map[bool]string{true: "5222", false: "5223"}[w.Link.StartTLS]
	}
	const script = `command -v bash >/dev/null || exit 0; read -r h p; timeout 15 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$h" "$p"`
	if _, err := s.Run(ctx, proxied+script, []byte(host+" "+port+"\n")); err != nil {
		return spec.Errorf(spec.Failed, "it does not reach the server at %s", w.Link.Server).
			WithHint("does the server listen there, and do firewalls let it through? --agent-server HOST:PORT says where agents find it")
	}
	return nil
}

// install puts a program in its place if it runs.
func (p *Program) install(ctx context.Context, s *Shell) error {
	if err := s.replace(ctx, program, "gzip -dc >$f && chmod 755 $f && $f --version >/dev/null", p.Packed); err != nil {
		return fmt.Errorf("cannot install %s: %w", program, err)
	}
	return nil
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}
