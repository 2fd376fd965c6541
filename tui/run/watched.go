package run

// resumable reports whether a deployment that is watched can be gone on with here.
func (m *Model) resumable() bool {
	s := m.snap
	return s.ReplacedBy == "" && (!s.Over || !s.OK)
}

// watchedHint is the line about one that is not carried out here.
func (m *Model) watchedHint() string {
	s := m.snap
	by := s.By
	if by == "" {
		by = "somebody else"
	}
	switch {
	case s.ReplacedBy != "":
		return "Replaced: deployment " + string(s.ReplacedBy) + " has taken its place. r plans it again."
	case !s.Over:
		return "Carried out by " + by + ". You only watch, and change nothing; R goes on with it here."
	case !s.OK:
		return "Not everything was done. R goes on with it here, B takes it back."
	case s.RolledBack:
		return "Rolled back. r plans it again."
	}
	return "Done, by " + by + ". r plans the same again, B takes it back."
}
