package connect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// lastSeen remembers, from one command to the next, what agents said of themselves
// when they were online last. It is a convenience: what cannot be read or written is
// not known.
type lastSeen struct {
	file  string
	hosts map[session.JID]seenHost

	mu      sync.Mutex
	bundles map[session.JID]map[string][]string // that this command was told of
}

// seenHost is what was known of a host when a command ended.
type seenHost struct {
	Version string     `json:"version,omitempty"`
	OS      spec.OS    `json:"os"`
	Busy    spec.RunID `json:"busy,omitempty"` // the run that it executed, "" if none
	Seen    time.Time  `json:"seen"`

	// The modules that were pushed to it: digests of the versions that it keeps.
	Bundles map[string][]string `json:"bundles,omitempty"`
}

// readLastSeen reads what was known of the fleet of an account.
func readLastSeen(jid session.JID) *lastSeen {
	k := &lastSeen{file: filepath.Join(settings.StateDir(), "fleets", string(jid)+".json"), hosts: map[session.JID]seenHost{},
		bundles: map[session.JID]map[string][]string{}}
	if text, err := os.ReadFile(k.file); err == nil && json.Unmarshal(text, &k.hosts) != nil {
		k.hosts = map[session.JID]seenHost{} // what was read of it may be odd
	}
	return k
}

// fillIn completes what is known of hosts that are offline.
func (k *lastSeen) fillIn(hosts []spec.HostStatus) []spec.HostStatus {
	for i, h := range hosts {
		was, ok := k.hosts[session.JID(h.Account)]
		if !ok || h.Link == spec.LinkOn {
			continue
		}
		if h.Version == "" {
			hosts[i].Version, hosts[i].OS = was.Version, was.OS
		}
	}
	return hosts
}

// saveInterval is how often what is known is saved at most while a command runs.
const saveInterval = time.Second

// saveWork saves whenever hosts execute other runs than before, or are lost, until stop is
// called: a command may follow a run for hours, or be killed, and the next wants to know.
func (k *lastSeen) saveWork(watch func() ([]spec.HostStatus, <-chan struct{})) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		for before := ""; ctx.Err() == nil; {
			hosts, changed := watch()
			work := ""
			for _, h := range hosts {
				if h.Busy != "" {
					work += fmt.Sprintln(h.Account, h.Link, h.Busy)
				}
			}
			if work != before {
				before = work
				k.save(hosts)
				session.Sleep(ctx, saveInterval)
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// noteBundles remembers which modules a host says that it has.
func (k *lastSeen) noteBundles(account session.JID, all []spec.Bundle) {
	of := map[string][]string{}
	for _, b := range all {
		for _, v := range b.Versions {
			of[b.Name] = append(of[b.Name], v.Digest)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bundles[account] = of
}

func (k *lastSeen) bundlesOf(account session.JID) map[string][]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if of, told := k.bundles[account]; told {
		return of
	}
	return k.hosts[account].Bundles
}

// save writes what is known now.
func (k *lastSeen) save(hosts []spec.HostStatus) {
	now := map[session.JID]seenHost{}
	for _, h := range k.fillIn(hosts) {
		seen := h.Since
		if h.Link == spec.LinkOn {
			seen = time.Now()
		}
		busy := h.Busy
		if h.Link == spec.LinkOff {
			busy = "" // what it said last, before it left
		}
		if h.Version != "" || !seen.IsZero() {
			account := session.JID(h.Account)
			now[account] = seenHost{Version: h.Version, OS: h.OS, Busy: busy, Seen: seen.Truncate(time.Second), Bundles: k.bundlesOf(account)}
		}
	}
	text, err := json.MarshalIndent(now, "", " ")
	if err != nil || len(now) == 0 && len(k.hosts) == 0 {
		return
	}
	if os.MkdirAll(filepath.Dir(k.file), 0o700) == nil {
		_ = renameio.WriteFile(k.file, text, 0o600)
	}
}

// CompleteHosts offers the hosts of the demo, this one, or those that the last command
// saw: who completes does not wait for a server.
func CompleteHosts(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return hostsLike(g, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteMoves offers hosts on both sides of FROM=TO.
func CompleteMoves(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		from, to, valued := strings.Cut(begun, "=")
		if !valued {
			out := hostsLike(g, from)
			for i := range out {
				out[i] += "="
			}
			return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		out := hostsLike(g, to)
		for i := range out {
			out[i] = from + "=" + out[i]
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteBundles offers the names of the modules that were pushed, as the last commands that
// looked at them saw them.
func CompleteBundles(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) (out []string, _ cobra.ShellCompDirective) {
		for _, h := range seen(g) {
			for name := range h.Bundles {
				if len(args) == 0 && strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
		slices.Sort(out)
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteVersions offers the versions that hosts keep of the modules which the argument names.
func CompleteVersions(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) (out []string, _ cobra.ShellCompDirective) {
		for _, h := range seen(g) {
			for name, digests := range h.Bundles {
				for _, digest := range digests {
					if short := spec.ShortDigest(digest); slices.Contains(args, name) && strings.HasPrefix(short, begun) && !slices.Contains(out, short) {
						out = append(out, short)
					}
				}
			}
		}
		slices.Sort(out)
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteAccounts offers the accounts of the agents that the last command saw.
func CompleteAccounts(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for jid := range seen(g) {
			if strings.HasPrefix(string(jid), begun) {
				out = append(out, string(jid))
			}
		}
		slices.Sort(out)
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// hostsLike are the hosts, and groups of them, whose names begin so.
func hostsLike(g *settings.Global, begun string) []string {
	var hosts []spec.Host
	if g.Demo {
		hosts = inprocess.DemoHosts()
	} else if h, err := inprocess.HostName(); g.Local && err == nil {
		hosts = []spec.Host{h}
	} else if !g.Local {
		hosts = seenHosts(g)
	}
	before := begun[:strings.LastIndexByte(begun, ',')+1] // of a list with commas
	var out []string
	groups, _ := g.Groups() // what cannot be read is not offered
	for name := range groups {
		hosts = append(hosts, spec.Host("@"+name))
	}
	for _, h := range hosts {
		if name := before + string(h); strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// seenHosts are those that the last command saw, none if there is no account.
func seenHosts(g *settings.Global) (out []spec.Host) {
	for jid := range seen(g) {
		out = append(out, spec.Host(jid.Local()))
	}
	return out
}

// seen is what the last command knew of them, by their accounts.
func seen(g *settings.Global) map[session.JID]seenHost {
	c, _, err := g.Client()
	if err != nil {
		return nil
	}
	jid, err := AccountJID(c.Connection)
	if err != nil {
		return nil
	}
	return readLastSeen(jid).hosts
}
