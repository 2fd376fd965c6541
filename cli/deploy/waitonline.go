package deploy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// awaitNamed waits, with --when-online, for hosts that flags name and that are offline: without
// them nothing can be planned. The error is spec.Unavailable when it took too long.
func (d *deployment) awaitNamed(ctx context.Context, fleet deploy.Fleet, pattern spec.Pattern) error {
	if d.whenOnline == 0 {
		return nil
	}
	names := d.onHosts()
	for _, text := range d.hosts {
		_, hosts, _ := strings.Cut(text, "=")
		names = append(names, deploy.ParseHosts(hosts)...)
	}
	if host, _, ok := strings.Cut(strings.TrimPrefix(string(pattern), "/"), "/"); ok && strings.HasPrefix(string(pattern), "/") && !deploy.IsPattern(host) {
		names = append(names, spec.Host(host))
	}
	groups, err := d.Groups()
	if err != nil {
		return err
	}
	named, err := groups.Expand(names, fleet)
	if err != nil {
		return err
	}
	return d.await(ctx, fleet, named)
}

// awaitAnswered waits for hosts that the answers file names.
func (d *deployment) awaitAnswered(ctx context.Context, fleet deploy.Fleet) error {
	if d.whenOnline == 0 {
		return nil
	}
	var named []spec.Host
	for k, a := range d.session.Answers() {
		if hosts, ok := a.Hosts(); ok && (k.Kind == resolver.AskHost || k.Kind == resolver.AskHosts) {
			named = append(named, hosts...)
		}
	}
	return d.await(ctx, fleet, named)
}

func (d *deployment) await(ctx context.Context, fleet deploy.Fleet, named []spec.Host) error {
	until := time.Now().Add(d.whenOnline)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for told := 0; ; {
		var off []string
		for _, h := range fleet.Hosts() { // one that is not known is said when it is planned
			if h.Link != spec.LinkOn && slices.Contains(named, h.Host) {
				off = append(off, string(h.Host))
			}
		}
		if len(off) == 0 {
			return nil
		}
		if len(off) != told {
			told = len(off)
			output.Printf(d.Err, "%s offline; waiting until %s\n", isAre(off), until.Format(time.DateTime))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Now().After(until) {
			return spec.Errorf(spec.Unavailable, "%s still offline after %s", isAre(off), d.whenOnline).WithHint("nothing was done")
		}
	}
}

func isAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}
