package module

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newList(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the modules that were pushed to hosts, with their versions",
		Long: `List the bundles of modules that were pushed to hosts: which version each host uses, since when, who
pushed it, and which others it keeps. Bundles that are not the same on all of these hosts are named below.`,
		Example: "  armonic module list -J '*'\n  armonic module list -o json",
	}
	return l.Setup(c, g, s, query.Location, func(ctx context.Context, _ spec.Pattern) error { return listBundles(ctx, l) })
}

// onHost is a bundle on a host.
type onHost struct {
	Host spec.Host `json:"host"`
	spec.Bundle
}

func listBundles(ctx context.Context, l *find.Base) error {
	all, err := find.AskAll(ctx, l.Finder, func(ctx context.Context, a spec.Agent) ([]onHost, error) {
		i, err := a.Info(ctx)
		if live, ok := l.Fleet.(*connect.Live); ok && err == nil {
			live.NoteBundles(i.Host, i.Bundles)
		}
		out := []onHost{{Host: i.Host}} // also of a host that has none: it may be the odd one
		for _, b := range i.Bundles {
			out = append(out, onHost{i.Host, b})
		}
		return out, err
	})
	if err != nil {
		return err
	}
	hosts := map[spec.Host]bool{}
	for _, x := range all {
		hosts[x.Host] = true
	}
	all = slices.DeleteFunc(all, func(x onHost) bool { return x.Name == "" })
	slices.SortStableFunc(all, func(a, b onHost) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.Host), string(b.Host)))
	})
	if l.JSON() {
		return find.List(l, all, nil)
	}
	if len(all) == 0 {
		output.Printf(l.Err, "no modules were pushed to these hosts\n")
		return nil
	}
	rows := make([][]string, len(all))
	for i, x := range all {
		rows[i] = append([]string{x.Name, string(x.Host)}, columns(x.Bundle)...)
	}
	if err := output.Table(l.Out, []string{"MODULES", "HOST", "VERSION", "SINCE", "BY", "KEPT"}, rows); err != nil {
		return err
	}
	for _, text := range different(all, len(hosts)) {
		output.Printf(l.Out, "%s\n", text)
	}
	return nil
}

// columns are the version that is used, since when, by whom, and the others that are kept.
func columns(b spec.Bundle) []string {
	out := []string{cmp.Or(spec.ShortDigest(b.Used), "-"), "", "", ""}
	var others []string
	for _, v := range slices.Backward(b.Versions) {
		if v.Digest == b.Used {
			out[1], out[2] = output.Since(v.At), v.By
		} else {
			others = append(others, spec.ShortDigest(v.Digest))
		}
	}
	out[3] = strings.Join(others, " ")
	return out
}

// different names the bundles that are not the same on all of so many hosts.
func different(all []onHost, hosts int) (lines []string) {
	for at := 0; at < len(all); {
		name, versions, n := all[at].Name, map[string]bool{}, 0
		for ; at < len(all) && all[at].Name == name; at++ {
			versions[all[at].Used] = true
			n++
		}
		switch {
		case len(versions) > 1:
			lines = append(lines, name+" is not the same on all of these hosts")
		case n < hosts:
			lines = append(lines, name+" is only on "+fmt.Sprintf("%d of these hosts", n))
		}
	}
	return lines
}
