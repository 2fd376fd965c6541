package tui

import "strings"

// failedLines is how many lines of the log of each task that failed are left on the terminal.
const failedLines = 12

// Outcome is what is left when the screen is closed.
func (m *Model) Outcome() Outcome {
	var out Outcome
	var b strings.Builder
	for _, d := range m.deps {
		if d.exec == nil {
			continue
		}
		m.takeProgress(d)
		for _, s := range d.run.Summary(76) {
			b.WriteString(strings.TrimRight(s, " ") + "\n")
		}
		for _, s := range d.run.FailedLog(76, failedLines) {
			b.WriteString(strings.TrimRight(s, " ") + "\n")
		}
		if m.cfg.Logs != nil && d.unfinished() {
			b.WriteString("\nTO GO ON WITH IT\n  armonic deploy --resume " + d.run.Snapshot().Name + "\n")
		}
		b.WriteByte('\n')
		if d.active() {
			out.Running = append(out.Running, d.exec)
		}
		s := d.run.Snapshot()
		out.Failed = out.Failed || (s.Over && !s.OK)
	}
	if text := strings.TrimRight(b.String(), "\n"); text != "" {
		out.Text = text + "\n"
	}
	return out
}
