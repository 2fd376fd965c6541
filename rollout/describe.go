package rollout

// Describe says in a line what a record is about, without its time.
func (s *State) Describe(r Record) string {
	what := string(r.Kind)
	if r.Who != "" {
		what += " by " + r.Who
	}
	if t := s.Task(r.Task); t != nil {
		what += ": " + t.Lifecycle + " on " + string(t.Host)
		if r.Kind == RecordStepDone || r.Kind == RecordStepFailed {
			if r.Step >= 0 && r.Step < len(t.Steps) {
				what += ", " + t.Steps[r.Step].Name()
			}
		}
	}
	if r.Status != "" {
		what += " " + string(r.Status)
	}
	if r.Approval != nil {
		what += ": " + r.Approval.Who() + " (plan " + r.Approval.Digest + ")"
	}
	if r.Digest != "" {
		what += ": plan " + r.Digest
	}
	if r.Reason != "" {
		what += " (" + r.Reason + ")"
	}
	if r.Err != nil {
		what += ": " + r.Err.Error()
	}
	return what
}
