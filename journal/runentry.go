package journal

import "github.com/armonic/armonic/spec"

// runEntry is what is known of a run without reading it.
type runEntry struct {
	number int
	digest string
	ended  bool
}

func (j *Journal) entry(id spec.RunID) (runEntry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	run, ok := j.runs[id]
	return run, ok
}

func (j *Journal) remember(r spec.RunRecord, number int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.runs[r.Run] = runEntry{number, r.Digest, r.Ended()}
}

func (j *Journal) forgetRun(id spec.RunID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.runs, id)
}
