package agentd

// Commands are those that steps run on the host.
type Commands interface {
	// StillRunning names those that an earlier process left running.
	StillRunning() []string
	// HandOver leaves those to themselves that wait for this process to end, so that
	// their steps end.
	HandOver()
}

type noCommands struct{}

func (noCommands) StillRunning() []string { return nil }
func (noCommands) HandOver()              {}
