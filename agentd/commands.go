package agentd

// Commands are the programs that steps run on the host.
type Commands interface {
	// StillRunning names the programs that an earlier process of the agent left running.
	StillRunning() []string
	// HandOver stops waiting for the programs that themselves wait for the agent to end, such
	// as systemctl restart: they run on, and their steps end.
	HandOver()
}

type noCommands struct{}

func (noCommands) StillRunning() []string { return nil }
func (noCommands) HandOver()              {}
