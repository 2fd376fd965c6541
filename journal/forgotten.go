package journal

import (
	"fmt"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
)

// fingerprintsAtOnce is how many fingerprints one value holds, of 16 digits each. It is
// written again for each of them.
const fingerprintsAtOnce = 128

// Forgotten lists the fingerprints of the runs of which nothing else is kept any more.
func (j *Journal) Forgotten() []uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.forgotten)
}

// addForgotten keeps the fingerprint of a run that is dropped.
func (j *Journal) addForgotten(b *bbolt.Bucket, idx *index, id spec.RunID) error {
	key := keyForgotten(idx.Forgotten)
	var all string
	if idx.Forgotten%fingerprintsAtOnce > 0 {
		if err := get(b, key, &all, plain()); err != nil {
			return j.damaged(err)
		}
	}
	idx.Forgotten++
	if err := put(b, key, all+fmt.Sprintf("%016x", id.Fingerprint()), plain()); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forgotten = append(j.forgotten, id.Fingerprint())
	return nil
}

// loadForgotten reads all fingerprints and adds their keys to those that are known.
func (j *Journal) loadForgotten(b *bbolt.Bucket, n int, known map[string]bool) error {
	var all []uint64
	for from := 0; from < n; from += fingerprintsAtOnce {
		key := keyForgotten(from)
		known[key] = true
		var text string
		if err := get(b, key, &text, plain()); err != nil {
			return j.damaged(err)
		}
		for chunk := range slices.Chunk([]byte(text), 16) {
			x, err := strconv.ParseUint(string(chunk), 16, 64)
			if err != nil {
				return j.damaged(fmt.Errorf("%s: %w", key, err))
			}
			all = append(all, x)
		}
	}
	if len(all) != n {
		return j.damaged(fmt.Errorf("there are %d fingerprints of runs, and should be %d", len(all), n))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forgotten = all
	return nil
}

// fromFormat2 leads to format 3, in which the fingerprints of forgotten runs are kept.
func fromFormat2(*bbolt.Bucket) error { return nil }
