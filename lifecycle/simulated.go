package lifecycle

// Simulated reports whether the lifecycle, or the host, only pretends.
func (e *Engine) Simulated() bool { return e.def.Simulated || e.deps.Me.Simulated }

// Pretends is what the log of a run says of a lifecycle that only pretends, on a host that
// does not; "" of any other.
func (e *Engine) Pretends() string {
	if !e.def.Simulated || e.deps.Me.Simulated {
		return ""
	}
	return e.def.Name + " only pretends: it is a simulation, which changes nothing on " + string(e.deps.Me.Host) + " and starts nothing there"
}
