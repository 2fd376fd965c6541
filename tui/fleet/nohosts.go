package fleet

import (
	"cmp"

	"github.com/armonic/armonic/tui/widget"
)

// noHosts is what is shown where there is no host yet: how there will be one.
func (m *Model) noHosts(w int) []string {
	if !m.conn.Up {
		return []string{"", "  There is no connection, so it is not known yet which hosts there are."}
	}
	command := func(domain string) string { return "    armonic agentd --jid NAME@" + domain + " --master YOU" }
	line := command(cmp.Or(widget.Clean(m.conn.Server), "DOMAIN"))
	if widget.Width(line) > w {
		line = command("DOMAIN")
	}
	out := []string{""}
	for _, s := range widget.Wrap("No agent is in this fleet yet. Start one on each server that is to be a host:", w-4) {
		out = append(out, "  "+s)
	}
	out = append(out, "", widget.Strong.Paint(line), "")
	for _, s := range widget.Wrap("NAME is what the host will be called, YOU the account that you use here. It appears here by itself as soon as it has connected.", w-4) {
		out = append(out, "  "+s)
	}
	return out
}
