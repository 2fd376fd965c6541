package deploy

// AllSimulated reports whether there is no real host in a fleet. Of one that has none at all
// nothing is known.
func AllSimulated(hosts []HostView) bool {
	for i := range hosts {
		if !hosts[i].HostStatus.Simulated && !hosts[i].Info.Simulated {
			return false
		}
	}
	return len(hosts) > 0
}
