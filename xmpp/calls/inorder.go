package calls

import "github.com/armonic/armonic/spec"

// next is what a follower does after a batch.
type next int

const (
	listen   next = iota // wait for more
	askAgain             // ask for it
	finished             // there is no more
)

// inOrder gives events to a function, each once and in order.
type inOrder struct {
	last  int  // number of the event that was told last
	ended bool // nobody tells more
	fn    func(spec.Event) error
}

func (t *inOrder) tell(b batch) (next, error) {
	if b.After > t.last {
		return askAgain, nil // something is missing
	}
	for _, ev := range b.Events {
		if ev.Seq <= t.last {
			continue // told before
		}
		if err := t.fn(ev); err != nil {
			return finished, err
		}
		t.last = ev.Seq
	}
	t.ended = b.Ended
	switch {
	case b.Ended && b.Err != nil && (b.Err.Kind == spec.Canceled || b.Err.Kind == spec.Unavailable || b.Err.Kind == spec.Timeout):
		return askAgain, nil // the agent is about to leave
	case b.Ended && b.Err != nil:
		return finished, b.Err
	case b.Ended:
		return finished, nil
	case b.Paused:
		return askAgain, nil
	}
	return listen, nil
}
